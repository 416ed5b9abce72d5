"""Administrative layers: wards and roads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from holdings.models import Road
from layers.catalogue.shared import WARD
from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Level, Paint

PAPER, EDGE = "#faf8f3", "#a99f8d"

WARDS = Layer(
    name="wards",
    title=_("Wards"),
    group="administrative",
    audience=Audience.PUBLIC,
    sources=("holdings_ward",),
    bands=(
        Band(
            name="wards",
            title=_("Wards"),
            min_zoom=8,
            max_zoom=15,
            geometry=Geometry.POLYGON,
            cut=Cut.LARGE,
            simplify=1.0,
            label_by="ward",
            attributes=(
                WARD,
                Attribute("zone", Kind.INTEGER, _("Zone"), in_tile=False),
                Attribute("name_bn", Kind.TEXT, _("Name in Bangla"), in_tile=False),
                Attribute("name_en", Kind.TEXT, _("Name in English"), in_tile=False),
            ),
            paints=(
                # Drawn under the ground, so that only the half outside the city remains: its outline.
                Paint("line", colour="#b3a78f", width=((9, 3), (13, 6), (16, 9)), level=Level.GROUND),
                Paint("fill", colour=PAPER, level=Level.GROUND),
                Paint(
                    "line",
                    colour=EDGE,
                    width=((10, 0.7), (13, 1.2), (16, 2)),
                    label=_("Ward boundary"),
                    level=Level.BOUNDARY,
                ),
            ),
        ),
    ),
)

_CASING = "#d5cdbd"
_ROAD_CLASSES = (
    Class("main", _("Main road"), "#f7d9a0"),
    Class("secondary", _("Secondary road"), "#fdf0d3"),
    Class("lane", _("Lane"), "#ffffff"),
)
_MAIN, _SECONDARY, _LANE = ("hierarchy", ("main",)), ("hierarchy", ("secondary",)), ("hierarchy", ("lane",))

ROADS = Layer(
    name="roads",
    title=_("Roads"),
    group="administrative",
    audience=Audience.PUBLIC,
    sources=("holdings_road",),
    bands=(
        Band(
            name="roads",
            title=_("Roads"),
            min_zoom=10,
            max_zoom=16,
            geometry=Geometry.LINE,
            cut=Cut.LARGE,
            simplify=0.7,
            label_by="name_bn",
            attributes=(
                WARD,
                Attribute("hierarchy", Kind.TEXT, _("Class"), choices=Road.Hierarchy),
                Attribute("code", Kind.TEXT, _("Road code"), in_tile=False),
                Attribute("name_bn", Kind.TEXT, _("Name in Bangla"), in_tile=False),
                Attribute("name_en", Kind.TEXT, _("Name in English"), in_tile=False),
            ),
            paints=(
                Paint(
                    "line",
                    _CASING,
                    only=_LANE,
                    width=((12, 0.3), (15, 2.2), (18, 9)),
                    opacity=((11, 0), (13, 1)),
                    level=Level.STREET,
                ),
                Paint("line", _CASING, only=_SECONDARY, width=((10, 0.4), (15, 4.6), (18, 15)), level=Level.STREET),
                Paint("line", "#cbb183", only=_MAIN, width=((10, 0.8), (15, 6.4), (18, 21)), level=Level.STREET),
                Paint(
                    "line",
                    _ROAD_CLASSES[2].colour,
                    by="hierarchy",
                    classes=_ROAD_CLASSES[2:],
                    only=_LANE,
                    width=((12, 0.1), (15, 1.4), (18, 7)),
                    opacity=((12, 0), (13, 1)),
                    level=Level.STREET,
                ),
                Paint(
                    "line",
                    _ROAD_CLASSES[1].colour,
                    by="hierarchy",
                    classes=_ROAD_CLASSES[1:2],
                    only=_SECONDARY,
                    width=((10, 0.2), (15, 3.2), (18, 12.6)),
                    level=Level.STREET,
                ),
                Paint(
                    "line",
                    _ROAD_CLASSES[0].colour,
                    by="hierarchy",
                    classes=_ROAD_CLASSES[:1],
                    only=_MAIN,
                    width=((10, 0.5), (15, 5), (18, 18)),
                    level=Level.STREET,
                ),
            ),
        ),
    ),
)
