"""Credit costs its payer nothing: it settles at once, at the counter's price; and nobody keeps a rebate unearned."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from holdings.models import Holding, Unit
from imis.fiscal import Period
from imis.ledger import checks
from imis.ledger.queries import balance, holding_balance
from imis.money import ZERO, D, paisa, whole_taka
from tax.models import Allocation, Bill, Payment
from tax.queries import account_of, allocations_of, dues, parameters_on, quote_for
from tax.rules.credit import from_credit
from tax.rules.position import OpenLine, Position
from tax.services import reverse_payment
from tests.tax.city import START, moment, officer
from tests.tax.issuing import assessed_city, issue, no_discrepancy
from tests.tax.test_payments import one_assessed, pay

pytestmark = pytest.mark.django_db
JUNE = date(2022, 6, 20)


def undo(payment: Payment, on: date) -> None:
    reverse_payment(payment=payment.pk, reason="cheque", by=officer("officer"), at=moment(on))
    no_discrepancy()


def paid_year() -> Holding:
    """A holding that owes 4,948.55 a quarter and paid all of 2021-22."""
    holding = one_assessed()
    issue(2021, 1)
    pay(holding, quote_for(holding.pk, START).offers[-1].payable, START, plan="year")
    return holding


def standing(bill: Bill, *kinds: str) -> Decimal:
    return Allocation.objects.filter(bill=bill, kind__in=kinds).aggregate(s=Sum("amount"))["s"] or ZERO


def bill_of(year: int, quarter: int) -> Bill:
    return Bill.objects.get(fiscal_year=year, quarter=quarter)


def test_a_reversal_settles_the_debt_it_leaves_from_the_credit_that_stands() -> None:
    """No surcharge runs while the corporation holds the money; paper, account and counter name one price."""
    holding = one_assessed()
    issue(2021, 1)
    first = pay(holding, quote_for(holding.pk, START).offers[0].payable, START, plan="current")
    pay(holding, D(20000), date(2021, 8, 1))
    credit = dues(holding.pk, date(2021, 8, 1)).advance
    undo(first, date(2021, 8, 2))
    price = whole_taka(D("4948.55") * D("0.95"))
    position = dues(holding.pk, date(2021, 8, 2))
    assert (position.unpaid, position.advance) == (0, credit - price)
    for quarter in (2, 3, 4):
        issue(2021, quarter)
    issue(2022, 1)
    no_discrepancy()
    bill = bill_of(2022, 1)
    assert (bill.arrears_amount, bill.surcharge_amount, bill.advance_amount) == (0, 0, credit - price)
    assert dues(holding.pk, date(2022, 7, 5)).unpaid == bill.principal_amount - bill.advance_amount


def test_the_account_names_the_price_of_the_counter() -> None:
    """Also in books that still hold credit beside a debt: the price is less by it, wherever it is asked."""
    holding = one_assessed()
    issue(2021, 1)
    first = pay(holding, quote_for(holding.pk, START).offers[0].payable, START, plan="current")
    pay(holding, D(2000), date(2021, 8, 1))
    with connection.cursor() as cursor:  # a reversal without use of the credit, as it was made before
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tax_allocation DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM tax_allocation WHERE payment_id = %s", [first.pk])
        cursor.execute("ALTER TABLE tax_allocation ENABLE TRIGGER USER")
    beside = dues(holding.pk, date(2021, 8, 2))
    assert beside.advance > 0 and beside.unpaid > 0
    account = account_of(holding, date(2021, 8, 2))
    quoted = quote_for(holding.pk, date(2021, 8, 2))
    assert account.payable == quoted.offers[0].payable
    assert (account.unpaid, account.advance) == (quoted.position.unpaid, quoted.position.advance)
    named = [d.detail for d in checks.discrepancies() if d.check == "no credit beside a debt"]
    assert len(named) == 1 and str(holding.pk) in named[0]


def test_money_put_by_before_a_dear_quarter_settles_the_one_that_is_owed() -> None:
    """Paid in June, told in July: the last quarter of the old year was never demanded, the first of the new one is."""
    holding = one_assessed()
    issue(2022, 1)
    pay(holding, D(500), date(2022, 7, 3), channel="bank", value_date=date(2022, 6, 28))
    position = dues(holding.pk, date(2022, 7, 3))
    assert (position.advance, position.unpaid) == (0, D("4948.55") - 500)
    no_discrepancy()
    undo(Payment.objects.get(), date(2022, 7, 4))
    assert dues(holding.pk, date(2022, 7, 4)).unpaid == D("4948.55")


def test_credit_of_the_counters_price_settles_the_quarter() -> None:
    """4,701.12 is exact, 4,701 is what a counter takes; the 12 paisa are a line of their own and go with a reversal."""
    holding = paid_year()
    before = balance("rounding")
    deposit = pay(holding, D(4701), JUNE)
    issue(2022, 1)
    bill = bill_of(2022, 1)
    assert (bill.payable_amount, bill.advance_amount) == (0, bill.principal_amount)
    assert standing(bill, "rebate") == D("247.43") and standing(bill, "rounding") == D("-0.12")
    assert balance("rounding") - before == D("0.12")
    position = dues(holding.pk, date(2022, 7, 5))
    assert (position.unpaid, position.advance) == (0, 0)
    no_discrepancy()
    undo(deposit, date(2022, 8, 1))
    assert balance("rounding") == before and standing(bill, "principal", "rebate", "rounding") == 0
    assert dues(holding.pk, date(2022, 8, 1)).unpaid == bill.principal_amount


def shares_written(bill: Bill) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in Allocation.objects.filter(bill=bill).exclude(kind="advance"):
        found[row.kind] += row.amount
    return dict(found)


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_run_uses_credit_as_the_rules_do(parts: int) -> None:
    """Around the price of each bill, by the paisa, in one deposit or several."""
    assessed_city(40)
    Unit.objects.update(monthly_rent_amount=None)
    issue(2021, 1)
    around = [D(x) for x in ("-1", "-0.50", "-0.12", "-0.01", "0", "0.01", "0.30", "0.50", "0.99", "1", "40")]
    taken: dict[int, Decimal] = {}
    for number, bill in enumerate(Bill.objects.order_by("holding_id")):
        pay(bill.holding, quote_for(bill.holding_id, START).offers[-1].payable, START, plan="year", channel="bank")
        deposit = paisa(bill.principal_amount * D("0.95")) + around[number % len(around)]
        if deposit <= D("0.10"):
            continue
        for piece in [D("0.05")] * (parts - 1) + [deposit - D("0.05") * (parts - 1)]:
            pay(bill.holding, piece, JUNE, channel="bank")
        taken[bill.holding_id] = deposit
    before = {key: dues(key, JUNE).advance for key in taken}
    issue(2022, 1)
    no_discrepancy()
    day, whole = date(2022, 7, 1), 0
    for bill in Bill.objects.filter(fiscal_year=2022, holding_id__in=taken):
        written = shares_written(bill)
        if not written:
            continue
        whole += "rounding" in written
        asked = dues_before(bill, before[bill.holding_id])
        expected: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for share in from_credit(asked, day, parameters_on(day)):
            expected[share.kind] += share.amount
        assert written == dict(expected), (bill.principal_amount, before[bill.holding_id])
        assert dues(bill.holding_id, day).advance == before[bill.holding_id] - sum(
            amount for kind, amount in written.items() if kind != "rebate"
        )
    assert whole > 5
    for row in Allocation.objects.exclude(entry=None).select_related("entry"):
        assert row.entry and row.entry.source == f"advance:{row.bill_id}:{row.payment_id}"


def dues_before(bill: Bill, advance: Decimal) -> Position:
    """The position just before the credit was used: this bill open, that credit standing."""
    lines = tuple(
        OpenLine(bill.pk, Period(bill.fiscal_year, bill.quarter), line.head_id, 1, line.amount)
        for line in bill.lines.order_by("head__allocation_rank")
    )
    return Position(bill.holding_id, lines, advance)


@pytest.mark.parametrize("which", [0, 1])
def test_a_shared_rebate_falls_with_either_payment(which: int) -> None:
    holding = paid_year()
    credits = [pay(holding, D(3000), date(2022, 6, day)) for day in (1, 2)]
    issue(2022, 1)
    bill = bill_of(2022, 1)
    assert standing(bill, "rebate") == D("247.43") and dues(holding.pk, JUNE).advance == 6000 - 4701
    rebates = holding_balance(holding.pk, "rebate_expense")
    undo(credits[which], date(2022, 10, 2))
    left = credits[1 - which]
    assert standing(bill, "rebate") == 0 and standing(bill, "rounding") == 0
    assert standing(bill, "principal") == 3000
    position = dues(holding.pk, date(2022, 10, 3))
    assert (position.unpaid, position.advance) == (bill.principal_amount - 3000, 0)
    assert holding_balance(holding.pk, "rebate_expense") == rebates - D("247.43")
    assert sum(row.amount for row in allocations_of(left) if row.kind == "principal") == 3000
    undo(left, date(2022, 10, 4))
    assert dues(holding.pk, date(2022, 10, 4)).unpaid == bill.principal_amount


@pytest.mark.parametrize("earlier", ["first", "second"])
def test_what_one_payment_earned_alone_stays_at_the_price_of_its_day(earlier: str) -> None:
    """A year settled by two credits at 10 %: without the second, the first paid two quarters whole, at their 7.5 %."""
    holding = one_assessed()
    issue(2021, 1)
    year = pay(holding, quote_for(holding.pk, START).offers[-1].payable, START, plan="year")
    days = {"first": date(2021, 7, 20), "second": date(2021, 7, 20), earlier: date(2021, 7, 19)}
    first, second = pay(holding, D(10000), days["first"]), pay(holding, D(9000), days["second"])
    undo(year, date(2021, 7, 21))
    rebates = Allocation.objects.filter(kind="rebate")
    assert rebates.aggregate(s=Sum("amount"))["s"] == paisa(D("19794.18") * D("0.10"))
    undo(second, date(2022, 2, 1))
    two = bill_of(2021, 1).principal_amount + bill_of(2021, 2).principal_amount
    assert rebates.aggregate(s=Sum("amount"))["s"] == paisa(two * D("0.075"))
    position = dues(holding.pk, date(2022, 2, 1))
    price = whole_taka(two * D("0.925"))
    assert (position.advance, position.unpaid) == (0, D("19794.18") - two - (10000 - price))
    undo(first, date(2022, 2, 2))
    assert dues(holding.pk, date(2022, 2, 2)).unpaid == D("19794.18")
    assert balance("rounding") == 0 == balance("rebate_expense") == balance("advance")


def test_credit_used_before_its_parts_named_their_posting_is_undone_too() -> None:
    holding = paid_year()
    deposit = pay(holding, D(4701), JUNE)
    issue(2022, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tax_allocation DISABLE TRIGGER USER")
        cursor.execute("UPDATE tax_allocation SET entry_id = NULL, effective_on = NULL")
        cursor.execute("ALTER TABLE tax_allocation ENABLE TRIGGER USER")
    undo(deposit, JUNE + timedelta(days=30))
    assert dues(holding.pk, JUNE).unpaid == bill_of(2022, 1).principal_amount


def test_the_database_refuses_a_use_of_credit_without_its_day() -> None:
    payment = pay(paid_year(), D(4701), JUNE)
    with pytest.raises(IntegrityError, match="allocation_of_credit_names_its_day"), transaction.atomic():
        Allocation.objects.create(
            payment=payment, head_id="advance", kind="advance", amount=D(-1), policy="p", entry=payment.entry
        )
