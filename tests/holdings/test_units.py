"""What a row says of owners, floors and use is entered, or it is named that it was not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdings.models import Building, HoldingBuilding, Ownership, Road, SurveyFile, Unit
from holdings.queries.survey import problems, report_row
from holdings.services import apply_survey, check_survey, settle_rows
from imis.models import User
from tests.holdings.bringing import named, problem, row
from tests.holdings.conftest import NOW

Bring = Callable[..., SurveyFile]
CELLS: dict[str, Any] = {"use": "residential", "structure": "pucca", "occupancy": "owner", "levels": 1}
BY_STOREY = {"area_sqft": "=footprint"}


def further(file: SurveyFile, number: int, by: User) -> None:
    settle_rows(file=file, rows=[number], decision="further", by=by, at=NOW)
    apply_survey(file=file, by=by, at=NOW)


def test_another_owner_of_a_door_of_the_same_file_is_named(bring: Bring, assessor: User) -> None:
    owners = ["রহিম", "সালমা", "রহিম"]
    file = bring([row(100 * n, house_no="1", owner=owner) for n, owner in enumerate(owners, start=1)])
    assert {n: "owner_differs" in codes for n, codes in named(file).items()} == {2: True, 3: False}
    assert problem(file, "owner_differs").details == {"first": 1}
    assert report_row(problems(file, "owner_differs").get()).told.sentence
    further(file, 2, assessor)
    assert Ownership.objects.get().owner.name_bn == "রহিম"


def test_the_first_row_that_names_an_owner_says_who_it_is(bring: Bring, assessor: User) -> None:
    file = bring([row(100, house_no="1", owner=None), row(200, house_no="1", owner="সালমা")])
    further(file, 2, assessor)
    assert Ownership.objects.get().owner.name_bn == "সালমা" and "owner_differs" not in named(file)[2]


@pytest.mark.parametrize("apart", [False, True])
def test_a_further_building_brings_its_units(bring: Bring, assessor: User, apart: bool) -> None:
    file = bring(
        [row(100, bin="B1", house_no="1", **CELLS), row(200, bin="B2", house_no="1", **CELLS)],
        columns=BY_STOREY,
        apply=apart,
    )
    further(file, 2, assessor)
    assert set(Unit.objects.values_list("building__bin", "storey")) == {("B1", 0), ("B2", 0)}


def test_a_new_building_of_a_known_holding_brings_its_units(bring: Bring, assessor: User) -> None:
    bring([row(100, bin="B1", house_no="1", **CELLS)], columns=BY_STOREY, apply=True)
    file = bring([row(200, bin="B2", house_no="1", **{**CELLS, "levels": 2})], columns=BY_STOREY)
    further(file, 1, assessor)
    assert HoldingBuilding.objects.count() == 2
    assert set(Unit.objects.values_list("building__bin", "storey")) == {("B1", 0), ("B2", 0), ("B2", 1)}
    assert named(file) == {1: {"duplicate_number"}}
    bring([row(200, bin="B2", house_no="1", **{**CELLS, "levels": 2})], columns=BY_STOREY, apply=True)
    assert Unit.objects.count() == 3


def test_units_without_a_building_are_not_doubled(bring: Bring, assessor: User) -> None:
    bring([row(100, bin="B1", house_no="1", **CELLS)], columns=BY_STOREY, apply=True)
    Unit.objects.update(building=None)
    file = bring([row(200, bin="B2", house_no="1", **{**CELLS, "use": "shop"})], columns=BY_STOREY)
    further(file, 1, assessor)
    assert Unit.objects.count() == 1 and "units_differ" in named(file)[1]


def test_what_a_survey_says_otherwise_than_the_units_is_named(bring: Bring) -> None:
    bring([row(100, bin="B1", house_no="1", **CELLS)], columns=BY_STOREY, apply=True)
    other: dict[str, Any] = {"use": "বাণিজ্যিক", "structure": "tin", "occupancy": "let", "levels": 5}
    file = bring([row(100, side=11, bin="B1", house_no="1", **other)], columns=BY_STOREY, apply=True)
    said = {p.field: p.value for p in problems(file, "units_differ")}
    assert float(said.pop("area_sqft")) == pytest.approx(1302, rel=0.01)
    assert said == {"use": "বাণিজ্যিক", "structure": "tin", "occupancy": "let", "storeys": "5"}
    assert not any(p.blocking for p in problems(file, "units_differ"))
    assert all(report_row(p).told.field for p in problems(file, "units_differ"))
    assert Building.objects.get().storeys == 5 and Unit.objects.get().use == "residential"


def test_a_building_measured_again_is_no_other(bring: Bring, assessor: User) -> None:
    rows = [row(100, bin="B1", house_no="1", **CELLS), row(300, bin="B2", house_no="2", **{**CELLS, "levels": 3})]
    bring(rows, columns=BY_STOREY, apply=True)
    file = bring([row(100.1, bin="B1", house_no="1", **CELLS), rows[1]], columns=BY_STOREY)
    assert named(file) == {}
    Unit.objects.filter(building__bin="B2", storey=2).update(use="commercial")
    check_survey(file=file, by=assessor, at=NOW)
    assert named(file) == {}  # the units know more than the row: one of them is as the row says


def test_flats_of_one_building_are_compared_each_with_its_own(bring: Bring) -> None:
    flats = [row(100, bin="B1", house_no=number, **CELLS) for number in ("7A", "7B")]
    bring(flats, columns=BY_STOREY, apply=True)
    changed = [flats[0], row(100, bin="B1", house_no="7B", **{**CELLS, "occupancy": "let"})]
    file = bring(changed, columns=BY_STOREY)
    assert {(p.row.number, p.field) for p in problems(file, "units_differ")} == {(2, "occupancy")}


def test_road_codes_go_on_after_999(bring: Bring) -> None:
    Road.objects.create(ward_id=21, code="1234", name_bn="x", name_en="x")
    bring(
        [row(100, house_no="1", road="নতুন সড়ক"), row(200, house_no="2", road="আরও সড়ক"), row(1100, road="R")],
        apply=True,
    )
    assert set(Road.objects.values_list("ward", "code")) == {(21, "1234"), (21, "1235"), (21, "1236"), (22, "001")}
    Road.objects.create(ward_id=21, code="999999", name_bn="y", name_en="y")
    bring([row(300, house_no="3", road="আরেক সড়ক")], apply=True)
    assert Road.objects.filter(ward=21, code="1237").exists()
