"""A survey from file to register: what is wrong is named, what is right is entered, nothing happens twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from holdings.models import Building, Holding, Owner, Ownership, Road, SurveyFile, SurveyProblem, SurveyRow, Unit, Ward
from holdings.queries import Outcomes, outcomes
from holdings.queries.survey import problem_map, problems, report_row
from holdings.services import (
    AlreadyStaged,
    apply_survey,
    check_survey,
    map_columns,
    settle_rows,
    stage_survey,
    state_srid,
)
from imis.errors import BadInput, NotAllowed, Refused
from imis.models import AuditRow, User
from imis.roles import Role
from tests.holdings.conftest import NOW, bow_tie, square, stored, placed

Rows = list[tuple[Any, dict[str, Any]]]


@pytest.fixture
def bring(wards: list[Ward], assessor: User, write: Callable[..., Path]) -> Callable[..., SurveyFile]:
    """Writes, stages and checks rows; bring(rows, apply=True) also applies them."""
    names = (f"survey-{n}.gpkg" for n in itertools.count(1))

    def run(rows: Rows, *, apply: bool = False, columns: dict[str, str] | None = None, **more: Any) -> SurveyFile:
        path = write(more.pop("name", None) or next(names), rows, **more)
        file = stage_survey(path=path, name=path.name, by=assessor, at=NOW)
        if columns:
            map_columns(file=file, columns={**file.columns, **columns}, by=assessor, at=NOW)
        file = check_survey(file=file, by=assessor, at=NOW)
        return apply_survey(file=file, by=assessor, at=NOW) if apply else file

    return run


def row(x: float, y: float = 100, *, side: float = 10, **cells: Any) -> tuple[Any, dict[str, Any]]:
    """A footprint with a ward that fits its place."""
    return square(x, y, side), {"ward_no": 21 + int(x // 1000), **cells}


def named(file: SurveyFile) -> dict[int, set[str]]:
    """Row number → codes of its problems."""
    found: dict[int, set[str]] = {}
    for number, code in SurveyProblem.objects.filter(row__file=file).values_list("row__number", "code"):
        found.setdefault(number, set()).add(code)
    return found


def problem(file: SurveyFile, code: str) -> SurveyProblem:
    return SurveyProblem.objects.get(row__file=file, code=code)


def counts(file: SurveyFile) -> Outcomes:
    found = outcomes(file)
    assert found.rows == found.applied + found.rejected + found.waiting
    return found


def test_a_clean_file_goes_into_the_register(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [
            row(100, bin="B1", house_no="৪ক", street="আহসান আহমেদ রোড", levels=2, structure="পাকা", use="আবাসিক"),
            row(1100, bin="B2", house_no="12/ক", street="R2", levels="৩", structure="tin", use="shop"),
        ],
        apply=True,
    )
    assert named(file) == {1: {"unknown_road"}, 2: {"unknown_road"}}
    assert counts(file) == Outcomes(2, 2, 0, 0, 0)
    first = Holding.objects.get(number_key="4ক")
    assert (first.ward_id, first.number_written, first.code) == (21, "৪ক", "21-001-0004-00")
    assert first.road is not None and first.road.name_bn == "আহসান আহমেদ রোড"
    building = first.buildings.get()
    assert (building.bin, building.storeys, building.structure, building.use) == ("B1", 2, "pucca", "residential")
    assert float(building.area_m2) == pytest.approx(100, rel=0.005)
    assert first.survey_row is not None and (first.survey_row.file_id, first.survey_row.number) == (file.pk, 1)
    second = Building.objects.get(bin="B2")
    assert (second.storeys, second.structure, second.use, second.ward_id) == (3, "tin_shed", "commercial", 22)


def test_area_is_measured_in_the_metric_system_of_the_city(bring: Callable[..., SurveyFile]) -> None:
    bring([row(100, side=20, bin="B1")], apply=True)
    building = Building.objects.get()
    metric = building.geom.transform(settings.CITY_METRIC_SRID, clone=True)
    assert float(building.area_m2) == pytest.approx(metric.area, abs=0.01)
    assert building.geom.area > metric.area * 1.15  # what 3857 would have said


def test_the_same_bytes_are_staged_once(bring: Callable[..., SurveyFile], assessor: User, tmp_path: Path) -> None:
    file = bring([row(100, bin="B1")])
    copy = tmp_path / "renamed.gpkg"
    copy.write_bytes((tmp_path / "survey-1.gpkg").read_bytes())
    with pytest.raises(AlreadyStaged) as again:
        stage_survey(path=copy, name=copy.name, by=assessor, at=NOW)
    assert again.value.file == file and SurveyRow.objects.count() == 1


def test_an_unreadable_file_leaves_nothing(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text("<OGRVRTDataSource/>", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        stage_survey(path=path, name=path.name, by=assessor, at=NOW)
    assert refusal.value.remedy and not SurveyFile.objects.exists() and not AuditRow.objects.exists()


def test_a_bow_tie_is_repaired_beside_and_waits(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([(bow_tie(100, 100), {"ward_no": 21, "bin": "B1"}), row(200, bin="B2")])
    wrong = problem(file, "invalid_ring")
    assert wrong.blocking and wrong.details["kept"] == pytest.approx(50, abs=0.5)
    assert wrong.row.repaired_geom.valid and not wrong.row.geom.valid
    apply_survey(file=file, by=assessor, at=NOW)
    assert list(Building.objects.values_list("bin", flat=True)) == ["B2"]
    assert counts(file) == Outcomes(2, 1, 0, 1, 0)
    settle_rows(file=file, rows=[1], decision="new", by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert float(Building.objects.get(bin="B1").area_m2) == pytest.approx(50, rel=0.01)
    assert counts(file) == Outcomes(2, 2, 0, 0, 0)


def test_each_geometry_that_is_none_is_named(bring: Callable[..., SurveyFile], assessor: User) -> None:
    import shapely

    sliver = placed(shapely.box(760_300, 2_525_100, 760_300.01, 2_525_101))
    rows: Rows = [
        (None, {"ward_no": 21, "bin": "B1"}),
        (shapely.LineString(square(100, 100).exterior.coords), {"ward_no": 21, "bin": "B2"}),
        (sliver, {"ward_no": 21, "bin": "B3"}),
        (square(400, 100), {"ward_no": 21, "bin": "B4"}),
    ]
    file = bring(rows, geometry_type="Unknown")
    assert {n: codes - {"missing_number"} for n, codes in named(file).items()} == {
        1: {"empty_geometry"}, 2: {"not_a_polygon"}, 3: {"zero_area"}, 4: set(),
    }
    for number in (1, 2, 3):
        with pytest.raises(Refused):
            settle_rows(file=file, rows=[number], decision="new", by=assessor, at=NOW)
    settle_rows(file=file, rows=[1, 2, 3], decision="reject", by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file) == Outcomes(4, 1, 3, 0, 0)


def test_a_ring_that_is_not_closed_is_kept_and_named(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('bin,ward,wkt\nB1,21,"POLYGON((89.5 22.8, 89.6 22.8, 89.6 22.9))"\n', encoding="utf-8")
    file = check_survey(file=stage_survey(path=path, name=path.name, by=assessor, at=NOW), by=assessor, at=NOW)
    assert named(file)[1] == {"broken_geometry"}
    assert file.rows.get().raw["_broken_geometry"].startswith("POLYGON")


def test_wards_unknown_other_missing_and_none(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring(
        [
            (square(100, 100), {"ward_no": 99, "bin": "B1"}),
            (square(200, 100), {"ward_no": 22, "bin": "B2"}),
            (square(300, 100), {"ward_no": None, "bin": "B3"}),
            (square(400, 2500), {"ward_no": 21, "bin": "B4"}),
            (square(995, 100), {"ward_no": 21, "bin": "B5"}),
            (square(500, 100), {"ward_no": "Ward No-21", "bin": "B6"}),
        ]
    )
    found = {n: codes - {"missing_number"} for n, codes in named(file).items()}
    assert found == {
        1: {"unknown_ward"}, 2: {"ward_mismatch"}, 3: {"missing_ward"}, 4: {"outside_wards"}, 5: {"straddles_ward"}, 6: set(),
    }
    assert problem(file, "ward_mismatch").details == {"stands": 21}
    assert problem(file, "straddles_ward").details["outside"] == pytest.approx(50, abs=1)
    assert problem(file, "outside_wards").details["metres"] == pytest.approx(1500, rel=0.02)
    with pytest.raises(Refused, match="1"):
        settle_rows(file=file, rows=[1], decision="new", by=assessor, at=NOW)
    settle_rows(file=file, rows=[1, 2], decision="new", ward=21, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert dict(Building.objects.values_list("bin", "ward")) == {"B1": 21, "B2": 21, "B3": 21, "B5": 21, "B6": 21}
    assert counts(file).waiting == 1


def test_swapped_axes_and_wrong_systems_are_recognised(bring: Callable[..., SurveyFile], assessor: User) -> None:
    import shapely

    swapped = shapely.transform(square(100, 100), lambda xy: xy[:, ::-1])
    file = bring([(swapped, {"ward_no": 21}), (square(200, 100, crs="utm"), {"ward_no": 21}), row(300)])
    assert problem(file, "swapped_axes").row.number == 1
    wrong = problem(file, "wrong_crs")
    assert wrong.row.number == 2 and wrong.details == {"declared": 4326, "likely": 32645}
    assert 3 not in {n for n, codes in named(file).items() if codes - {"missing_number"}}


def test_a_file_that_names_no_system_is_placed_when_a_person_states_it(
    bring: Callable[..., SurveyFile], assessor: User
) -> None:
    rows = [(square(x, 100, crs="utm"), {"ward_no": 21, "bin": f"B{x}"}) for x in (100, 200)]
    file = bring(rows, name="none.shp", crs=None)
    assert {p.details["likely"] for p in problems(file, "wrong_crs")} == {32645}
    with pytest.raises(BadInput):
        state_srid(file=file, srid=999_999, by=assessor, at=NOW)
    state_srid(file=file, srid=32645, by=assessor, at=NOW)
    with pytest.raises(Refused):
        apply_survey(file=file, by=assessor, at=NOW)
    check_survey(file=file, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert Building.objects.count() == 2
    with pytest.raises(Refused):
        state_srid(file=file, srid=4326, by=assessor, at=NOW)


def test_a_file_in_the_metric_system_lands_where_it_should(bring: Callable[..., SurveyFile]) -> None:
    bring([(square(100, 100, crs="utm"), {"ward_no": 21, "bin": "B1"})], crs="EPSG:32645", apply=True)
    assert Building.objects.get().geom.equals_exact(stored(placed(square(100, 100, crs="utm"), "storage")), 0.01) or (
        Building.objects.get().geom.centroid.distance(stored(placed(square(100, 100, crs="utm"), "storage")).centroid) < 0.01
    )


def test_duplicates_and_overlaps_are_named_on_the_later_row(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [
            row(100, bin="B1", house_no="1"),
            row(100, bin="B1", house_no="1"),
            row(200, bin="B3", house_no="3"),
            row(205, bin="B4", house_no="4"),
            row(300, bin="B5", house_no="5"),
            row(309.9, bin="B6", house_no="6"),
            row(400, bin="B1", house_no="7"),
            row(500, bin="B8", house_no="5"),
            row(600.0, bin="B9", house_no=""),
            row(600.02, bin="B10", house_no=""),
        ]
    )
    found = {n: codes - {"missing_number"} for n, codes in named(file).items()}
    assert found == {
        2: {"duplicate_row"}, 4: {"overlap"}, 6: {"slight_overlap"}, 7: {"duplicate_bin"}, 8: {"duplicate_number"},
        9: set(), 10: {"duplicate_row"},
    }
    assert problem(file, "overlap").details == {"others": [3], "share": pytest.approx(50, abs=0.5)}
    assert problem(file, "slight_overlap").details["share"] == pytest.approx(1, abs=0.1)


def test_a_compound_and_flats_are_not_mistakes(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring(
        [
            row(100, bin="B1", house_no="5"),
            row(200, bin="B2", house_no="5"),
            row(300, bin="B3", house_no="7A"),
            row(300, bin="B3", house_no="7B"),
        ]
    )
    settle_rows(file=file, rows=[2], decision="further", by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file).waiting == 0
    assert Holding.objects.get(number_key="5").buildings.count() == 2
    assert Building.objects.get(bin="B3").holdings.count() == 2


def test_a_flat_waits_for_the_row_that_brings_its_building(bring: Callable[..., SurveyFile], assessor: User) -> None:
    rows = [(square(100, 100), {"ward_no": 22, "house_no": "1"}), (square(100, 100), {"ward_no": 21, "house_no": "2"})]
    file = bring(rows)
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file) == Outcomes(2, 0, 0, 2, 1) and not Building.objects.exists()
    settle_rows(file=file, rows=[1], decision="new", ward=21, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file).waiting == 0 and Building.objects.get().holdings.count() == 2


def test_bad_cells_are_named_and_left_empty(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [row(100, house_no="x" * 60, levels="many", use="moon", mobile="12345", owner="ম" * 200, rent="-5", built_year="1066")],
        columns={"built_year": "built_year"}, apply=True,
    )
    said = {(p.code, p.field) for p in problems(file)}
    assert {("too_long", "number"), ("bad_number", "storeys"), ("unknown_word", "use"), ("bad_mobile", "mobile"),
            ("too_long", "owner_bn"), ("bad_number", "rent"), ("bad_number", "built_year"), ("missing_number", "number")} == said
    building = Building.objects.get()
    assert (building.storeys, building.use, building.built_year) == (None, "", None) and not Holding.objects.exists()


def test_owners_and_units_come_when_the_file_carries_them(bring: Callable[..., SurveyFile]) -> None:
    cells = {"use": "residential", "structure": "pucca", "occupancy": "owner", "levels": 2}
    bring(
        [
            row(100, house_no="1", owner="মোঃ রহিম", father="করিম", mobile="+880 1711-123456", **cells),
            row(200, house_no="2", owner="মোঃ রহিম", father="করিম", mobile="০১৭১১১২৩৪৫৬", **cells),
            row(300, house_no="3", owner="সালমা", **cells),
        ],
        columns={"area_sqft": "=footprint"}, apply=True,
    )
    assert Owner.objects.count() == 2
    assert set(Ownership.objects.values_list("share", flat=True)) == {1} and Ownership.objects.count() == 3
    assert Owner.objects.get(name_bn="মোঃ রহিম").mobile == "01711123456"
    units = Unit.objects.filter(holding__number_key="1").order_by("storey")
    assert [unit.storey for unit in units] == [0, 1]
    assert float(units[0].area_sqft) == pytest.approx(1076.4, rel=0.005)
    assert units[0].valid.lower.isoformat() == "2026-07-01"


def test_a_second_survey_matches_the_register(bring: Callable[..., SurveyFile], assessor: User) -> None:
    bring([row(100, bin="B1", house_no="1"), row(200, bin="B2", house_no="2"), row(300, side=20, bin="B3", house_no="3")], apply=True)
    file = bring(
        [
            row(100.5, bin="B1", house_no="1", levels=3),
            row(206, bin="N1", house_no="9"),
            row(300, side=9.9, bin="N2", house_no="3A"),
            row(310, side=9.9, bin="N3", house_no="3B"),
            row(300, 110, side=9.9, bin="N4", house_no="3C"),
            row(500, bin="N5", house_no="5"),
            row(600, bin="B2", house_no="6"),
        ]
    )
    matches = dict(file.rows.values_list("number", "reading__match"))
    assert matches == {1: "same", 2: "conflict", 3: "split", 4: "split", 5: "split", 6: "new", 7: "conflict"}
    before = Building.objects.get(bin="B1").pk
    settle_rows(file=file, rows=[3], decision="same", by=assessor, at=NOW)
    settle_rows(file=file, rows=[4, 5], decision="new", by=assessor, at=NOW)
    settle_rows(file=file, rows=[7], decision="new", by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert Building.objects.get(bin="B1").pk == before and Building.objects.get(bin="B1").storeys == 3
    assert float(Building.objects.get(bin="B3").area_m2) == pytest.approx(98, rel=0.01)
    assert Building.objects.filter(bin__in=["N3", "N4", "N5"]).count() == 3
    assert Building.objects.get(bin=f"S{file.pk}-7").ward_id == 21  # its own number belongs to another building
    assert counts(file) == Outcomes(7, 6, 0, 1, 0)


def test_applying_again_changes_nothing(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", house_no="1"), row(100, bin="B1", house_no="1")], apply=True)
    before = list(Building.objects.values()), list(Holding.objects.values())
    apply_survey(file=file, by=assessor, at=NOW)
    check_survey(file=file, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert (list(Building.objects.values()), list(Holding.objects.values())) == before
    assert counts(file) == Outcomes(2, 1, 0, 1, 0)


def test_an_owner_is_never_changed_by_a_survey(bring: Callable[..., SurveyFile]) -> None:
    bring([row(100, bin="B1", house_no="1", owner="রহিম")], apply=True)
    file = bring([row(100, bin="B1", house_no="1", owner="করিম")], apply=True)
    assert problem(file, "owner_differs") and Ownership.objects.get().owner.name_bn == "রহিম"


def test_roads_are_found_by_code_or_name_and_entered_once(bring: Callable[..., SurveyFile], wards: list[Ward]) -> None:
    known = Road.objects.create(ward=wards[0], code="007", name_bn="খান জাহান আলী রোড", name_en="Khan Jahan Ali Road")
    file = bring(
        [
            row(100, house_no="1", road="খান জাহান আলী রোড"), row(200, house_no="2", road="khan  jahan-ali road"),
            row(300, house_no="3", road="007"), row(400, house_no="4", road="New Lane"), row(500, house_no="5", road="NEW LANE"),
        ],
        apply=True,
    )
    assert set(Holding.objects.filter(number_key__in="123").values_list("road", flat=True)) == {known.pk}
    new = Road.objects.exclude(pk=known.pk).get()
    assert new.code == "008" and new.holdings.count() == 2
    assert problem(file, "unknown_road").details == {"rows": 2, "ward": 21}
    assert Holding.objects.get(number_key="4").code == "21-008-0004-00"


def test_codes_of_one_number_differ_by_suffix(bring: Callable[..., SurveyFile]) -> None:
    bring([row(100 * n, house_no=number) for n, number in enumerate(["12/ক", "12", "12ক", "ডি-9", "123456"], start=1)], apply=True)
    codes = dict(Holding.objects.values_list("number_key", "code"))
    assert codes == {
        "12": "21-000-0012-00", "12ক": "21-000-0012-01", "12/ক": "21-000-0012-02", "ডি/9": None, "123456": None,
    }
    bring([row(800, house_no="12খ")], apply=True)
    assert Holding.objects.get(number_key="12খ").code == "21-000-0012-03"


def test_a_table_links_holdings_to_buildings_by_number_or_place(
    bring: Callable[..., SurveyFile], assessor: User, tmp_path: Path
) -> None:
    bring([row(100, bin="B1"), row(200, bin="B2")], apply=True)
    lon, lat = square(205, 105, 0.1).centroid.coords[0]
    table, points = tmp_path / "t.csv", tmp_path / "p.csv"
    table.write_text("bin,ward,holding no,owner\nB1,21,1,রহিম\nB1,21,2,করিম\n,21,3,সালমা\n,,4,x\n,21,,y\n", encoding="utf-8")
    points.write_text(f"ward,holding no,lon,lat\n21,5,{lon},{lat}\n", encoding="utf-8")
    files = []
    for path in (table, points):
        file = check_survey(file=stage_survey(path=path, name=path.name, by=assessor, at=NOW), by=assessor, at=NOW)
        files.append(apply_survey(file=file, by=assessor, at=NOW))
    assert set(Building.objects.get(bin="B1").holdings.values_list("number_key", flat=True)) == {"1", "2"}
    assert Building.objects.get(bin="B2").holdings.get().number_key == "5"
    assert Holding.objects.get(number_key="3").buildings.count() == 0
    found = named(files[0])
    assert found[4] == {"unknown_ward"} and "nothing_to_enter" in found[5]


def test_rows_are_evidence(bring: Callable[..., SurveyFile]) -> None:
    file = bring([row(100, bin="B1")])
    for sql in (
        "UPDATE holdings_surveyrow SET raw = '{}'", "UPDATE holdings_surveyrow SET number = 9", "DELETE FROM holdings_surveyrow",
        "DELETE FROM holdings_surveyfile",
    ):
        with pytest.raises(IntegrityError, match="kept_for_ever"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert file.rows.get().raw["bin"] == "B1"


def test_every_act_leaves_one_audit_row_without_personal_data(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", house_no="1", owner="রহিম", mobile="01711123456")], apply=True)
    rows = AuditRow.objects.filter(object_type="survey_file", object_id=str(file.pk))
    assert [r.action for r in rows.order_by("pk")] == ["stage_survey", "check_survey", "apply_survey"]
    assert "রহিম" not in str(list(rows.values())) and "01711123456" not in str(list(rows.values()))


def test_a_scoped_person_applies_only_their_wards(bring: Callable[..., SurveyFile], person: Callable[..., User]) -> None:
    file = bring([row(100, bin="B1"), row(1100, bin="B2")])
    scoped = person(Role.ASSESSOR, wards=[21], username="scoped")
    with pytest.raises(NotAllowed):
        apply_survey(file=file, by=scoped, at=NOW)
    assert not Building.objects.exists()


def test_columns_may_be_chosen_but_not_invented(bring: Callable[..., SurveyFile], assessor: User) -> None:
    file = bring([row(100, bin="B1", kind="দোকান")])
    for columns in ({"use": "none"}, {"moon": "kind"}, {"use": "=moon base"}):
        with pytest.raises(BadInput):
            map_columns(file=file, columns=columns, by=assessor, at=NOW)
    map_columns(file=file, columns={**file.columns, "use": "kind", "structure": "=pucca"}, by=assessor, at=NOW)
    file.refresh_from_db()
    check_survey(file=file, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    building = Building.objects.get()
    assert (building.use, building.structure) == ("commercial", "pucca")


def test_problems_are_told_and_mapped(bring: Callable[..., SurveyFile]) -> None:
    file = bring([(square(200, 100), {"ward_no": 22, "bin": "B2"})])
    told = report_row(problems(file, "ward_mismatch").get())
    assert told.number == 1 and told.blocking and told.told.field and told.told.remedy
    mapped = problem_map(file)["features"]
    assert [f["properties"]["row"] for f in mapped] == [1] and mapped[0]["properties"]["blocking"]


@pytest.mark.django_db(transaction=True)
def test_without_wards_nothing_is_checked(assessor: User, write: Callable[..., Path]) -> None:
    path = write("a.gpkg", [row(100, bin="B1")])
    file = stage_survey(path=path, name=path.name, by=assessor, at=NOW)
    with pytest.raises(Refused):
        check_survey(file=file, by=assessor, at=NOW)
