"""What is wrong with a survey row is named, with row, field and remedy, and waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdings.models import Building, Holding, SurveyFile, Ward
from holdings.queries import Outcomes
from holdings.queries.survey import problem_map, problems, report_row
from holdings.services import (
    apply_survey,
    check_survey,
    settle_rows,
    stage_survey,
    state_srid,
)
from imis.errors import BadInput, Refused
from imis.models import User
from tests.holdings.bringing import Rows, counts, named, problem, row
from tests.holdings.conftest import NOW, bow_tie, placed, square, stored


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
        1: {"empty_geometry"},
        2: {"not_a_polygon"},
        3: {"zero_area"},
        4: set(),
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
        1: {"unknown_ward"},
        2: {"ward_mismatch"},
        3: {"missing_ward"},
        4: {"outside_wards"},
        5: {"straddles_ward"},
        6: set(),
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
        Building.objects.get().geom.centroid.distance(stored(placed(square(100, 100, crs="utm"), "storage")).centroid)
        < 0.01
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
        2: {"duplicate_row"},
        4: {"overlap"},
        6: {"slight_overlap"},
        7: {"duplicate_bin"},
        8: {"duplicate_number"},
        9: set(),
        10: {"duplicate_row"},
    }
    assert problem(file, "overlap").details == {"others": [3], "share": pytest.approx(50, abs=0.5)}
    assert problem(file, "slight_overlap").details["share"] == pytest.approx(1, abs=0.1)


def test_bad_cells_are_named_and_left_empty(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [
            row(
                100,
                house_no="x" * 60,
                levels="many",
                use="moon",
                mobile="12345",
                owner="ম" * 200,
                rent="-5",
                built_year="1066",
            )
        ],
        columns={"built_year": "built_year"},
        apply=True,
    )
    said = {(p.code, p.field) for p in problems(file)}
    assert {
        ("too_long", "number"),
        ("bad_number", "storeys"),
        ("unknown_word", "use"),
        ("bad_mobile", "mobile"),
        ("too_long", "owner_bn"),
        ("bad_number", "rent"),
        ("bad_number", "built_year"),
        ("missing_number", "number"),
    } == said
    building = Building.objects.get()
    assert (building.storeys, building.use, building.built_year) == (None, "", None) and not Holding.objects.exists()


def test_problems_are_told_and_mapped(bring: Callable[..., SurveyFile]) -> None:
    file = bring([(square(200, 100), {"ward_no": 22, "bin": "B2"})])
    told = report_row(problems(file, "ward_mismatch").get())
    assert told.number == 1 and told.blocking and told.told.field and told.told.remedy
    mapped = problem_map(file)["features"]
    assert [f["properties"]["row"] for f in mapped] == [1] and mapped[0]["properties"]["blocking"]
