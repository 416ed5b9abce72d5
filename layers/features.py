"""Features of a layer as GeoJSON: what OGC API Features, the REST door and exports read.

One statement answers a page; only the features of that page are transformed to degrees. A box is turned into
the storage SRID before it is asked for, so the footprints' own index serves it. Pages follow the id
(`after`), so the thousandth page costs what the first one does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from layers.database import columns_for
from layers.given import Box
from layers.spec import Attribute, Audience, Layer

EARTH = 6_378_137.0
# The square world of EPSG:3857 ends here.
MOST_NORTH = 85.06


@dataclass(frozen=True)
class Ask:
    """Which features: those whose shape meets one of `boxes` (degrees), with these values, in these wards.

    No box means everywhere. `wards` None means all. `after` is the id of the last feature of the page before.
    """

    audience: Audience
    boxes: tuple[Box, ...] = ()
    equals: tuple[tuple[Attribute, Any], ...] = ()
    wards: tuple[int, ...] | None = None
    after: int | None = None
    limit: int = 100
    year: int = 0


@dataclass(frozen=True)
class Page:
    """Features as GeoJSON texts, how many match in all, and the id to go on after (None: this was the last page)."""

    features: tuple[str, ...]
    matched: int
    after: int | None


@dataclass
class _Where:
    """Conditions with their values, joined by AND."""

    conditions: list[str] = field(default_factory=lambda: ["true"])
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " AND ".join(self.conditions)


def page(layer: Layer, ask: Ask) -> Page:
    """One page of a layer's features by id, of at most `ask.limit`."""
    where = _where(ask)
    source = f"(\n{layer.features.sql}\n) f"
    paged = str(where) if ask.after is None else f"{where} AND id > %(after)s"
    values = {**where.values, "fiscal_year": ask.year, "after": ask.after, "limit": ask.limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source} WHERE {where}", values)  # noqa: S608 - names from the catalogue
        matched = int(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT id, {_feature(layer, ask.audience)} FROM ("  # noqa: S608 - names from the catalogue
            f"SELECT * FROM {source} WHERE {paged} ORDER BY id LIMIT %(limit)s) f ORDER BY id",
            values,
        )
        rows = cursor.fetchall()
    shown = rows[: ask.limit]
    return Page(tuple(text for _id, text in shown), matched, shown[-1][0] if len(rows) > ask.limit else None)


def single(layer: Layer, ask: Ask, number: int) -> str | None:
    """One feature as GeoJSON text, or None when there is none of that id that the asker may see."""
    where = _where(ask)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_feature(layer, ask.audience)} FROM (\n{layer.features.sql}\n) f WHERE id = %(id)s AND {where}",  # noqa: S608
            {**where.values, "fiscal_year": ask.year, "id": number},
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None


def rows_of(layer: Layer, ask: Ask, *, most: int) -> Iterator[tuple[Any, ...]]:
    """Every feature that matches, by id: (id, WKB in degrees, then its columns). Raises TooMany above `most`."""
    where = _where(ask)
    values = {**where.values, "fiscal_year": ask.year}
    source = f"(\n{layer.features.sql}\n) f"
    names = "".join(f", {each.name}" for each in columns_for(layer.features, ask.audience))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source} WHERE {where}", values)  # noqa: S608 - names from the catalogue
        found = int(cursor.fetchone()[0])
        if found > most:
            raise TooMany(found, most)
        shape = "ST_AsBinary(ST_ForcePolygonCCW(ST_Transform(geom, 4326)))"
        cursor.execute(f"SELECT id, {shape}{names} FROM {source} WHERE {where} ORDER BY id", values)  # noqa: S608
        while rows := cursor.fetchmany(5000):
            yield from rows


class TooMany(ValueError):
    """More features than one file may hold."""

    def __init__(self, found: int, most: int) -> None:
        super().__init__(f"{found} features, at most {most}")
        self.found, self.most = found, most


def _where(ask: Ask) -> _Where:
    where = _Where()
    meets = []
    for place, box in enumerate(ask.boxes):
        envelope = f"ST_MakeEnvelope(%(west{place})s, %(south{place})s, %(east{place})s, %(north{place})s, 3857)"
        meets.append(f"(geom && {envelope} AND ST_Intersects(geom, {envelope}))")
        sides = zip(("west", "south", "east", "north"), _to_storage(box), strict=True)
        where.values |= {f"{side}{place}": number for side, number in sides}
    if meets:
        where.conditions.append("(" + " OR ".join(meets) + ")")
    for attribute, value in ask.equals:
        where.conditions.append(f"{attribute.name} = %(is_{attribute.name})s")
        where.values[f"is_{attribute.name}"] = value
    if ask.wards is not None:
        where.conditions.append("ward = ANY(%(wards)s)")
        where.values["wards"] = list(ask.wards)
    return where


def _to_storage(box: Box) -> Box:
    """A box of degrees in EPSG:3857; exact, because the projection treats each axis by itself."""
    west, south, east, north = box
    return _easting(west), _northing(south), _easting(east), _northing(north)


def _easting(degrees: float) -> float:
    return math.radians(degrees) * EARTH


def _northing(degrees: float) -> float:
    bounded = max(-MOST_NORTH, min(MOST_NORTH, degrees))
    return math.log(math.tan(math.pi / 4 + math.radians(bounded) / 2)) * EARTH


def _feature(layer: Layer, audience: Audience) -> str:
    """The SQL text expression of one feature; exterior rings run counter-clockwise as RFC 7946 asks."""
    pairs = ", ".join(f"'{each.name}', {each.name}" for each in columns_for(layer.features, audience))
    shape = "ST_AsGeoJSON(ST_ForcePolygonCCW(ST_Transform(geom, 4326)), 7)"
    return (
        '\'{"type":"Feature","id":\' || id || \',"geometry":\' || '
        f"{shape} || ',\"properties\":' || json_build_object({pairs})::text || '}}'"
    )
