"""Which buildings could connect to a sewer: true metres, by an index, in the user's wards."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import pyproj
import pytest
import shapely
from django.core.management import call_command
from django.db import connection

from holdings.intake.models import IntakeFile
from holdings.models import Building, Ward
from tests.holdings.conftest import EAST, NORTH, placed, stored
from tests.utilities.conftest import building, holding, line
from utilities.models import Connection, Sewer, SewerReach
from utilities.queries.reach import buildings_in_reach, nearest_sewer, reach_parameters
from utilities.statements import statement

pytestmark = pytest.mark.django_db
Bring = Callable[..., IntakeFile]


def rows_of(metres: str, wards: list[int] | None = None) -> dict[str, Decimal]:
    found = buildings_in_reach(Sewer.objects.get(), Decimal(metres), wards)
    return {row.bin: row.distance_m for row in found}


@pytest.fixture
def street(wards: list[Ward], bring: Bring) -> dict[str, Building]:
    """A sewer along y = 100, buildings 5, 29, 31, 60 and 150 m above it, and one 20 m above it in the next ward."""
    made = {name: building(n, 21, 110, 100 + n) for name, n in {"a": 5, "b": 29, "c": 31, "d": 60, "e": 150}.items()}
    made["f"] = building(20, 22, 1005, 120)
    bring("sewers", [(line(100, to=(1100, 100)), {"code": "S1", "diameter": "300"})])
    return made


def test_metres_are_true_metres(street: dict[str, Building]) -> None:
    """In 3857 a building 29 m away measures 31.5: a test of 30 raw units would lose it."""
    assert rows_of("30") == {"B5": Decimal("5.0"), "B20": Decimal("20.0"), "B29": Decimal("29.0")}
    assert set(rows_of("31.1")) == {"B5", "B20", "B29", "B31"}
    raw = Building.objects.get(bin="B29").geom.distance(Sewer.objects.get().geom)
    assert raw > 31
    geod = pyproj.Geod(ellps="WGS84")
    near, far = placed(shapely.Point(EAST + 115, NORTH + 100)), placed(shapely.Point(EAST + 115, NORTH + 129))
    assert geod.inv(near.x, near.y, far.x, far.y)[2] == pytest.approx(29, abs=0.02)


def test_the_nearest_come_first_with_what_stands_in_them(street: dict[str, Building]) -> None:
    one = holding(21, "1", house=street["b"])
    holding(21, "2", house=street["b"])
    Connection.objects.create(
        provider_id="KWASA", service="sewerage", holding=one, account_number="S1", account_key="S1",
        status="connected", valid=("2024-01-01", None),
    )  # fmt: skip
    rows = buildings_in_reach(Sewer.objects.get(), Decimal(30), None)
    assert [row.bin for row in rows] == ["B5", "B20", "B29"]
    assert [(row.holdings, row.connected) for row in rows] == [(0, False), (0, False), (2, True)]
    lon, lat = json.loads(rows[0].geojson)["coordinates"][0][0][0]
    assert 89 < lon < 90 and 22 < lat < 23


def test_only_the_users_wards_are_looked_at(street: dict[str, Building]) -> None:
    assert set(rows_of("30", [22])) == {"B20"} and rows_of("30", []) == {}


@pytest.mark.parametrize("metres", ["0", "-1", "501"])
def test_a_senseless_distance_is_refused(street: dict[str, Building], metres: str) -> None:
    with pytest.raises(ValueError):
        rows_of(metres)


def test_the_index_answers(street: dict[str, Building]) -> None:
    """Among 20,000 buildings the plan reads the spatial index, and few buildings are measured."""
    ward = Ward.objects.get(number=21)
    grid = [(x * 7.0, y * 7.0 + 1) for x in range(140) for y in range(140)]
    shapes = [placed(shapely.box(EAST + x, NORTH + y, EAST + x + 5, NORTH + y + 5), "storage") for x, y in grid]
    Building.objects.bulk_create(
        [
            Building(
                bin=f"G{n}", ward=ward, geom=stored(shapely.MultiPolygon([shape])), area_m2=25,
                point=stored(shape.point_on_surface()),
            )
            for n, shape in enumerate(shapes)
        ],
        batch_size=5000,
    )  # fmt: skip
    sewer = Sewer.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE holdings_building")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + statement("buildings_in_reach"),
            reach_parameters(sewer, Decimal(30), None),
        )
        plan = cursor.fetchone()[0]
    plan = plan if isinstance(plan, list) else json.loads(plan)
    nodes = list(_nodes(plan[0]["Plan"]))
    assert not [n for n in nodes if n["Node Type"] == "Seq Scan" and n.get("Relation Name") == "holdings_building"]
    indexes = {n.get("Index Name", "") for n in nodes}
    assert any(name.startswith("holdings_building_geom") for name in indexes), indexes
    assert plan[0]["Execution Time"] < 2000
    rows = buildings_in_reach(sewer, Decimal(30), None)
    expected = sum(1 for x, y in grid if 64 < y < 131 and x >= 70) + 3
    assert len(rows) == pytest.approx(expected, rel=0.2) and len(rows) > 800


def _nodes(plan: dict[str, object]) -> list[dict[str, object]]:
    inner = [node for child in plan.get("Plans", []) for node in _nodes(child)]  # type: ignore[attr-defined]
    return [plan, *inner]


def test_a_sewers_file_measures_its_reach_and_later_buildings_are_measured_anew(
    street: dict[str, Building], bring: Bring
) -> None:
    found = dict(SewerReach.objects.values_list("building__bin", "distance_m"))
    assert set(found) == {"B5", "B20", "B29", "B31", "B60"} and round(found["B60"], 1) == 60
    bring("sewers", [(line(100, 165), {"code": "S2"})])
    nearest = dict(SewerReach.objects.values_list("building__bin", "sewer__code"))
    assert nearest == {"B5": "S1", "B20": "S1", "B29": "S2", "B31": "S2", "B60": "S2", "B150": "S2"}
    late = building(77, 21, 600, 177)
    before = dict(SewerReach.objects.values_list("building_id", "distance_m"))
    call_command("measure_reach", stdout=StringIO())
    after = dict(SewerReach.objects.values_list("building_id", "distance_m"))
    assert after == {**before, late.pk: after[late.pk]} and round(after[late.pk]) == 77
    one = holding(21, "9", house=late)
    reach = nearest_sewer(one.pk)
    assert reach is not None and reach.sewer.code == "S1" and nearest_sewer(0) is None
