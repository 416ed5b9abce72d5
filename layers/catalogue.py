"""The catalogue: every layer of the map, from the ground up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Level, Paint

WARD = Attribute("ward", Kind.INTEGER, _("Ward"))
BUILDINGS = Attribute("buildings", Kind.INTEGER, _("Buildings"))
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
            attributes=(
                WARD,
                Attribute("hierarchy", Kind.TEXT, _("Class")),
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
_CELL = (Geometry.POLYGON, Cut.SMALL)

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
            11,
            Geometry.POLYGON,
            Cut.LARGE,
            (WARD, BUILDINGS),
            (Paint("fill", by="buildings", classes=_WARD_COUNT, opacity=((0, 0.75),), level=Level.SUMMARY),),
            simplify=1.0,
        ),
        Band(
            "buildings_by_cell",
            _("Buildings in a 70 m square"),
            12,
            14,
            *_CELL,
            (WARD, BUILDINGS),
            (Paint("fill", by="buildings", classes=_DENSITY, opacity=((0, 0.8),), level=Level.SUMMARY),),
        ),
        Band(
            "buildings",
            _("Buildings"),
            15,
            18,
            *_CELL,
            (
                WARD,
                Attribute("storeys", Kind.INTEGER, _("Storeys"), in_tile=False),
                Attribute("use", Kind.TEXT, _("Use"), in_tile=False),
                Attribute("structure", Kind.TEXT, _("Structure"), in_tile=False),
                Attribute("bin", Kind.TEXT, _("Building no."), Audience.STAFF, in_tile=False),
            ),
            (Paint("fill", "#d9ccb6", outline="#b3a184", label=_("Building")),),
        ),
    ),
)

STATUSES = (
    Class("paid", _("Paid"), "#9ccabd"),
    Class("current", _("This year's tax due"), "#f3d88f"),
    Class("arrears_1", _("One year in arrears"), "#e3954f"),
    Class("arrears_2", _("Two years or more in arrears"), "#a8383b"),
    Class("not_billed", _("Not billed"), "#ded9cf"),
)
_SHARES = (
    Class(0, _("Under 10 %"), "#d5e5df"),
    Class(10, _("10 to 24 %"), "#f3e3b8"),
    Class(25, _("25 to 49 %"), "#e9b274"),
    # xgettext:no-python-format
    Class(50, _("50 % or more"), "#b8504a"),
)
_ARREARS = Attribute("arrears_percent", Kind.INTEGER, _("Buildings in arrears, %"), Audience.TAX)

BUILDINGS_BY_TAX_STATUS = Layer(
    name="buildings_by_tax_status",
    title=_("Tax payment status"),
    group="tax",
    audience=Audience.TAX,
    theme="buildings",
    scoped=True,
    bands=(
        Band(
            "tax_status_by_ward",
            _("Billed buildings in arrears, by ward"),
            8,
            11,
            Geometry.POLYGON,
            Cut.LARGE,
            (WARD, BUILDINGS, _ARREARS),
            (Paint("fill", by="arrears_percent", classes=_SHARES, opacity=((0, 0.8),), level=Level.SUMMARY),),
            simplify=1.0,
        ),
        Band(
            "tax_status_by_cell",
            _("Billed buildings in arrears, by 70 m square"),
            12,
            14,
            *_CELL,
            (WARD, BUILDINGS, _ARREARS),
            (Paint("fill", by="arrears_percent", classes=_SHARES, opacity=((0, 0.85),), level=Level.SUMMARY),),
        ),
        Band(
            "buildings_by_tax_status",
            _("Tax payment status"),
            15,
            18,
            *_CELL,
            (
                WARD,
                Attribute("status", Kind.TEXT, _("Status"), Audience.TAX),
                Attribute("holdings", Kind.INTEGER, _("Holdings"), Audience.TAX, in_tile=False),
                Attribute("oldest_unpaid_year", Kind.INTEGER, _("Oldest unpaid year"), Audience.TAX, in_tile=False),
                Attribute("bin", Kind.TEXT, _("Building no."), Audience.STAFF, in_tile=False),
            ),
            (Paint("fill", by="status", classes=STATUSES, outline="#8a8072"),),
        ),
    ),
)

GROUPS = {"administrative": _("Administrative"), "register": _("Register"), "tax": _("Tax")}
LAYERS: tuple[Layer, ...] = (WARDS, ROADS, BUILDINGS_LAYER, BUILDINGS_BY_TAX_STATUS)
BY_NAME = {layer.name: layer for layer in LAYERS}
