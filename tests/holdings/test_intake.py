"""Files of other things: staged as they are, checked by general rules, applied whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, transaction

from holdings.intake.models import IntakeEnding, IntakeFile, IntakeProblem, IntakeRow
from holdings.intake.queries import intake_files, outcomes, report_rows
from holdings.intake.services import (
    AlreadyStaged,
    apply_intake,
    check_intake,
    map_columns,
    settle_rows,
    stage_intake,
    state_srid,
)
from holdings.models import Building, Holding, Road, Ward
from imis.errors import BadInput, NotAllowed, Refused
from imis.models import AuditRow, User
from imis.roles import Role
from tests.holdings.conftest import EAST, NORTH, NOW, square, stored
from tests.holdings.intakes_for_tests import APPLY, LANES, lane, line, named

Rows = list[tuple[Any, dict[str, Any]]]
Bring = Callable[..., IntakeFile]


def test_from_file_to_table_with_units_dates_and_words(lanes: Bring) -> None:
    rows = [
        lane(100, "L1", width="140 cm", built="14/07/2026", lamps="৩", name="দক্ষিণ গলি"),
        lane(200, "L2", width="2.5", built=None, lamps=None, **{"class": "Main Road"}),
    ]
    file = lanes(rows)
    assert file.columns == {n: n for n in ("width", "built", "lamps", "class", "name")} | {"code": "lane_no"}
    assert named(file) == {2: {"narrow"}}  # 2.5 of the field's own unit, millimetres
    file = map_columns(
        file=file, columns=file.columns, units={"width": "m"}, by=file.staged_by, at=NOW
    )  # the column is in metres; a cell with its own unit stays what it says
    assert file.state == IntakeFile.State.STAGED
    with pytest.raises(Refused):
        apply_intake(file=file, by=file.staged_by, at=NOW)
    check_intake(file=file, by=file.staged_by, at=NOW)
    apply_intake(file=file, by=file.staged_by, at=NOW)
    assert dict(Road.objects.values_list("code", "width_m")) == {"L1": Decimal("1.40"), "L2": Decimal("2.50")}
    assert dict(Road.objects.values_list("code", "hierarchy")) == {"L1": "lane", "L2": "main"}
    assert Road.objects.get(code="L1").ward_id == 21
    assert (found := outcomes(file)).applied == 2 and found.waiting == found.rejected == 0
    acts = ["stage_intake", "check_intake", "map_intake_columns", "check_intake", "apply_intake"]
    assert list(AuditRow.objects.order_by("pk").values_list("action", flat=True)) == acts


def test_a_unit_in_the_heading_is_understood(lanes: Bring) -> None:
    file = lanes([(line(100), {"code": "L1", "class": "lane", "width_in": 8})], apply=True)
    assert file.units == {"width": "in"}
    assert Road.objects.get().width_m == Decimal("0.20")


# What is wrong with a row, and the code that says so.
WRONG: dict[str, tuple[Any, dict[str, Any], set[str]]] = {
    "wrong geometry kind": (square(100, 100), {}, {"wrong_shape"}),
    "no geometry": (None, {}, {"no_geometry"}),
    "no length": (line(100, length=0), {}, {"empty_shape"}),
    "outside the city": (line(-4000), {}, {"outside_city"}),
    "missing required field": (line(100), {"lane_no": None}, {"missing_value"}),
    "bad choice": (line(100), {"class": "motorway"}, {"bad_choice"}),
    "key too long": (line(100), {"lane_no": "1234567"}, {"too_long"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_stops_a_row(lanes: Bring, wrong: str) -> None:
    shape, cells, codes = WRONG[wrong]
    rows = [lane(500, "GOOD"), (shape, {"lane_no": "L1", "class": "lane", **cells})]
    file = lanes(rows, apply=True, geometry_type="Unknown")
    assert named(file) == {2: codes}
    assert list(Road.objects.values_list("code", flat=True)) == ["GOOD"]
    found = outcomes(file)
    assert (found.rows, found.applied, found.waiting, found.ready) == (2, 1, 1, 0)
    told = list(report_rows(file))[0].told
    assert told.title and told.sentence and told.remedy and "%(" not in told.sentence + told.remedy


@pytest.mark.parametrize(
    ("cells", "code"),
    [({"width": "wide"}, "bad_number"), ({"width": "21 m"}, "bad_number"), ({"built": "31/02/2026"}, "bad_date"),
     ({"lamps": "2.5"}, "bad_number"), ({"name": "x" * 21}, "too_long")],
)  # fmt: skip
def test_what_is_only_named_leaves_the_value_empty(lanes: Bring, cells: dict[str, Any], code: str) -> None:
    file = lanes([lane(100, "L1", **cells)], apply=True)
    assert named(file) == {1: {code}} and outcomes(file).applied == 1
    road = Road.objects.get()
    assert road.width_m is None and road.name_en == "L1"


def test_codes_and_rows_that_stand_twice(lanes: Bring, assessor: User, write: Callable[..., Path]) -> None:
    twin = lane(300, "L2")
    file = lanes([lane(100, "L1"), lane(200, "l1"), twin, twin], apply=True)
    assert named(file) == {2: {"duplicate_code"}, 4: {"duplicate_row"}}
    again = lanes([lane(600, "L2"), lane(700, "L3")], name="second.gpkg", apply=True)
    assert named(again) == {1: {"known_code"}}
    assert set(Road.objects.values_list("code", flat=True)) == {"L1", "L2", "L3"}


def test_leaving_one_twin_out_frees_the_other(lanes: Bring, assessor: User) -> None:
    file = lanes([lane(100, "L1", name="old"), lane(200, "L1", name="new")])
    assert settle_rows(file=file, rows=[1], leave_out=True, by=assessor, at=NOW) == 1
    check_intake(file=file, by=assessor, at=NOW)
    apply_intake(file=file, by=assessor, at=NOW)
    assert Road.objects.get().name_en == "new"
    found = outcomes(file)
    assert (found.applied, found.rejected, found.waiting) == (1, 1, 0)
    assert settle_rows(file=file, rows=[1, 2], leave_out=False, by=assessor, at=NOW) == 0


def test_swapped_axes_and_a_wrong_system_are_named_and_set_right(lanes: Bring, assessor: User) -> None:
    flipped = shapely.transform(line(100), lambda xy: xy[:, ::-1])
    assert named(lanes([(flipped, {"lane_no": "L1", "class": "lane"})])) == {1: {"swapped_axes"}}
    metric = shapely.LineString([(EAST + 100, NORTH + 100), (EAST + 150, NORTH + 100)])
    file = lanes([(metric, {"lane_no": "L1", "class": "lane"})], name="m.geojson", crs="EPSG:4326")
    assert named(file) == {1: {"wrong_crs"}}
    assert IntakeProblem.objects.get(row__file=file).details["likely"] == 32645
    with pytest.raises(BadInput):
        state_srid(file=file, srid=999999, by=assessor, at=NOW)
    state_srid(file=file, srid=32645, by=assessor, at=NOW)
    check_intake(file=file, by=assessor, at=NOW)
    apply_intake(file=file, by=assessor, at=NOW)
    assert Road.objects.get().ward_id == 21 and named(file) == {}


def test_the_same_bytes_are_staged_once_a_kind(lanes: Bring, assessor: User, tmp_path: Path) -> None:
    first = lanes([lane(100, "L1")], apply=True)
    with pytest.raises(AlreadyStaged) as known:
        stage_intake(kind="lanes", path=tmp_path / "lanes.gpkg", name="other.gpkg", by=assessor, at=NOW)
    assert known.value.file == first
    assert stage_intake(kind="notes", path=tmp_path / "lanes.gpkg", name="x.gpkg", by=assessor, at=NOW).pk != first.pk


def test_running_again_changes_nothing(lanes: Bring, assessor: User) -> None:
    file = lanes([lane(100, "L1"), lane(200, "L2", **{"class": "?"})], apply=True)
    before = (list(Road.objects.values()), list(IntakeEnding.objects.values()), named(file))
    for _ in range(2):
        check_intake(file=file, by=assessor, at=NOW)
        file = apply_intake(file=file, by=assessor, at=NOW)
    assert (list(Road.objects.values()), list(IntakeEnding.objects.values()), named(file)) == before


def test_half_a_file_is_never_applied(lanes: Bring, assessor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second statement of the app's script fails: what the first wrote goes with it, and no row has an ending."""
    broken = replace(LANES, apply=(APPLY + "\n;\nINSERT INTO holdings_road (ward_id) SELECT 21",))
    file = lanes([lane(100, "L1"), lane(200, "L2")])
    monkeypatch.setattr("holdings.intake.registry.intakes", lambda: {"lanes": broken})
    with pytest.raises(IntegrityError), transaction.atomic():
        apply_intake(file=file, by=assessor, at=NOW)
    assert not Road.objects.exists() and not IntakeEnding.objects.exists()
    file.refresh_from_db()
    assert file.state == IntakeFile.State.CHECKED and not AuditRow.objects.filter(action="apply_intake").exists()


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "zip", "shp"])
def test_a_malicious_file_is_refused_before_anything_is_kept(
    declared: None, wards: list[Ward], assessor: User, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"drains.{suffix}"
    path.write_bytes(
        b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"
        b"</OGRVRTDataSource>"
    )
    with pytest.raises(BadInput):
        stage_intake(kind="lanes", path=path, name=path.name, by=assessor, at=NOW)
    assert not IntakeFile.objects.exists() and not IntakeRow.objects.exists()


def test_holdings_roads_and_buildings_are_found_as_the_register_writes_them(wards: list[Ward], notes: Bring) -> None:
    road = Road.objects.create(ward_id=21, code="007", name_bn="রূপসা সড়ক", name_en="Rupsha Road")
    first = Holding.objects.create(ward_id=21, road=road, number_written="১২/ক", number_key="12/ক")
    Holding.objects.create(ward_id=21, number_written="12-ক", number_key="12/ক")
    Holding.objects.create(ward_id=22, number_written="9", number_key="9", code="22-001-0009-00")
    shape = stored(shapely.MultiPolygon([square(100, 100)]))
    shape.srid = 4326
    shape.transform(3857)
    Building.objects.create(
        bin="B1", ward_id=22, geom=stored(shapely.from_wkb(bytes(shape.wkb))), point=shape.point_on_surface, area_m2=100
    )
    text = (
        "ওয়ার্ড নং,road,হোল্ডিং নং,bin,note\n"
        "২১,Rupsha road,12.ক,,by road\n"  # 1: found by ward, road and number
        "২১,,১২-ক,,two\n"  # 2: two doors
        ",,২২-০০১-০০০৯-০০,B1,by code\n"  # 3: found by code, without a ward
        ",,9,,where\n"  # 4: no ward
        "21,,77,,not yet\n"  # 5: unknown
        "21,Nowhere Road,12/ক,B9,named\n"  # 6: neither door is on a road that is not there
    )
    file = notes(text)
    assert named(file) == {
        2: {"ambiguous_holding"},
        4: {"holding_needs_ward"},
        5: {"unknown_holding"},
        6: {"unknown_holding", "unknown_road", "unknown_building"},
    }
    assert file.wards == [21, 22] and file.strays
    apply_intake(file=file, by=file.staged_by, at=NOW)
    first.refresh_from_db()
    assert first.old_number == "by road" and Holding.objects.get(ward_id=22).old_number == "by code"
    Holding.objects.create(ward_id=21, number_written="৭৭", number_key="77")
    check_intake(file=file, by=file.staged_by, at=NOW)
    assert 5 not in named(file), "the row waited and is matched now"
    apply_intake(file=file, by=file.staged_by, at=NOW)
    assert outcomes(file).applied == 3 and outcomes(file).waiting == 3
    assert Holding.objects.get(number_key="77").old_number == "not yet"


def test_a_fixed_word_holds_for_every_row(lanes: Bring, assessor: User) -> None:
    file = lanes([(line(100), {"code": "L1"})])
    assert named(file) == {1: {"missing_value"}}
    for columns in ({"class": "=motorway"}, {"colour": "code"}, {"name": "elsewhere"}):
        with pytest.raises(BadInput):
            map_columns(file=file, columns=columns, units={}, by=assessor, at=NOW)
    with pytest.raises(BadInput):
        map_columns(file=file, columns={}, units={"width": "miles"}, by=assessor, at=NOW)
    map_columns(file=file, columns={"code": "code", "class": "=গলি"}, units={}, by=assessor, at=NOW)
    check_intake(file=file, by=assessor, at=NOW)
    apply_intake(file=file, by=assessor, at=NOW)
    assert Road.objects.get().hierarchy == "lane"


def test_who_may_bring_and_see(lanes: Bring, person: Callable[..., User], tmp_path: Path) -> None:
    file = lanes([lane(100, "L1"), lane(1200, "L2")])
    assert file.wards == [21, 22] and not file.strays
    here = person(Role.ASSESSOR, wards=[21, 22], username="here")
    elsewhere = person(Role.ASSESSOR, wards=[22], username="elsewhere")
    cashier = person(Role.CASHIER)
    assert list(intake_files(here)) == [file] and not intake_files(elsewhere) and not intake_files(cashier)
    with pytest.raises(NotAllowed):
        apply_intake(file=file, by=elsewhere, at=NOW)
    for refused in (check_intake, apply_intake):
        with pytest.raises(NotAllowed):
            refused(file=file, by=cashier, at=NOW)
    with pytest.raises(NotAllowed):
        stage_intake(kind="lanes", path=tmp_path / "lanes.gpkg", name="b.gpkg", by=cashier, at=NOW)
    assert apply_intake(file=file, by=here, at=NOW).state == IntakeFile.State.APPLIED
