"""Reads for the map page: where wards, holdings and the city lie, and who stands in a building."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from holdings.models import Building, Holding
from layers.models import WardSummary

Bounds = tuple[float, float, float, float]
# Where the map opens before any ward is known: the country.
BANGLADESH: Bounds = (88.0, 20.5, 92.7, 26.7)


@dataclass(frozen=True)
class WardPlace:
    """A ward's names, extent and label point, in degrees."""

    number: int
    name_bn: str
    name_en: str
    bounds: Bounds
    label: tuple[float, float]


_WARDS = """
    SELECT number, name_bn, name_en, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), ST_X(mark), ST_Y(mark)
    FROM (SELECT number, name_bn, name_en, ST_Transform(ST_Envelope(geom), 4326) AS box,
                 ST_Transform((ST_MaximumInscribedCircle(geom)).center, 4326) AS mark FROM holdings_ward) w
    ORDER BY number
"""
_HOLDING = """
    SELECT array_agg(b.id), ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
    FROM (SELECT ST_Transform(ST_SetSRID(ST_Extent(b.geom)::geometry, 3857), 4326) AS e
          FROM holdings_holdingbuilding l JOIN holdings_building b ON b.id = l.building_id
          WHERE l.holding_id = %(holding)s) box,
         holdings_holdingbuilding l JOIN holdings_building b ON b.id = l.building_id
    WHERE l.holding_id = %(holding)s
    GROUP BY e
"""


def ward_places() -> tuple[WardPlace, ...]:
    """Every ward with its place, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_WARDS)
        return tuple(WardPlace(row[0], row[1], row[2], row[3:7], row[7:9]) for row in cursor.fetchall())


def city_bounds(wards: tuple[WardPlace, ...]) -> Bounds:
    """The extent of all wards in degrees (west, south, east, north)."""
    if not wards:
        return BANGLADESH
    west, south, east, north = zip(*(ward.bounds for ward in wards), strict=False)
    return min(west), min(south), max(east), max(north)


def city_extent() -> Bounds:
    """The extent of all wards in EPSG:3857; the country while there is no ward."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) e FROM holdings_ward) w"
        )
        row = cursor.fetchone()
    return row[:4] if row[0] is not None else (9_796_000.0, 2_333_000.0, 10_319_000.0, 3_083_000.0)


@dataclass(frozen=True)
class HoldingPlace:
    """A holding's buildings and their extent in degrees."""

    buildings: tuple[int, ...]
    bounds: Bounds


def holding_place(holding: Holding) -> HoldingPlace | None:
    """Where a holding stands; None when no building is linked to it."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, {"holding": holding.pk})
        row = cursor.fetchone()
    return HoldingPlace(tuple(row[0]), row[1:5]) if row else None


def holdings_in(building: Building) -> QuerySet[Holding]:
    """The holdings that stand in a building, by their place on the collector's route."""
    return building.holdings.select_related("road", "mahalla").order_by("route_order", "number_key")


def summaries_as_at() -> WardSummary | None:
    """Any ward's summary, for the time and fiscal year of the counts shown at low zooms."""
    return WardSummary.objects.only("made_at", "fiscal_year").first()
