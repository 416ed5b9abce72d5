"""Layers of the register: buildings and their number in a place."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from holdings.models.choices import Structure, Use
from layers.catalogue.shared import BUILDINGS, SMALL_POLYGON, WARD
from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Level, Paint

_DENSITY = (
    Class(0, _("Fewer than 10"), "#efe9dd"),
    Class(10, _("10 to 19"), "#ded3bf"),
    Class(20, _("20 to 39"), "#c9b99e"),
    Class(40, _("40 or more"), "#b09c7c"),
)
_WARD_COUNT = (
    Class(0, _("Fewer than 1,000"), "#f3eee3"),
    Class(1000, _("1,000 to 2,999"), "#e6dcc8"),
    Class(3000, _("3,000 to 5,999"), "#d5c6a9"),
    Class(6000, _("6,000 or more"), "#bfab88"),
)
BUILDINGS_LAYER = Layer(
    name="buildings",
    title=_("Buildings"),
    group="register",
    audience=Audience.PUBLIC,
    theme="buildings",
    sources=("holdings_building", "layers_wardsummary"),
    bands=(
        Band(
            "buildings_by_ward",
            _("Buildings in each ward"),
            8,
            12,
            Geometry.POLYGON,
            Cut.LARGE,
            (WARD, BUILDINGS),
            (Paint("fill", by="buildings", classes=_WARD_COUNT, opacity=((0, 0.75),), level=Level.SUMMARY),),
            simplify=1.0,
        ),
        Band(
            "buildings_by_cell",
            _("Buildings in a 70 m square"),
            13,
            14,
            *SMALL_POLYGON,
            (WARD, BUILDINGS),
            (Paint("fill", by="buildings", classes=_DENSITY, opacity=((0, 0.8),), level=Level.SUMMARY),),
        ),
        Band(
            "buildings",
            _("Buildings"),
            15,
            18,
            *SMALL_POLYGON,
            (
                WARD,
                Attribute("storeys", Kind.INTEGER, _("Storeys"), in_tile=False),
                Attribute("use", Kind.TEXT, _("Use"), in_tile=False, choices=Use),
                Attribute("structure", Kind.TEXT, _("Structure"), in_tile=False, choices=Structure),
                Attribute("bin", Kind.TEXT, _("Building no."), Audience.STAFF, in_tile=False),
            ),
            (Paint("fill", "#d9ccb6", outline="#b3a184", label=_("Building")),),
        ),
    ),
)
