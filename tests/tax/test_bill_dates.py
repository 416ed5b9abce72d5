"""An issued bill is never taken back, so its dates must make sense on the day on which it is issued."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from imis.errors import BadInput, Refused
from tax.forms import IssueForm, likely_dates
from tax.models import Bill
from tax.services import issue_bills
from tests.tax.city import START, moment, officer
from tests.tax.test_payments import one_assessed

pytestmark = pytest.mark.django_db
END = date(2021, 9, 30)
# today, quarter, issue date, last date, the field that is wrong, what is said of it
NO_SENSE: list[tuple[date, int, date, date, str, str]] = [
    (START, 1, date(1, 1, 1), END, "issued_on", "01/06/2021 to 30/08/2021"),
    (START, 1, date(2021, 5, 31), END, "issued_on", "too far from today"),
    (START, 1, date(2021, 8, 31), END, "issued_on", "too far from today"),
    (START, 1, date(9999, 12, 31), date(9999, 12, 31), "issued_on", "too far from today"),
    (date(2021, 9, 1), 1, date(2021, 9, 1), date(2021, 8, 31), "due_on", "before the issue date"),
    (date(2021, 7, 12), 1, date(2021, 7, 5), date(2021, 7, 11), "due_on", "already passed"),
    (date(2022, 7, 5), 1, date(2022, 6, 20), date(2022, 6, 30), "due_on", "already passed"),
    (date(2021, 9, 15), 2, date(2021, 9, 15), END, "due_on", "from 01/10/2021 on"),
]
NAMES = [
    "year one",
    "month back",
    "months ahead",
    "year 9999",
    "due before issue",
    "due passed",
    "year over",
    "not begun",
]


def issued(today: date, quarter: int, issued_on: date, due_on: date) -> int:
    return issue_bills(
        ward=22, fiscal_year=2021, quarter=quarter, issued_on=issued_on, due_on=due_on, by=officer("collector"),
        at=moment(today),
    ).bills  # fmt: skip


@pytest.mark.parametrize(("today", "quarter", "issued_on", "due_on", "field", "said"), NO_SENSE, ids=NAMES)
def test_dates_that_make_no_sense_are_refused_at_their_field(
    today: date, quarter: int, issued_on: date, due_on: date, field: str, said: str
) -> None:
    one_assessed()
    with translation.override("en"):
        with pytest.raises(BadInput) as refused:
            issued(today, quarter, issued_on, due_on)
        typed = {"fiscal_year": "2021", "quarter": str(quarter), "issued_on": f"{issued_on}", "due_on": f"{due_on}"}
        form = IssueForm(typed, today=today, language="en")
        assert not form.is_valid() and said in form.errors[field][0] and len(form.errors) == 1
    assert refused.value.field == field and said in f"{refused.value.message} {refused.value.remedy}"
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    ("due_on", "said"),
    [(date(2022, 7, 1), "fiscal year is over"), (date(9999, 12, 31), "fiscal year is over")],
)
def test_a_last_date_beyond_the_year_is_refused(due_on: date, said: str) -> None:
    one_assessed()
    with translation.override("en"), pytest.raises(Refused, match=said):
        issued(START, 1, START, due_on)


def test_a_day_without_a_rule_set_is_refused() -> None:
    with pytest.raises(Refused):
        issue_bills(
            ward=22, fiscal_year=2020, quarter=1, issued_on=date(2020, 7, 1), due_on=date(2020, 9, 1),
            by=officer("collector"), at=moment(date(2020, 7, 1)),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "given"),
    [
        (START, {}),
        (START + timedelta(days=30), {"issued_on": START}),
        (START - timedelta(days=60), {"issued_on": START}),
        (END, {"issued_on": END, "due_on": END}),
    ],
    ids=["the first day", "held up a month", "made ahead", "the last day"],
)
def test_dates_at_the_edge_are_taken(today: date, given: dict[str, Any]) -> None:
    one_assessed()
    assert issued(today, 1, given.get("issued_on", today), given.get("due_on", END)) == 1


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
@pytest.mark.parametrize("today", [START, date(2021, 11, 20), date(2022, 6, 30)])
def test_dates_offered_for_an_instalment_near_at_hand_are_taken(today: date, quarter: int) -> None:
    issued_on, due_on = likely_dates(2021, quarter, today)
    typed = {"fiscal_year": "2021", "quarter": str(quarter), "issued_on": f"{issued_on}", "due_on": f"{due_on}"}
    near = issued_on <= today + timedelta(days=60)
    assert IssueForm(typed, today=today, language="bn").is_valid() == near
