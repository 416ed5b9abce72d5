"""Writes the register of the generated city, ward by ward, with COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import shapely
from django.conf import settings
from django.db import connection

from demo.copying import NULL, copy_lines, restart_ids
from demo.facts import STRUCTURES, USES, BuildingFacts, PlotFacts, ward_facts
from demo.frame import storage, ward_shape
from demo.holdings import OWNED_SINCE, HoldingRows, holding_rows
from demo.places import HIERARCHIES, lines_of, mahallas, road_names
from demo.plan import WardPlan
from holdings.models import Building, Holding, HoldingBuilding, Mahalla, Owner, Ownership, Road, Unit
from imis.bangla import digits

_MODELS = (Mahalla, Road, Building, Holding, HoldingBuilding, Owner, Ownership, Unit)
_WARD = (
    "INSERT INTO holdings_ward (number, name_bn, name_en, zone, geom) VALUES (%s, %s, %s, %s, ST_GeomFromWKB(%s, 3857))"
)
_STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS demo_building (
        id bigint, bin text, ward_id smallint, geom geometry(Polygon, 3857),
        storeys smallint, structure text, use text, built_year smallint
    ) ON COMMIT DELETE ROWS
"""
_BUILDINGS = """
    INSERT INTO holdings_building (id, bin, ward_id, geom, point, area_m2, storeys, structure, use, built_year)
    SELECT id, bin, ward_id, ST_Multi(geom), ST_PointOnSurface(geom),
           round(ST_Area(ST_Transform(geom, %s))::numeric, 2), storeys, structure, use, built_year
    FROM demo_building ORDER BY id
"""


class Counters:
    """The last id used in each table; the city starts from an empty register."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def take(self, table: str, n: int) -> int:
        """The first of `n` new ids."""
        first = self._last.get(table, 0) + 1
        self._last[table] = first + n - 1
        return first


def load_register(plans: Iterable[WardPlan], progress: Callable[[str], None]) -> int:
    """Writes wards, roads, buildings, holdings, owners and units in the caller's transaction; returns the holdings."""
    counters, total = Counters(), 0
    plans = list(plans)
    for one in plans:
        _write_ward(one)
    for one in plans:
        plots, buildings = ward_facts(one)
        total += _write_inside(one, plots, buildings, counters)
        if len(plots.use):
            progress(f"ward {one.frame.number}: {len(buildings.storeys):,} buildings, {total:,} holdings so far")
    restart_ids(model._meta.db_table for model in _MODELS)
    return total


def _write_ward(one: WardPlan) -> None:
    number = one.frame.number
    with connection.cursor() as cursor:
        cursor.execute(
            _WARD,
            [number, f"ওয়ার্ড নং {digits(number)}", f"Ward No. {number}", _zone(one), bytes(ward_shape(one.frame).wkb)],
        )


def _zone(one: WardPlan) -> int:
    """The rent zone, 1 in the centre to 4 at the outskirts."""
    return 1 + sum(one.frame.remoteness > limit for limit in (0.2, 0.38, 0.56))


def _write_inside(one: WardPlan, plots: PlotFacts, buildings: BuildingFacts, counters: Counters) -> int:
    ward = one.frame.number
    quarters = mahallas(one, plots)
    first_mahalla = counters.take("mahalla", len(quarters.names))
    copy_lines(
        "holdings_mahalla",
        ("id", "ward_id", "name_bn", "name_en"),
        (f"{first_mahalla + i}\t{ward}\t{bn}\t{en}" for i, (bn, en) in enumerate(quarters.names)),
    )
    first_road = _write_roads(one, counters)
    if not len(plots.use):
        return 0
    first_building = _write_buildings(ward, buildings, counters)
    rows = holding_rows(one, plots, buildings, quarters)
    first_holding = _write_holdings(rows, ward, first_road, first_mahalla, counters)
    _write_links(rows, first_holding, first_building, counters)
    _write_owners(rows, first_holding, counters)
    _write_units(rows, first_holding, first_building, counters)
    return len(rows.codes)


def _write_roads(one: WardPlan, counters: Counters) -> int:
    roads, ward = one.roads, one.frame.number
    first = counters.take("road", len(roads.hierarchy))
    shapes = np.array(
        [shapely.multilinestrings([shapely.linestrings(storage(line)) for line in lines]) for lines in lines_of(roads)]
    )
    wkb = shapely.to_wkb(shapely.set_srid(shapes, 3857), hex=True, include_srid=True)
    copy_lines(
        "holdings_road",
        ("id", "ward_id", "code", "name_bn", "name_en", "hierarchy", "width_m", "geom"),
        (
            f"{first + i}\t{ward}\t{i + 1:03}\t{bn}\t{en}\t{HIERARCHIES[int(kind)]}\t{width:.2f}\t{shape}"
            for i, ((bn, en), kind, width, shape) in enumerate(
                zip(road_names(one), roads.hierarchy, roads.width, wkb, strict=True)
            )
        ),
    )
    return first


def _write_buildings(ward: int, buildings: BuildingFacts, counters: Counters) -> int:
    first = counters.take("building", len(buildings.storeys))
    wkb = shapely.to_wkb(shapely.set_srid(buildings.prints.shapes, 3857), hex=True, include_srid=True)
    columns = (
        buildings.storeys.tolist(),
        buildings.structure.tolist(),
        buildings.use.tolist(),
        buildings.built_year.tolist(),
    )
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("DELETE FROM demo_building")
    copy_lines(
        "demo_building",
        ("id", "bin", "ward_id", "geom", "storeys", "structure", "use", "built_year"),
        (
            f"{first + i}\tB{ward:02}-{i + 1:06}\t{ward}\t{shape}\t{storeys}"
            f"\t{STRUCTURES[structure]}\t{USES[use]}\t{year}"
            for i, (shape, storeys, structure, use, year) in enumerate(zip(wkb, *columns, strict=True))
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS, [settings.CITY_METRIC_SRID])
    return first


def _write_holdings(rows: HoldingRows, ward: int, first_road: int, first_mahalla: int, counters: Counters) -> int:
    first = counters.take("holding", len(rows.codes))
    columns = (
        "id",
        "ward_id",
        "road_id",
        "mahalla_id",
        "number_written",
        "number_key",
        "code",
        "old_number",
        "frontage",
        "route_order",
        "state",
    )
    copy_lines(
        "holdings_holding",
        columns,
        (
            f"{first + i}\t{ward}\t{first_road + road}\t{first_mahalla + mahalla}\t{written}\t{key}\t{code}\t{old}"
            f"\t{frontage}\t{10 * (i + 1)}\tactive"
            for i, (road, mahalla, written, key, code, old, frontage) in enumerate(
                zip(
                    rows.road,
                    rows.mahalla,
                    rows.written,
                    rows.keys,
                    rows.codes,
                    rows.old_numbers,
                    rows.frontage,
                    strict=True,
                )
            )
        ),
    )
    return first


def _write_links(rows: HoldingRows, first_holding: int, first_building: int, counters: Counters) -> None:
    first = counters.take("link", len(rows.links))
    copy_lines(
        "holdings_holdingbuilding",
        ("id", "holding_id", "building_id"),
        (
            f"{first + i}\t{first_holding + holding}\t{first_building + building}"
            for i, (holding, building) in enumerate(rows.links)
        ),
    )


def _write_owners(rows: HoldingRows, first_holding: int, counters: Counters) -> None:
    first = counters.take("owner", len(rows.owners))
    copy_lines(
        "holdings_owner",
        ("id", "name_bn", "name_en", "guardian_name", "mobile"),
        (
            f"{first + i}\t{one.name_bn}\t{one.name_en}\t{one.guardian}\t{one.mobile}"
            for i, one in enumerate(rows.owners)
        ),
    )
    first_share = counters.take("ownership", len(rows.shares))
    copy_lines(
        "holdings_ownership",
        ("id", "holding_id", "owner_id", "share", "valid"),
        (
            f"{first_share + i}\t{first_holding + holding}\t{first + owner}\t{share}\t[{OWNED_SINCE},)"
            for i, (holding, owner, share) in enumerate(rows.shares)
        ),
    )


def _write_units(rows: HoldingRows, first_holding: int, first_building: int, counters: Counters) -> None:
    first = counters.take("unit", len(rows.units))
    columns = (
        "id",
        "holding_id",
        "building_id",
        "storey",
        "use",
        "structure",
        "occupancy",
        "area_sqft",
        "monthly_rent_amount",
        "valid",
    )
    copy_lines(
        "holdings_unit",
        columns,
        (
            f"{first + i}\t{first_holding + unit.holding}\t"
            f"{NULL if unit.building is None else first_building + unit.building}\t{unit.storey}\t{unit.use}\t"
            f"{unit.structure}\t{unit.occupancy}\t{unit.area_sqft:.2f}\t{unit.rent or NULL}\t[{OWNED_SINCE},)"
            for i, unit in enumerate(rows.units)
        ),
    )
