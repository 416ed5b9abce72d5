"""What a map layer is: one frozen value from which view, tile, style and legend are computed.

Titles and labels are lazy translations, so one catalogue speaks Bangla and English.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from pathlib import Path

from django.db.models import TextChoices
from django.utils.functional import Promise

Text = str | Promise
SQL_DIR = Path(__file__).resolve().parent / "sql"
HIGHEST_ZOOM = 18


class Audience(IntEnum):
    """Who may see: each audience sees what the smaller ones see."""

    PUBLIC = 1
    STAFF = 2
    TAX = 3

    @property
    def schema(self) -> str:
        """Name of the database schema and of the read-only role of this audience."""
        return f"gis_{self.name.lower()}"

    @property
    def login(self) -> str:
        """Name of the database login by which MapServer reads this audience's views, and can become no other."""
        return f"ows_{self.name.lower()}"


class Geometry(str, Enum):
    """The kind of shape a band draws."""

    POLYGON = "polygon"
    LINE = "line"
    POINT = "point"


class Level(IntEnum):
    """Drawing order over all layers: ground, summaries, streets, features, and boundaries on top."""

    GROUND = 0
    SUMMARY = 1
    STREET = 2
    FEATURE = 3
    BOUNDARY = 4


class Cut(str, Enum):
    """How shapes are brought into a tile: `SMALL` ones (far smaller than a tile) are moved and snapped,
    `LARGE` ones are also clipped by ST_AsMVTGeom, which costs about three times as much."""

    SMALL = "small"
    LARGE = "large"


class Kind(str, Enum):
    """Type of an attribute, as the database and MapLibre name it."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"

    @property
    def sql(self) -> str:
        """The PostgreSQL type behind it."""
        return {"number": "double precision"}.get(self.value, self.value)


# Compared and hashed by identity (eq=False): by value, each look-up would translate every title.
@dataclass(frozen=True, eq=False)
class Attribute:
    """A column of a band: its type, its title, who may see it and whether tiles carry it.

    `choices` are the register's words for the codes that the column holds: nobody reads "replaced_by_sewer" on a page.
    """

    name: str
    kind: Kind
    title: Text
    audience: Audience = Audience.PUBLIC
    in_tile: bool = True
    choices: type[TextChoices] | None = None

    def word(self, code: str) -> Text:
        """What a code means; a value that is no code stands for itself."""
        known: dict[str, Text] = dict(self.choices.choices) if self.choices else {}
        return known.get(code, code)


@dataclass(frozen=True, eq=False)
class Class:
    """One row of the legend: features whose attribute equals `value` (text) or is at least `value` (a number)."""

    value: str | int
    label: Text
    colour: str


@dataclass(frozen=True, eq=False)
class Paint:
    """How a band is drawn. With `by`, the colour follows that attribute's `classes`.

    `kind` is fill, line or circle. `outline` is a hairline around a fill or circle, far cheaper than a line paint.
    `width` (px: of a line, or from a circle's middle to its edge) and `opacity` are pairs of zoom and value, linear
    between them. `only` keeps the features of which an attribute is one of the values.
    `label` names the paint in the legend; without it and without classes it is decoration and is left out.
    """

    kind: str
    colour: str = "#888888"
    by: str = ""
    classes: tuple[Class, ...] = ()
    outline: str = ""
    width: tuple[tuple[float, float], ...] = ()
    opacity: tuple[tuple[float, float], ...] = ((0, 1.0),)
    dash: tuple[float, ...] = ()
    only: tuple[str, tuple[str, ...]] | None = None
    label: Text = ""
    level: Level = Level.FEATURE


@dataclass(frozen=True, eq=False)
class Band:
    """A layer between two zooms: its SQL file, attributes and drawing. Zooms are those of the tiles.

    `label_by` names the attribute that desktop programs write beside a feature.
    """

    name: str
    title: Text
    min_zoom: int
    max_zoom: int
    geometry: Geometry
    cut: Cut
    attributes: tuple[Attribute, ...]
    paints: tuple[Paint, ...]
    simplify: float = 0.0
    label_by: str = ""

    @property
    def sql(self) -> str:
        """The SELECT of this band (`sql/<name>.sql`): id, ward, attributes, geom; parameter `%(fiscal_year)s`."""
        return _read(self.name)

    @property
    def tile_attributes(self) -> tuple[Attribute, ...]:
        """The attributes a tile carries beside the feature's id."""
        return tuple(each for each in self.attributes if each.in_tile)


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of the map. The last band holds the features themselves, the earlier ones summarise them.

    Layers of one `theme` are alternatives of each other. A tile's attributes never exceed the audience of the layer.
    `scoped` layers show a user only the wards of their own area of work.
    """

    name: str
    title: Text
    group: str
    audience: Audience
    bands: tuple[Band, ...]
    theme: str = ""
    scoped: bool = False
    sources: tuple[str, ...] = ()

    @property
    def features(self) -> Band:
        """The band of single features."""
        return self.bands[-1]

    @property
    def geometry(self) -> Geometry:
        """The features' geometry kind."""
        return self.features.geometry

    @property
    def min_zoom(self) -> int:
        """The lowest tile zoom."""
        return self.bands[0].min_zoom

    @property
    def max_zoom(self) -> int:
        """The highest tile zoom; clients enlarge tiles beyond it."""
        return self.features.max_zoom

    def band_at(self, zoom: int) -> Band | None:
        """The band drawn at a tile zoom, or None outside the layer's range."""
        return next((band for band in self.bands if band.min_zoom <= zoom <= band.max_zoom), None)


@cache
def _read(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8").strip().rstrip(";")
