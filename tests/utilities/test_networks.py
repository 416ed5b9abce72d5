"""Networks from files: fields read, units, geodesic lengths, the road they lie along, and where each came from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import pyproj
import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from holdings.intake.models import IntakeFile, IntakeRow
from holdings.intake.queries import outcomes
from holdings.models import Ward
from holdings.services.places import load_roads, load_wards
from imis.models import User
from tests.utilities.conftest import line, named, road
from utilities.models import Drain, ElectricityLine, Sewer, WaterMain

pytestmark = pytest.mark.django_db
Bring = Callable[..., IntakeFile]


def test_a_drain_with_all_that_its_row_says(bring: Bring) -> None:
    near = road(21, "007", 80, 108)
    road(21, "008", 80, 160)
    cells = {"drain_code": "ড্রেন-১", "covered": "culvert", "material": "concrete", "width": "140 cm", "depth": "1.2 m"}
    bring("drains", [(line(100), cells)])
    drain = Drain.objects.get()
    assert (drain.code, drain.ward_id, drain.road) == ("ড্রেন-1", 21, near)
    assert (drain.cover, drain.surface, drain.material) == ("covered", "lined", "concrete")
    assert (drain.width_mm, drain.depth_mm) == (1400, 1200)
    assert drain.intake_row is not None and drain.intake_row.raw["drain_code"] == "ড্রেন-১"


def test_lengths_are_geodesic_and_the_near_road_is_near_in_metres(bring: Bring) -> None:
    """In 3857 the 50 m line measures 54 m, and a road 19 m away 20.6."""
    near = road(21, "007", 90, 119)
    bring("drains", [(line(100), {"code": "D1"}), (line(600, 200), {"code": "D2"})])
    first, second = Drain.objects.order_by("code")
    shape = shapely.from_wkb(bytes(first.geom.wkb))
    lonlat = shapely.transform(shape, _back)
    geodesic = pyproj.Geod(ellps="WGS84").geometry_length(lonlat)
    assert float(first.length_m) == pytest.approx(geodesic, abs=0.006) and 49.9 < geodesic < 50.1
    assert shape.length > 54
    assert first.road == near and second.road is None


def _back(xy: Any) -> Any:
    return numpy.column_stack(pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1]))


def test_a_road_that_the_row_names_wins(bring: Bring) -> None:
    road(21, "007", 80, 105)
    far = road(21, "009", 80, 400)
    bring("sewers", [(line(100), {"code": "S1", "road": "Road 009", "diameter_in": 8, "plant": "রাজবাঁধ"})])
    sewer = Sewer.objects.get()
    assert sewer.road == far and sewer.diameter_mm == 203 and sewer.plant == "রাজবাঁধ"


def test_water_and_electricity(bring: Bring) -> None:
    bring(
        "water_mains", [(line(100), {"pipe_id": "W1", "diameter": "4 in", "material": "PVC", "agency": "Khulna WASA"})]
    )
    bring("electricity_lines", [(line(100), {"feeder": "F1", "kv": "11", "type": "cable", "owner": "wzpdcl"})])
    pipe, wire = WaterMain.objects.get(), ElectricityLine.objects.get()
    assert (pipe.diameter_mm, pipe.material, pipe.provider_id) == (102, "upvc", "KWASA")
    assert (wire.voltage, wire.carried, wire.provider_id) == ("11kv", "underground", "WZPDCL")


def test_the_same_code_in_a_second_file_waits(bring: Bring) -> None:
    bring("drains", [(line(100), {"code": "d1"})])
    again = bring("drains", [(line(300), {"code": "D1"}), (line(500), {"code": "D2"})])
    assert named(again) == {1: {"known_code"}} and Drain.objects.count() == 2


@pytest.fixture
def khulna(shared: Path, planner: User, wards: list[Ward]) -> Path:
    """The real wards, in place of the small city's, and the transplanted roads."""
    Ward.objects.all().delete()
    load_wards(path=shared / "data" / "khulna" / "khulna_wards.geojson", by=planner, at=timezone.now())
    load_roads(path=shared / "data" / "khulna" / "khulna_roads.gpkg", by=planner, at=timezone.now())
    return shared / "data"


@pytest.mark.shared
def test_khulnas_drains(khulna: Path, bring: Bring) -> None:
    source = khulna / "khulna" / "khulna_drains.gpkg"
    file = bring("drains", source, units={"width_mm": "cm", "depth_mm": "cm"})
    found = outcomes(file)
    assert found.rows == found.applied + found.waiting == 225 and found.applied == Drain.objects.count() > 220
    meta, _, _, columns = pyogrio.raw.read(source)
    cells = dict(zip(meta["fields"], columns, strict=True))
    covers = Counter("open" if c == "no" else "unknown" if c is None else "covered" for c in cells["covered"])
    assert Counter(Drain.objects.values_list("cover", flat=True)) == covers
    lengths = dict(zip(cells["drain_code"], cells["length_m"], strict=True))
    for drain in Drain.objects.all():
        assert float(drain.length_m) == pytest.approx(lengths[drain.code], rel=0.005, abs=0.05), drain.code
    by_code = dict(zip(cells["drain_code"], cells["width"], strict=True))
    assert Drain.objects.get(code=next(code for code, w in by_code.items() if w == "140 cm")).width_mm == 1400
    assert Drain.objects.exclude(road=None).count() > 20
    applied = IntakeRow.objects.filter(ending__outcome="applied")
    assert set(applied.values_list("pk", flat=True)) == set(Drain.objects.values_list("intake_row", flat=True))


@pytest.mark.shared
def test_a_water_network_with_diameters_in_inches(khulna: Path, bring: Bring) -> None:
    """Kentucky's KY4 stands partly outside the city: those pipes wait and nothing is lost."""
    source = khulna / "samples" / "water_network_ky4_translated.gpkg"
    file = bring("water_mains", source, layer="pipes")
    assert file.units == {"diameter_mm": "in"}
    found = outcomes(file)
    assert found.rows == found.applied + found.waiting == 1156 and found.applied > 300
    assert {code for codes in named(file).values() for code in codes} == {"outside_city"}
    sizes = set(WaterMain.objects.values_list("diameter_mm", flat=True))
    assert sizes <= {76, 102, 152, 203, 254, 305, 406} and {152, 203} <= sizes
    meta, _, _, columns = pyogrio.raw.read(source, layer="pipes")
    feet = dict(zip(columns[0], columns[3], strict=True))
    near = [float(p.length_m) / (feet[p.code] * 0.3048) for p in WaterMain.objects.all() if feet[p.code] > 100]
    assert math.isclose(sorted(near)[len(near) // 2], 1, rel_tol=0.02)


@pytest.mark.shared
def test_drains_of_another_city_are_all_refused_a_place(khulna: Path, bring: Bring) -> None:
    file = bring("drains", khulna / "samples" / "zanzibar_drains_osm.geojson", columns={"code": "osm_id"})
    assert outcomes(file).waiting == 247 and not Drain.objects.exists()
    assert all("outside_city" in codes for codes in named(file).values())


REFUSED = {
    "a code twice in other capitals": "INSERT INTO utilities_drain (code, ward_id, length_m, geom, cover, surface,"
    " material, plant) SELECT lower(code), ward_id, length_m, geom, cover, surface, material, plant"
    " FROM utilities_drain",
    "no code": "UPDATE utilities_drain SET code = ''",
    "no length": "UPDATE utilities_drain SET length_m = 0",
    "an empty line": "UPDATE utilities_drain SET geom = ST_GeomFromText('MULTILINESTRING EMPTY', 3857)",
    "a ward that is not there": "UPDATE utilities_drain SET ward_id = 99",
    "a row that is not there": "UPDATE utilities_drain SET intake_row_id = 0",
    "a far reach": "INSERT INTO utilities_sewerreach (building_id, sewer_id, distance_m) VALUES (1, 1, 100.01)",
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses(bring: Bring, what: str) -> None:
    bring("drains", [(line(100), {"code": "D1"})])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFUSED[what])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_measure_out_of_bounds_is_named_and_left_out(bring: Bring) -> None:
    file = bring("drains", [(line(100), {"code": "D1", "width": "45 m", "depth": "-3"})])
    assert named(file) == {1: {"bad_number"}} and Drain.objects.get().width_mm is None
    assert Drain.objects.get().length_m > Decimal(49)
