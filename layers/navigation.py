"""The map's links in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "layers:map",
        _("City map"),
        Permission.SEE_MAP,
        "map",
        hint=_("Wards, roads, buildings and their tax status; search and click"),
        icon="map",
        order=10,
    ),
    Link(
        "layers:export",
        _("Take a layer as a file"),
        Permission.EXPORT_LAYERS,
        "map",
        hint=_("GeoPackage, GeoJSON, Shapefile or CSV of what you may see"),
        icon="print",
        order=12,
    ),
    Link(
        "layers:qgis",
        _("Layers in QGIS"),
        Permission.SEE_MAP,
        "map",
        hint=_("A ready project with the layers you may see"),
        icon="map",
        order=13,
        tile=False,
    ),
)
