"""The assessor and the approver: wards at a glance, assessing, approving and rejecting values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from holdings.models import Holding, Unit
from imis.models import AuditRow, User
from imis.money import D
from imis.roles import Role
from tax.models import Assessment, Bill, Standing
from tax.queries import rule_set_on
from tax.services import assess_ward, issue_bills
from tests.tax.city import START, build_city, moment, officer
from tests.tax_web.conftest import OTHER_WARD, TODAY, WARD, follow, text_of

pytestmark = pytest.mark.django_db
ASSESS, PROPOSALS, REJECT = (f"/tax/wards/{WARD}/{path}/" for path in ("assess", "proposals", "proposals/reject"))
Desk = Callable[..., Client]


def lowered(town: list[Holding], by: User) -> list[int]:
    """Each holding's value is proposed at about half, by `by`; the keys of the proposals."""
    Unit.objects.filter(holding__in=town).update(area_sqft=D(1000))
    assess_ward(ward=WARD, rule_set=rule_set_on(START), valid_from=date(2021, 10, 1), by=by, at=moment(TODAY))
    keys = list(Assessment.objects.filter(state="proposed").order_by("holding_id").values_list("pk", flat=True))
    assert len(keys) == len(town)
    return keys


def states(keys: list[int]) -> list[str]:
    return [Assessment.objects.get(pk=key).state for key in keys]


def test_the_desk_counts_what_stands_in_the_books(desk: Desk, shop: Holding) -> None:
    build_city(wards=[OTHER_WARD], count=0)
    page = desk(Role.ASSESSOR).get("/tax/")
    [row] = page.context["rows"]
    assert (row.number, row.active, row.assessed, row.waiting, row.bills) == (WARD, 4, 4, 0, Bill.objects.count())
    assert row.demand == row.unpaid == Standing.objects.aggregate(s=Sum("unpaid_amount"))["s"] > 0
    # A ward without holdings is told of in one line and has no row to drown in.
    assert [ward.number for ward in page.context["empty_wards"]] == [OTHER_WARD]
    assert page.content.decode().count("<tr") == 2


def test_the_desk_adds_up_its_wards(desk: Desk, shop: Holding) -> None:
    build_city(wards=[OTHER_WARD], count=3)
    page = desk(Role.AUDITOR).get("/tax/")
    rows, total = page.context["rows"], page.context["total"]
    assert [row.number for row in rows] == [WARD, OTHER_WARD] and total.active == sum(row.active for row in rows) == 7
    assert total.demand == rows[0].demand + rows[1].demand and total.in_arrears == 0
    assert "wards/22/assess" not in page.content.decode(), "an auditor assesses nothing"


def test_the_desk_shows_only_the_wards_of_an_officer(desk: Desk, shop: Holding) -> None:
    build_city(wards=[OTHER_WARD], count=3)
    page = desk(Role.COLLECTOR, wards=[OTHER_WARD]).get("/tax/")
    assert [row.number for row in page.context["rows"]] == [OTHER_WARD]
    nobody = desk(Role.COLLECTOR, wards=[], username="newcomer").get("/tax/")
    assert nobody.context["rows"] == [] and "No ward lies in your area" not in text_of(nobody)


@pytest.mark.parametrize(
    ("role", "links"),
    [(Role.ASSESSOR, {"assess"}), (Role.APPROVER, {"proposals"}), (Role.COLLECTOR, {"bills"}), (Role.CASHIER, set())],
)
def test_the_desk_offers_each_officer_their_own_tasks(
    desk: Desk, town: list[Holding], role: Role, links: set[str]
) -> None:
    lowered(town, officer("proposer"))
    html = desk(role).get("/tax/").content.decode()
    assert {task for task in ("assess", "proposals", "bills") if f"/tax/wards/{WARD}/{task}/" in html} == links


def test_assessing_a_ward_says_what_became_of_it(desk: Desk) -> None:
    build_city(wards=[WARD], count=60)
    client = desk(Role.ASSESSOR, language="en")
    assert client.get(ASSESS).context["form"].initial["valid_from"] == START
    said = text_of(follow(client, client.post(ASSESS, {"valid_from": "2021-07-01"})))
    done = Assessment.objects.filter(state="in_force").count()
    assert f"{done} values are in force, 0 wait for an approver" in said and "no unit on record: 1" in said
    again = text_of(follow(client, client.post(ASSESS, {"valid_from": "2021-07-01"})))
    assert f"0 values are in force, 0 wait for an approver, {done} stay as they were" in again
    assert Assessment.objects.count() == done


@pytest.mark.parametrize("day", ["", "tomorrow", "2021-13-01", "1899-01-01", "32/07/2021"])
def test_a_day_without_a_rule_set_assesses_nothing(desk: Desk, day: str) -> None:
    build_city(wards=[WARD], count=2)
    page = desk(Role.ASSESSOR).post(ASSESS, {"valid_from": day})
    assert page.context["form"].errors["valid_from"] and not Assessment.objects.exists()


def test_only_the_ticked_values_are_approved(desk: Desk, town: list[Holding]) -> None:
    keys = lowered(town, officer("proposer"))
    client = desk(Role.APPROVER)
    html = client.get(PROPOSALS).content.decode()
    assert html.count('name="assessment" value=') == 2 * len(keys) and " checked" not in html
    follow(client, client.post(PROPOSALS, {"assessment": [keys[0], keys[2]]}))
    assert states(keys) == ["in_force", "proposed", "in_force", "proposed"]
    approved = Assessment.objects.get(pk=keys[0])
    assert approved.approved_by and approved.approved_by.username == "desk-approver"
    assert approved.annual_value < (approved.previous_annual_value or 0)


@pytest.mark.parametrize("ticked", [[], ["x"], ["-1"], ["9" * 30], ["৫"]])
def test_nothing_ticked_is_said_and_nothing_is_written(desk: Desk, town: list[Holding], ticked: list[str]) -> None:
    keys = lowered(town, officer("proposer"))
    before = AuditRow.objects.count()
    page = desk(Role.APPROVER, language="en").post(PROPOSALS, {"assessment": ticked})
    assert page.status_code == 400 and "Tick at least one value" in text_of(page)
    assert set(states(keys)) == {"proposed"} and AuditRow.objects.count() == before


def test_nobody_approves_a_value_that_they_lowered(desk: Desk, town: list[Holding], person: Any) -> None:
    both = person(Role.APPROVER, Role.ASSESSOR, username="both")
    keys = lowered(town, both)
    client = Client()
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    assert client.get(PROPOSALS).content.decode().count(" disabled>") == len(keys)
    page = client.post(PROPOSALS, {"assessment": keys})
    assert page.status_code == 400 and "Nobody lowers a value alone" in text_of(page)
    assert set(states(keys)) == {"proposed"}


def test_another_wards_values_are_not_this_officers(desk: Desk, town: list[Holding]) -> None:
    keys = lowered(town, officer("proposer"))
    build_city(wards=[OTHER_WARD], count=1)
    client = desk(Role.APPROVER, wards=[OTHER_WARD])
    assert client.get(PROPOSALS).status_code == 403
    address = f"/tax/wards/{OTHER_WARD}/proposals/"
    assert client.post(address, {"assessment": keys}).status_code == 400
    assert client.post(f"{address}reject/", {"assessment": keys[0], "reason": "no"}).status_code == 404
    assert set(states(keys)) == {"proposed"}


def test_a_rejected_value_leaves_the_one_in_force(desk: Desk, town: list[Holding]) -> None:
    keys = lowered(town, officer("proposer"))
    client = desk(Role.APPROVER, language="en")
    said = text_of(follow(client, client.post(REJECT, {"assessment": keys[1], "reason": " The lease says 12,000 "})))
    assert "rejected; the one in force stays" in said
    assert states(keys) == ["proposed", "rejected", "proposed", "proposed"]
    assert Assessment.objects.get(holding=town[1], state="in_force").version == 1
    row = AuditRow.objects.get(action="reject_assessment")
    assert (row.by.username, row.details["reason"]) == ("desk-approver", "The lease says 12,000")
    # Rejected is not waiting any more: neither a second officer nor an old page can undo it.
    assert client.post(REJECT, {"assessment": keys[1], "reason": "again"}).status_code == 404
    assert client.post(PROPOSALS, {"assessment": [keys[1]]}).status_code == 400
    assert states(keys)[1] == "rejected"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_rejection_needs_a_reason(desk: Desk, town: list[Holding], reason: str) -> None:
    keys = lowered(town, officer("proposer"))
    client = desk(Role.APPROVER, language="en")
    said = text_of(follow(client, client.post(REJECT, {"assessment": keys[0], "reason": reason})))
    assert "Nothing was rejected" in said and set(states(keys)) == {"proposed"}


def test_a_value_lowered_after_its_bill_leaves_the_bill_alone(desk: Desk, town: list[Holding]) -> None:
    issue_bills(
        ward=WARD, fiscal_year=2021, quarter=1, issued_on=START, due_on=date(2021, 9, 30), by=officer("c"),
        at=moment(START),
    )  # fmt: skip
    before = list(Bill.objects.order_by("pk").values_list("principal_amount", flat=True))
    keys = lowered(town, officer("proposer"))
    desk(Role.APPROVER).post(PROPOSALS, {"assessment": keys})
    assert set(states(keys)) == {"in_force"}
    assert list(Bill.objects.order_by("pk").values_list("principal_amount", flat=True)) == before
