"""Bills issued late, or while an order keeps an older quarter open, ask what the counter asks on their last date."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from holdings.models import Holding
from imis.money import D
from tax.models import Bill, RuleSet
from tax.queries import quote_for
from tax.rules.ruleset import Extension, Parameters
from tests.tax.city import START
from tests.tax.issuing import assessed_city, issue, no_discrepancy, says_what_the_counter_asks, some_pay
from tests.tax.test_payments import one_assessed, pay

pytestmark = pytest.mark.django_db
Q1_TO_NOVEMBER = (Extension(2021, 1, date(2021, 11, 15), "memo 7"),)
Q1_TO_FEBRUARY = (Extension(2021, 1, date(2022, 2, 15), "memo 8"),)
BOTH_TO_JANUARY = (Extension(2021, 1, date(2022, 1, 31), "memo 9"), Extension(2021, 2, date(2022, 1, 31), "memo 9"))
Q4_TO_JULY = (Extension(2021, 4, date(2022, 7, 31), "memo 10"),)


def order(*extensions: Extension) -> None:
    """An office order of the first August: the rule set of then with some last dates moved."""
    old = RuleSet.objects.get(code="kcc-2021")
    parameters = Parameters.from_json(old.parameters).with_changes(extensions=extensions)
    day = date(2021, 8, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tax_ruleset SET valid = daterange(lower(valid), %s) WHERE id = %s", [day, old.pk])
    RuleSet.objects.create(
        code="ordered", name_bn="n", name_en="n", valid=f"[{day},{old.valid.upper})", authority="a", memo_no="7",
        parameters=parameters.to_json(), checksum=parameters.checksum(), state="adopted",
    )  # fmt: skip


def printed(year: int, quarter: int, issued_on: date, due_on: date) -> int:
    """Issues a quarter and compares each of its bills with the counter; returns how many there are."""
    issue(year, quarter, issued_on=issued_on, due_on=due_on)
    bills = list(Bill.objects.filter(fiscal_year=year, quarter=quarter, issued_on=issued_on, run__isnull=False))
    for bill in bills:
        says_what_the_counter_asks(bill)
    return len(bills)


def offered(bill: Bill) -> list[tuple[str, str]]:
    return [(offer["code"], offer["payable"]) for offer in bill.snapshot["offers"]]


def test_a_bill_issued_after_a_newer_one_leaves_the_newer_its_rebate() -> None:
    one_assessed()
    issue(2021, 2)
    assert printed(2021, 1, date(2021, 10, 5), date(2021, 11, 30)) == 1
    bill = Bill.objects.get(quarter=1)
    assert (bill.payable_amount, bill.arrears_amount) == (D(4949), 0)
    assert offered(bill) == [("overdue", "4949.00"), ("current", "9650.00"), ("year", "18681.00")]


def test_a_bill_due_while_an_order_keeps_the_quarter_before_open_has_its_rebate() -> None:
    holding = one_assessed()
    order(*Q1_TO_NOVEMBER)
    issue(2021, 1)
    pay(holding, quote_for(holding.pk, START).offers[0].payable, START, plan="current")
    assert printed(2021, 2, date(2021, 10, 1), date(2021, 11, 15)) == 1
    bill = Bill.objects.get(quarter=2)
    assert (bill.payable_amount, bill.rebate_amount) == (D(4701), D("247.43"))
    assert [step["code"] for step in bill.snapshot["working"]] == ["begun", "rebate", "rounding", "payable"]
    # The counter takes the quarter of the calendar alone, at that price.
    day = date(2021, 10, 10)
    assert [offer.plan.value for offer in quote_for(holding.pk, day).offers if offer.plan] == [
        "begun", "next_two", "year"
    ]  # fmt: skip
    pay(holding, D(4701), day, plan="begun")
    assert "begun" not in [offer.plan.value for offer in quote_for(holding.pk, day).offers if offer.plan]
    no_discrepancy()


def test_what_the_order_keeps_open_can_be_paid_alone_and_with_the_quarter_that_has_begun() -> None:
    holding = one_assessed()
    order(*Q1_TO_NOVEMBER)
    issue(2021, 1)
    issue(2021, 2)
    day = date(2021, 10, 10)
    prices = {
        offer.plan.value: (offer.payable, offer.quarters) for offer in quote_for(holding.pk, day).offers if offer.plan
    }
    assert prices == {"current": (4701, 1), "begun": (9155, 2), "next_two": (13732, 3), "year": (17815, 4)}
    pay(holding, D(4701), day, plan="current")
    assert [b.quarter for b in Bill.objects.order_by("quarter")] == [1, 2], "nothing was demanded ahead"


def test_every_bill_issued_late_asks_what_the_counter_asks() -> None:
    assessed_city(60)
    issue(2021, 2)
    some_pay(date(2021, 10, 3), 3, "current")
    some_pay(date(2021, 10, 4), 4, "odd")
    assert printed(2021, 1, date(2021, 10, 5), date(2021, 11, 30)) > 40
    issue(2021, 4, issued_on=date(2022, 4, 2), due_on=date(2022, 5, 16))
    some_pay(date(2022, 4, 5), 5, "overdue")
    # Overdue quarters before and after it, and the current one.
    assert printed(2021, 3, date(2022, 4, 10), date(2022, 5, 25)) > 40
    no_discrepancy()


def test_every_bill_due_while_the_first_quarter_is_kept_open_asks_what_the_counter_asks() -> None:
    assessed_city(60)
    order(*Q1_TO_NOVEMBER)
    half = Holding.objects.filter(pk__in=list(Holding.objects.values_list("pk", flat=True)[::2]))
    half.update(state="inactive")
    issue(2021, 1)
    some_pay(date(2021, 9, 10), 3, "current")
    half.update(state="active")
    # Half the city has no bill of the first quarter yet, which it may still pay.
    assert printed(2021, 2, date(2021, 10, 1), date(2021, 11, 15)) > 40
    some_pay(date(2021, 10, 8), 5, "begun")
    some_pay(date(2021, 10, 9), 7, "odd")
    assert printed(2021, 1, date(2021, 10, 10), date(2021, 11, 15)) > 20
    no_discrepancy()


@pytest.mark.parametrize("extensions", [Q1_TO_FEBRUARY, BOTH_TO_JANUARY], ids=["the first", "both"])
def test_two_quarters_kept_open_or_one_beyond_the_next(extensions: tuple[Extension, ...]) -> None:
    assessed_city(40)
    order(*extensions)
    issue(2021, 1)
    some_pay(date(2021, 9, 10), 3, "current")
    issue(2021, 3, issued_on=date(2021, 12, 15), due_on=date(2022, 1, 31))
    assert printed(2021, 2, date(2022, 1, 3), date(2022, 1, 31)) > 30
    assert printed(2021, 4, date(2022, 2, 1), date(2022, 4, 30)) > 30
    no_discrepancy()


def test_an_order_that_keeps_the_old_year_open_into_the_new_one() -> None:
    assessed_city(60)
    order(*Q4_TO_JULY)
    for quarter in (1, 4):
        issue(2021, quarter)
        some_pay(date(2022, 5, 10), 3 + quarter, "current")
    # A rebate for either year, by its own count of quarters.
    assert printed(2022, 1, date(2022, 7, 2), date(2022, 7, 31)) > 40
    some_pay(date(2022, 7, 5), 4, "begun")
    assert printed(2021, 3, date(2022, 7, 6), date(2022, 7, 31)) > 40
    no_discrepancy()
