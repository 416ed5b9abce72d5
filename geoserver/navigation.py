"""The door's link in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imis.navigation import Link
from imis.roles import Permission

LINKS = (
    Link(
        "geoserver:connect",
        _("Map services"),
        Permission.SEE_MAP,
        "map",
        hint=_("Addresses and a token for QGIS and other GIS programs"),
        icon="map",
        order=80,
        tile=False,
    ),
)
