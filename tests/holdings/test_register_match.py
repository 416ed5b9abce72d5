"""A survey beside the register: the same, the new, the split, flats and compounds, roads and codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdings.models import Building, Holding, Ownership, Road, SurveyFile, Ward
from holdings.queries import Outcomes
from holdings.services import (
    apply_survey,
    check_survey,
    settle_rows,
    stage_survey,
)
from imis.models import User
from tests.holdings.bringing import counts, named, problem, row
from tests.holdings.conftest import NOW, square


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


def test_a_second_survey_matches_the_register(bring: Callable[..., SurveyFile], assessor: User) -> None:
    bring(
        [row(100, bin="B1", house_no="1"), row(200, bin="B2", house_no="2"), row(300, side=20, bin="B3", house_no="3")],
        apply=True,
    )
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
            row(100, house_no="1", road="খান জাহান আলী রোড"),
            row(200, house_no="2", road="khan  jahan-ali road"),
            row(300, house_no="3", road="007"),
            row(400, house_no="4", road="New Lane"),
            row(500, house_no="5", road="NEW LANE"),
        ],
        apply=True,
    )
    assert set(Holding.objects.filter(number_key__in="123").values_list("road", flat=True)) == {known.pk}
    new = Road.objects.exclude(pk=known.pk).get()
    assert new.code == "008" and new.holdings.count() == 2
    assert problem(file, "unknown_road").details == {"rows": 2, "ward": 21}
    assert Holding.objects.get(number_key="4").code == "21-008-0004-00"


def test_codes_of_one_number_differ_by_suffix(bring: Callable[..., SurveyFile]) -> None:
    bring(
        [row(100 * n, house_no=number) for n, number in enumerate(["12/ক", "12", "12ক", "ডি-9", "123456"], start=1)],
        apply=True,
    )
    codes = dict(Holding.objects.values_list("number_key", "code"))
    assert codes == {
        "12": "21-000-0012-00",
        "12ক": "21-000-0012-01",
        "12/ক": "21-000-0012-02",
        "ডি/9": None,
        "123456": None,
    }
    bring([row(800, house_no="12খ")], apply=True)
    assert Holding.objects.get(number_key="12খ").code == "21-000-0012-03"


def test_a_table_links_holdings_to_buildings_by_number_or_place(
    bring: Callable[..., SurveyFile], assessor: User, tmp_path: Path
) -> None:
    bring([row(100, bin="B1"), row(200, bin="B2")], apply=True)
    lon, lat = square(205, 105, 0.1).centroid.coords[0]
    table, points = tmp_path / "t.csv", tmp_path / "p.csv"
    table.write_text(
        "bin,ward,holding no,owner\nB1,21,1,রহিম\nB1,21,2,করিম\n,21,3,সালমা\n,,4,x\n,21,,y\n", encoding="utf-8"
    )
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
