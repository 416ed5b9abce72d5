"""Layers of the utilities, for staff: networks, connections by status, and buildings that could join a sewer.

No layer holds an account, a meter or a person: those are shown by click, to those who may see them.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from layers.catalogue.shared import SMALL_POLYGON, WARD
from layers.spec import Attribute, Audience, Band, Class, Cut, Geometry, Kind, Layer, Paint, Text
from utilities.models.choices import Carried, Cover, Material, Rank, Side, Surface, Voltage

_WIDTH = ((10, 0.6), (13, 1.4), (16, 3.2), (18, 5))
_CODE = Attribute("code", Kind.TEXT, _("Code"), Audience.STAFF, in_tile=False)
_LENGTH = Attribute("length_m", Kind.NUMBER, _("Length (m)"), Audience.STAFF, in_tile=False)
_ROAD = Attribute("road", Kind.TEXT, _("Road code"), Audience.STAFF, in_tile=False)
_PROVIDER = Attribute("provider", Kind.TEXT, _("Provider"), Audience.STAFF, in_tile=False)
_MATERIAL = Attribute("material", Kind.TEXT, _("Material"), Audience.STAFF, in_tile=False, choices=Material)
_DIAMETER = Attribute("diameter_mm", Kind.INTEGER, _("Diameter (mm)"), Audience.STAFF, in_tile=False)


def _network(name: str, title: Text, own: tuple[Attribute, ...], *paints: Paint) -> Layer:
    band = Band(
        name,
        title,
        11,
        16,
        Geometry.LINE,
        Cut.LARGE,
        (WARD, *own, _CODE, _LENGTH, _ROAD, _PROVIDER),
        paints,
        simplify=0.7,
    )
    return Layer(name, title, "utilities", Audience.STAFF, (band,))


DRAINS = _network(
    "drains",
    _("Drains"),
    (
        Attribute("cover", Kind.TEXT, _("Cover"), Audience.STAFF, choices=Cover),
        Attribute("surface", Kind.TEXT, _("Surface"), Audience.STAFF, in_tile=False, choices=Surface),
        _MATERIAL,
        Attribute("width_mm", Kind.INTEGER, _("Width (mm)"), Audience.STAFF, in_tile=False),
    ),
    Paint(
        "line",
        by="cover",
        classes=(
            Class("open", _("Open drain"), "#4d8f8b"),
            Class("covered", _("Covered drain"), "#6b5b4b"),
            Class("unknown", _("Drain, cover not known"), "#9a9a8e"),
        ),
        width=_WIDTH,
    ),
)
SEWERS = _network(
    "sewers",
    _("Sewers"),
    (
        Attribute("side", Kind.TEXT, _("Side of the road"), Audience.STAFF, in_tile=False, choices=Side),
        _MATERIAL,
        _DIAMETER,
        Attribute("plant", Kind.TEXT, _("Treatment plant"), Audience.STAFF, in_tile=False),
    ),
    Paint("line", "#7b3f8c", width=_WIDTH, label=_("Sewer")),
)
WATER_MAINS = _network(
    "water_mains",
    _("Water mains"),
    (Attribute("rank", Kind.TEXT, _("Rank"), Audience.STAFF, choices=Rank), _MATERIAL, _DIAMETER),
    Paint(
        "line",
        by="rank",
        classes=(
            Class("main", _("Trunk main"), "#0c4a86"),
            Class("secondary", _("Secondary main"), "#2a73b8"),
            Class("distribution", _("Distribution pipe"), "#6aa7dd"),
            Class("unknown", _("Water pipe, rank not known"), "#8fb4d1"),
        ),
        width=_WIDTH,
    ),
)
ELECTRICITY_LINES = _network(
    "electricity_lines",
    _("Electricity lines"),
    (
        Attribute("voltage", Kind.TEXT, _("Voltage"), Audience.STAFF, choices=Voltage),
        Attribute("carried", Kind.TEXT, _("Carried"), Audience.STAFF, in_tile=False, choices=Carried),
    ),
    Paint(
        "line",
        by="voltage",
        classes=(
            Class("33kv", _("33 kV line"), "#a3262a"),
            Class("11kv", _("11 kV line"), "#d9731a"),
            Class("400v", _("400 V line"), "#c9a400"),
            Class("unknown", _("Line, voltage not known"), "#8c8577"),
        ),
        width=_WIDTH,
        dash=(3, 1),
    ),
)

_BIN = Attribute("bin", Kind.TEXT, _("Building no."), Audience.STAFF, in_tile=False)
_STATUSES = (
    Class("connected", _("Connected"), "#5fa38b"),
    Class("disconnected", _("Disconnected"), "#d08b3e"),
    Class("never", _("Never connected"), "#a85a5a"),
    Class("unknown", _("Nothing known"), "#dcd7cc"),
)


def _connections(name: str, title: Text) -> Layer:
    band = Band(
        name,
        title,
        15,
        18,
        *SMALL_POLYGON,
        (
            WARD,
            Attribute("status", Kind.TEXT, _("Status"), Audience.STAFF),
            Attribute("providers", Kind.TEXT, _("Providers"), Audience.STAFF, in_tile=False),
            Attribute("accounts", Kind.INTEGER, _("Accounts"), Audience.STAFF, in_tile=False),
            _BIN,
        ),
        (Paint("fill", by="status", classes=_STATUSES, outline="#b3a184"),),
    )
    return Layer(name, title, "utilities", Audience.STAFF, (band,), theme="buildings", scoped=True)


WATER_CONNECTIONS = _connections("water_connections", _("Water connections"))
SEWER_CONNECTIONS = _connections("sewer_connections", _("Sewer connections"))
ELECTRICITY_CONNECTIONS = _connections("electricity_connections", _("Electricity connections"))

BUILDINGS_NEAR_SEWERS = Layer(
    name="buildings_near_sewers",
    title=_("Buildings that could join a sewer"),
    group="utilities",
    audience=Audience.STAFF,
    theme="buildings",
    bands=(
        Band(
            "buildings_near_sewers",
            _("Buildings that could join a sewer"),
            15,
            18,
            *SMALL_POLYGON,
            (
                WARD,
                Attribute("reach", Kind.TEXT, _("Reach"), Audience.STAFF),
                Attribute("distance_m", Kind.NUMBER, _("Distance (m)"), Audience.STAFF, in_tile=False),
                Attribute("sewer", Kind.TEXT, _("Nearest sewer"), Audience.STAFF, in_tile=False),
                _BIN,
            ),
            (
                Paint(
                    "fill",
                    by="reach",
                    classes=(
                        Class("within_10", _("Within 10 m of a sewer"), "#3d6fa3"),
                        Class("within_30", _("Within 30 m"), "#7ba2c9"),
                        Class("within_50", _("Within 50 m"), "#b4cbe0"),
                        Class("within_100", _("Within 100 m"), "#dbe5ee"),
                    ),
                    outline="#9fb0c2",
                ),
            ),
        ),
    ),
)

UTILITIES: tuple[Layer, ...] = (
    DRAINS,
    SEWERS,
    WATER_MAINS,
    ELECTRICITY_LINES,
    WATER_CONNECTIONS,
    SEWER_CONNECTIONS,
    ELECTRICITY_CONNECTIONS,
    BUILDINGS_NEAR_SEWERS,
)
