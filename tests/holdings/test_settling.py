"""Who may redraw which building, and against which register: nothing is doubled, moved or lost without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from holdings.models import Building, Holding, SurveyFile, SurveyRow, Ward
from holdings.queries import Outcomes
from holdings.queries.survey import outdated
from holdings.services import apply_survey, check_survey, map_columns, settle_rows, stage_survey
from imis.errors import NotAllowed, Refused
from imis.models import AuditRow, User
from imis.roles import Role
from tests.holdings.bringing import counts, named, row
from tests.holdings.conftest import NOW, square

Bring = Callable[..., SurveyFile]


@pytest.fixture
def mine(person: Callable[..., User]) -> User:
    return person(Role.ASSESSOR, wards=[21], username="scoped")


def brought(path: Path, by: User) -> SurveyFile:
    return check_survey(file=stage_survey(path=path, name=path.name, by=by, at=NOW), by=by, at=NOW)


def settled(file: SurveyFile, rows: list[int], decision: str, by: User, **more: int) -> None:
    settle_rows(file=file, rows=rows, decision=decision, by=by, at=NOW, **more)


def test_a_building_of_another_ward_is_not_settled(bring: Bring, mine: User, write: Callable[..., Path]) -> None:
    bring([row(1100, bin="B-22", house_no="5", levels=4), row(300, bin="B-21")], apply=True)
    there = Building.objects.get(bin="B-22")
    file = brought(write("mine.gpkg", [row(100, bin="B-22", house_no="9"), row(400, bin="N1", house_no="8")]), mine)
    with pytest.raises(NotAllowed, match="B-22"):
        settled(file, [1], "same", mine)
    with pytest.raises(NotAllowed, match="22"):
        settled(file, [2], "same", mine, building=there.pk)
    assert not file.rows.exclude(decision="").exists()
    settled(file, [1], "new", mine)
    apply_survey(file=file, by=mine, at=NOW)
    again = Building.objects.get(pk=there.pk)
    assert (again.ward_id, again.geom.extent, again.storeys) == (22, there.geom.extent, 4)


def test_nor_is_one_applied_that_matched_by_itself(bring: Bring, mine: User, write: Callable[..., Path]) -> None:
    bring([(square(997, 100), {"ward_no": 22, "bin": "B-22"})], apply=True)
    file = brought(write("mine.gpkg", [(square(994, 100), {"ward_no": 21, "bin": "B-22", "levels": 1})]), mine)
    assert file.rows.get().reading.match == "same" and "register_conflict" not in named(file)[1]
    with pytest.raises(NotAllowed, match="B-22"):
        apply_survey(file=file, by=mine, at=NOW)
    assert Building.objects.get().storeys is None and counts(file).applied == 0


def test_the_same_building_is_one_the_outline_touches(bring: Bring, assessor: User) -> None:
    bring([row(100, bin="B1", house_no="1"), row(500, bin="B2", house_no="2")], apply=True)
    file = bring([row(106, bin="N1", house_no="7")])
    far = Building.objects.get(bin="B2")
    with pytest.raises(Refused, match="B2"):
        settled(file, [1], "same", assessor, building=far.pk)
    settled(file, [1], "same", assessor)
    # A decision of before this was looked at is refused when the file is applied.
    SurveyRow.objects.filter(file=file).update(decided_building=far)
    with pytest.raises(Refused, match="B2"):
        apply_survey(file=file, by=assessor, at=NOW)
    assert Building.objects.get(bin="B2").geom == far.geom


def test_one_building_is_drawn_by_one_row(bring: Bring, assessor: User) -> None:
    bring([row(300, side=20, bin="B3", house_no="3")], apply=True)
    pieces = [(300, 100, "A"), (310, 100, "B"), (300, 110, "C")]
    file = bring([row(x, y, side=9.9, bin=f"N{n}", house_no=f"3{n}") for x, y, n in pieces])
    settled(file, [1], "same", assessor)
    with pytest.raises(Refused, match="B3"):
        settled(file, [2], "same", assessor)
    with pytest.raises(Refused, match="B3"):
        settled(file, [2, 3], "same", assessor)
    SurveyRow.objects.filter(file=file, number=2).update(decision="same", decided_by=assessor, decided_at=NOW)
    with pytest.raises(Refused, match="1, 2"):
        apply_survey(file=file, by=assessor, at=NOW)
    settled(file, [2], "new", assessor)
    apply_survey(file=file, by=assessor, at=NOW)
    with pytest.raises(Refused, match="B3"):  # row 1 has drawn it
        settled(file, [3], "same", assessor)
    settled(file, [3], "new", assessor)
    apply_survey(file=file, by=assessor, at=NOW)
    assert Building.objects.count() == 3 and counts(file).applied == 3


def test_a_building_that_a_row_of_the_file_drew_is_not_drawn_again_unasked(bring: Bring, assessor: User) -> None:
    file = bring([row(100, house_no="1"), row(100.5, house_no="2")], apply=True)
    assert named(file)[2] == {"overlap"}
    check_survey(file=file, by=assessor, at=NOW)
    assert named(file)[2] == {"register_conflict"} and counts(file).ready == 0


def test_a_further_row_of_a_registered_building_does_not_double_it(bring: Bring, assessor: User) -> None:
    bring([row(100, bin="B1"), row(200, bin="B2", house_no="1")], apply=True)
    file = bring([row(100, bin="B1", house_no="1")])
    assert named(file) == {1: {"duplicate_number"}}
    settled(file, [1], "further", assessor)
    apply_survey(file=file, by=assessor, at=NOW)
    assert Building.objects.count() == 2 and Holding.objects.get().buildings.count() == 2


def test_a_survey_is_applied_to_the_register_it_was_checked_against(bring: Bring, assessor: User) -> None:
    first = bring([row(100 + 20 * i, house_no=str(i + 1), bin=f"B{i}") for i in range(5)])
    second = bring([row(100.1 + 20 * i, house_no=str(i + 1), bin=f"B{i}") for i in range(5)])
    apply_survey(file=first, by=assessor, at=NOW)
    assert outdated(second) and not outdated(first)
    with pytest.raises(Refused) as refusal:
        apply_survey(file=second, by=assessor, at=NOW)
    assert refusal.value.remedy and Building.objects.count() == 5
    check_survey(file=second, by=assessor, at=NOW)
    apply_survey(file=second, by=assessor, at=NOW)
    assert Building.objects.count() == 5 and counts(second).applied == 5


def test_its_own_application_asks_for_no_new_check(bring: Bring, assessor: User) -> None:
    file = bring([row(100, house_no="1"), row(200, house_no="1")], apply=True)
    settled(file, [2], "further", assessor)
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file) == Outcomes(2, 2, 0, 0, 0)


def test_a_decision_is_asked_again_when_something_new_stops_the_row(bring: Bring, assessor: User) -> None:
    other = bring([row(300, bin="B3", house_no="3")])
    file = bring([row(100, house_no="1"), row(105, house_no="2"), row(302, house_no="1"), row(800, house_no="1")])
    settled(file, [2], "new", assessor)
    settled(file, [3, 4], "further", assessor)
    apply_survey(file=other, by=assessor, at=NOW)
    check_survey(file=file, by=assessor, at=NOW)
    assert named(file)[2] == {"overlap"}
    decisions = dict(file.rows.values_list("number", "decision"))
    assert decisions == {1: "", 2: "new", 3: "further", 4: "further"}  # row 3 is plainly B3, nothing new stops it
    bring([row(109.5, y=105, bin="B9", house_no="9")], apply=True)
    check_survey(file=file, by=assessor, at=NOW)
    assert named(file)[2] == {"overlap", "register_conflict"}
    assert file.rows.get(number=2).decision == "" and file.rows.get(number=2).decided_by is None
    assert AuditRow.objects.filter(action="check_survey").order_by("-pk")[0].details == {"taken_back": 1}
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file) == Outcomes(4, 3, 0, 1, 0)


def test_changed_columns_are_read_before_more_is_applied(bring: Bring, assessor: User) -> None:
    file = bring([row(100, house_no="1"), row(200, house_no="1", other="7")], apply=True)
    map_columns(file=file, columns={"ward": "ward_no", "number": "other"}, by=assessor, at=NOW)
    with pytest.raises(Refused):
        settled(file, [2], "further", assessor)
    with pytest.raises(Refused):
        apply_survey(file=file, by=assessor, at=NOW)
    check_survey(file=file, by=assessor, at=NOW)
    apply_survey(file=file, by=assessor, at=NOW)
    assert set(Holding.objects.values_list("number_written", flat=True)) == {"1", "7"}


def test_columns_of_a_file_that_is_whole_in_the_register_ask_for_nothing(bring: Bring, assessor: User) -> None:
    file = bring([row(100, house_no="1")], apply=True)
    file = map_columns(file=file, columns={"ward": "ward_no"}, by=assessor, at=NOW)
    assert file.state == SurveyFile.State.APPLIED


def test_rows_left_out_are_not_counted_as_ready(
    bring: Bring, assessor: User, signed_in: Callable[..., Client], wards: list[Ward]
) -> None:
    file = bring([row(100, house_no="1"), row(100, house_no="1")])
    settled(file, [2], "reject", assessor)
    assert counts(file) == Outcomes(2, 0, 0, 2, ready=1, left_out=1)
    chief = signed_in(Role.ASSESSOR, username="chief")
    apply_survey(file=file, by=assessor, at=NOW)
    assert counts(file) == Outcomes(2, 1, 1, 0, 0)
    late = bring([row(500), row(500)], apply=True)
    settled(late, [2], "reject", assessor)
    page = chief.get(reverse("holdings:survey", args=[late.pk]))
    assert page.context["outcomes"].left_out == 1
    assert reverse("holdings:survey_apply", args=[late.pk]) in page.content.decode()


def test_the_page_of_an_outdated_file_offers_the_check(
    bring: Bring, assessor: User, signed_in: Callable[..., Client]
) -> None:
    file, other = bring([row(100, house_no="1")]), bring([row(300, house_no="3")])
    chief = signed_in(Role.ASSESSOR, username="chief")
    url, apply = reverse("holdings:survey", args=[file.pk]), reverse("holdings:survey_apply", args=[file.pk])
    assert apply in chief.get(url).content.decode()
    apply_survey(file=other, by=assessor, at=NOW)
    page = chief.get(url).content.decode()
    assert apply not in page and reverse("holdings:survey_check", args=[file.pk]) in page
