"""What stands at a point of the map: the features of layers that are shown there, and the nearest road.

Points come in degrees (WGS 84); distances are metres on the ellipsoid. A layer outside the asker's pass finds
nothing, a scoped one only within their wards, and columns are those of their audience.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from holdings.models import Holding
from layers.access import Pass
from layers.database import columns_for
from layers.spec import Attribute, Band, Geometry, Layer, Text
from layers.tiles import HALF_WORLD

# A finger or a mouse is this exact, in pixels of the screen; thin things are found that near.
_REACH = 6
_MOST = 5
_AT = "ST_Transform(ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326), 3857)"


@dataclass(frozen=True)
class Point:
    """A place in degrees."""

    lat: float
    lng: float


@dataclass(frozen=True)
class Found:
    """One feature: the title of its layer and its values in words, with their titles."""

    layer: str
    title: Text
    number: int
    facts: tuple[tuple[Text, Any], ...]


def point_of(lat: str, lng: str) -> Point | None:
    """The point that two texts write in degrees; None when they are no place on the map."""
    try:
        point = Point(float(lat), float(lng))
    except ValueError:
        return None
    return point if abs(point.lat) <= 85 and abs(point.lng) <= 180 else None


def features_at(point: Point, zoom: int, layers: Iterable[Layer], granted: Pass, fiscal_year: int) -> list[Found]:
    """What the layers show at a point and a tile zoom, the topmost layer first, at most five features of each."""
    found: list[Found] = []
    for layer in reversed(tuple(layers)):
        band = layer.features if zoom > layer.max_zoom else layer.band_at(zoom)
        if band is not None and granted.opens(layer):
            found += _found(layer, band, granted, _values(point, zoom, band, granted.scope(layer), fiscal_year))
    return found


def _values(point: Point, zoom: int, band: Band, wards: tuple[int, ...] | None, fiscal_year: int) -> dict[str, Any]:
    reach = 0.0 if band.geometry is Geometry.POLYGON else _REACH * 2 * HALF_WORLD / (512 * 2**zoom)
    scope = None if wards is None else list(wards)
    return {"lat": point.lat, "lng": point.lng, "reach": reach, "wards": scope, "fiscal_year": fiscal_year}


def _found(layer: Layer, band: Band, granted: Pass, values: dict[str, Any]) -> list[Found]:
    columns = columns_for(band, granted.audience)
    names = "".join(f", {each.name}" for each in columns)
    scope = "" if values["wards"] is None else "AND ward = ANY(%(wards)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id{names} FROM (\n{band.sql}\n) f, (SELECT {_AT} AS place) p "  # noqa: S608 - names from the catalogue
            f"WHERE geom && ST_Expand({_AT}, %(reach)s) AND ST_DWithin(geom, place, %(reach)s) {scope} "
            f"ORDER BY geom <-> place, id LIMIT {_MOST}",
            values,
        )
        rows = cursor.fetchall()
    return [Found(layer.name, band.title, row[0], tuple(_facts(band, columns, row[1:]))) for row in rows]


def _facts(band: Band, columns: tuple[Attribute, ...], values: tuple[Any, ...]) -> Iterable[tuple[Text, Any]]:
    for attribute, value in zip(columns, values, strict=True):
        if value is not None and value != "":
            yield attribute.title, _in_words(band, attribute, value)


def _in_words(band: Band, attribute: Attribute, value: Any) -> Any:
    """The legend's word for a value, else the register's, else the value itself."""
    if not isinstance(value, str):
        return value
    for paint in band.paints:
        if paint.by == attribute.name:
            for each in paint.classes:
                if each.value == value:
                    return each.label
    return attribute.word(value)


@dataclass(frozen=True)
class NearRoad:
    """The road nearest to a point: its number and names, how far (metres), and the two ends of the way there."""

    code: str
    ward: int
    name_bn: str
    name_en: str
    hierarchy: str
    width_m: Any
    metres: float
    start: Point
    end: Point


# The index finds the nearest on the map; near a point the map is true to shape, so the nearest there is the nearest.
_NEAREST = """
    SELECT code, ward_id, name_bn, name_en, hierarchy, width_m, ST_Distance(start::geography, "end"::geography),
           ST_Y(start), ST_X(start), ST_Y("end"), ST_X("end")
    FROM (
        SELECT r.*, ST_Transform(ST_ClosestPoint(from_here, r.geom), 4326) AS start,
               ST_Transform(ST_ClosestPoint(r.geom, from_here), 4326) AS "end"
        FROM (SELECT %(here)s::geometry AS from_here) h
        CROSS JOIN LATERAL (
            SELECT * FROM holdings_road WHERE geom IS NOT NULL ORDER BY geom <-> from_here LIMIT 1
        ) r
    ) found
"""


def road_near(point: Point) -> NearRoad | None:
    """The road nearest to a point; None when no road is on the map."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_AT}::text", {"lat": point.lat, "lng": point.lng})
        return _nearest(cursor.fetchone()[0])


def road_near_holding(holding: Holding) -> NearRoad | None:
    """The road nearest to a holding's buildings, from wall to road; None when it has no building on the map."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ST_Collect(b.geom)::text FROM holdings_holdingbuilding l
               JOIN holdings_building b ON b.id = l.building_id WHERE l.holding_id = %s""",
            [holding.pk],
        )
        shape = cursor.fetchone()[0]
    return _nearest(shape) if shape else None


def _nearest(shape: str) -> NearRoad | None:
    """`shape` as EWKB text in the storage SRID."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {"here": shape})
        row = cursor.fetchone()
    if row is None:
        return None
    code, ward, name_bn, name_en, hierarchy, width_m, metres = row[:7]
    ends = Point(*row[7:9]), Point(*row[9:11])
    return NearRoad(code, ward, name_bn, name_en, hierarchy, width_m, metres, *ends)
