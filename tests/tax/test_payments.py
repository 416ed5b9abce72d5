"""Bills, payments and reversals move the books by exactly what they say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from holdings.models import Holding, Unit
from imis.errors import BadInput, Refused
from imis.ledger.models import Entry
from imis.ledger.queries import balance, holding_balance, trial_balance
from imis.models import AuditRow
from imis.money import D
from tax.models import Allocation, Bill, BillLine, Payment, Reversal, Standing
from tax.queries import dues, quote_for, rule_set_on
from tax.services import assess_ward, issue_bills, reverse_payment, take_payment
from tests.tax.city import START, build_city, moment, officer

pytestmark = pytest.mark.django_db


def bill(year: int, quarter: int, issued: date, due: date, wards: list[int] | None = None) -> Any:
    return issue_bills(
        ward=wards or [22],
        fiscal_year=year,
        quarter=quarter,
        issued_on=issued,
        due_on=due,
        by=officer("collector"),
        at=moment(issued),
    )


def one_assessed(area: str = "2000") -> Holding:
    """One let holding of ward 22, assessed from July 2021."""
    build_city(wards=[22], count=1)
    Unit.objects.update(area_sqft=D(area), monthly_rent_amount=None, occupancy="let", use="residential")
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    return Holding.objects.get()


def pay(holding: Holding, amount: Decimal, on: date, **given: Any) -> Payment:
    fields: dict[str, Any] = {
        "payment_id": uuid4(),
        "channel": "counter",
        "reference": uuid4().hex[:12],
        "value_date": on,
        "by": officer("cashier"),
        "at": moment(on),
        **given,
    }
    return take_payment(holding=holding.pk, amount=amount, **fields)


def outstanding() -> Decimal:
    """Σ lines − Σ allocations over all holdings."""
    lines = BillLine.objects.aggregate(s=Sum("amount"))["s"] or D(0)
    settled = Allocation.objects.filter(kind__in=["principal", "rebate"]).aggregate(s=Sum("amount"))["s"] or D(0)
    return lines - settled


def books_agree() -> None:
    """Debits equal credits; the receivable is what the lines say; standings are what the books say."""
    rows = trial_balance()
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    assert balance("receivable_tax") == outstanding() == (Standing.objects.aggregate(s=Sum("unpaid_amount"))["s"] or 0)
    credit = Allocation.objects.filter(kind="advance").aggregate(s=Sum("amount"))["s"] or D(0)
    assert -balance("advance") == credit
    for standing in Standing.objects.all():
        open_lines = [line for line in dues(standing.holding_id, START).lines if line.bill is not None]
        assert standing.unpaid_amount == sum(line.unpaid for line in open_lines)
        oldest = min((line.period.fiscal_year for line in open_lines), default=None)
        assert standing.oldest_unpaid_year == oldest


Q1, Q1_END, Q2, Q2_END = date(2021, 7, 1), date(2021, 9, 30), date(2021, 10, 1), date(2021, 12, 31)


def test_a_quarter_paid_in_time_gets_its_rebate() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    offer = quote_for(holding.pk, Q1).offers[0]
    made = pay(holding, offer.payable, Q1, plan="current")
    assert dues(holding.pk, Q1).unpaid == 0 and Standing.objects.get().unpaid_amount == 0
    assert balance("cash_counter") == offer.payable and balance("rebate_expense") == offer.rebate
    assert made.receipt.payload["amount"] == f"{offer.payable:f}"
    assert AuditRow.objects.filter(action="take_payment").count() == 1
    books_agree()


def test_arrears_carry_their_surcharge_and_a_reversal_brings_the_prior_state_back() -> None:
    holding = one_assessed()
    for quarter, (start, end) in enumerate([(Q1, Q1_END), (Q2, Q2_END)], start=1):
        bill(2021, quarter, start, end)
    bill(2022, 1, date(2022, 7, 1), date(2022, 9, 30))
    on = date(2022, 8, 1)
    before = dues(holding.pk, on)
    made = pay(holding, quote_for(holding.pk, on).offers[0].payable, on, plan="overdue")
    assert balance("revenue_surcharge") < 0
    assert {line.period.fiscal_year for line in dues(holding.pk, on).lines} == {2022}
    undone = reverse_payment(payment=made.pk, reason="wrong holding", by=officer("officer"), at=moment(on))
    assert dues(holding.pk, on) == before
    assert undone.entry.reverses_id == made.entry_id
    assert balance("cash_counter") == balance("revenue_surcharge") == balance("rounding") == 0
    books_agree()
    again = pay(holding, quote_for(holding.pk, on).offers[0].payable, on, plan="overdue")
    assert again.pk != made.pk
    books_agree()


def test_a_reversal_needs_a_reason_another_officer_and_happens_once() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    made = pay(holding, D(10), Q1)
    for by, reason in (("cashier", "x"), ("officer", " ")):
        with pytest.raises(Refused):
            reverse_payment(payment=made.pk, reason=reason, by=officer(by), at=moment(Q1))
    with pytest.raises(IntegrityError, match="reversal_by_another_officer"), transaction.atomic():
        Reversal.objects.create(
            payment=made, entry=made.entry, reason="x", reversed_by=officer("cashier"), reversed_at=moment(Q1)
        )
    reverse_payment(payment=made.pk, reason="x", by=officer("officer"), at=moment(Q1))
    with pytest.raises(Refused):
        reverse_payment(payment=made.pk, reason="x", by=officer("officer"), at=moment(Q1))


def test_paying_the_year_demands_the_rest_at_once_and_the_runs_pass_it_by() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    year = quote_for(holding.pk, Q1).offers[-1]
    assert (year.quarters, year.rate) == (4, D(10))
    pay(holding, year.payable, Q1, plan="year")
    bills = list(Bill.objects.order_by("quarter"))
    assert [b.run_id is None for b in bills] == [False, True, True, True]
    assert [b.number for b in bills] == [f"2122-{q}-22-000001" for q in (1, 2, 3, 4)]
    assert sum(b.principal_amount for b in bills) == year.principal
    assert Entry.objects.filter(source__startswith="bill:").count() == 4
    assert bill(2021, 2, Q2, Q2_END).skipped == {"billed_before": 1}
    assert dues(holding.pk, Q1).unpaid == 0
    books_agree()


def test_a_year_may_be_paid_before_any_bill_of_it_is_issued() -> None:
    holding = one_assessed()
    pay(holding, quote_for(holding.pk, Q2).offers[-1].payable, Q2, plan="year")
    assert list(Bill.objects.order_by("quarter").values_list("quarter", flat=True)) == [2, 3, 4]
    books_agree()


def test_money_beyond_the_year_is_credit_up_to_five_years() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    year = quote_for(holding.pk, Q1).offers[-1].payable
    pay(holding, year + 500, Q1)
    assert dues(holding.pk, Q1).advance == 500 and holding_balance(holding.pk, "advance") == -500
    with pytest.raises(Refused):
        pay(holding, D(10_000_000), Q1)
    books_agree()


def test_the_same_notice_ten_times_is_one_payment() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    notice = {"payment_id": uuid4(), "channel": "online", "reference": "TX1"}
    assert len({pay(holding, D(100), Q1, **notice).pk for _ in range(10)}) == 1
    assert pay(holding, D(100), Q1, **{**notice, "payment_id": uuid4()}).pk == notice["payment_id"]
    assert Payment.objects.count() == 1 and balance("bank") == 100
    with pytest.raises(Refused):
        pay(holding, D(101), Q1, **notice)
    with pytest.raises(Refused):
        pay(holding, D(101), Q1, **{**notice, "payment_id": uuid4()})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount": D("10.50")}, BadInput),
        ({"amount": D(0)}, BadInput),
        ({"amount": D(-5)}, BadInput),
        ({"channel": "pigeon"}, BadInput),
        ({"reference": "  "}, BadInput),
        ({"value_date": Q1 + timedelta(days=1), "at": moment(Q1)}, Refused),
        ({"value_date": Q1 - timedelta(days=1), "at": moment(Q1)}, Refused),
        ({"plan": "year"}, Refused),
    ],
)
def test_what_a_payment_must_satisfy(fields: dict[str, Any], error: type[Exception]) -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    given = {"at": moment(Q1), **fields}
    on = given.pop("value_date", Q1)
    amount = given.pop("amount", D(10))
    with pytest.raises(error):
        pay(holding, amount, on, **given)
    assert not Payment.objects.exists() and not Entry.objects.filter(source__startswith="counter").exists()


def test_a_bank_that_reports_late_costs_the_payer_no_rebate() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    offer = quote_for(holding.pk, Q1_END).offers[0]
    made = pay(holding, offer.payable, Q1_END, channel="bank", at=moment(date(2021, 10, 20)), plan="current")
    assert made.value_date == Q1_END and made.recorded_at.date() == date(2021, 10, 20)
    assert balance("rebate_expense") == offer.rebate > 0


def test_reading_a_price_writes_nothing() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET TRANSACTION READ ONLY")
        assert quote_for(holding.pk, Q1) == quote_for(holding.pk, Q1)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        *[
            (f"UPDATE tax_{t} SET {c} = {c}", "append_only")
            for t, c in (
                ("bill", "number"),
                ("billline", "amount"),
                ("payment", "amount"),
                ("allocation", "amount"),
                ("reversal", "reason"),
                ("billrun", "bill_count"),
            )
        ],
        *[
            (f"DELETE FROM tax_{t}", "append_only")
            for t in ("bill", "billline", "payment", "allocation", "reversal", "billrun")
        ],
        *[(f"TRUNCATE tax_{t} CASCADE", "append_only") for t in ("bill", "billline", "payment", "allocation")],
        (
            "INSERT INTO tax_allocation (payment_id, bill_id, head_id, kind, amount, policy)"
            " SELECT payment_id, bill_id, head_id, kind, 99999, policy FROM tax_allocation WHERE kind = 'principal'",
            "line_settled_once",
        ),
        (
            "INSERT INTO tax_allocation (payment_id, bill_id, head_id, kind, amount, policy)"
            " SELECT payment_id, bill_id, 'water', kind, 1, policy FROM tax_allocation WHERE kind = 'principal'",
            "line_settled_once",
        ),
        (
            "INSERT INTO tax_allocation (payment_id, bill_id, head_id, kind, amount, policy)"
            " SELECT payment_id, bill_id, head_id, kind, -99999, policy FROM tax_allocation WHERE kind = 'principal'",
            "line_settled_once",
        ),
        (
            "INSERT INTO tax_allocation (payment_id, head_id, kind, amount, policy)"
            " SELECT payment_id, head_id, kind, 1, policy FROM tax_allocation WHERE kind = 'principal'",
            "allocation_of_demand_names_its_bill",
        ),
    ],
)
def test_the_database_refuses(statement: str, rule: str) -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    pay(holding, D(10), Q1)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
