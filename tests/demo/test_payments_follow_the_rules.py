"""The set-based payments of the history against the pure rules, share by share and step by step."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from imis.fiscal import Period, period_of
from tax.models import Allocation, BillLine, Payment
from tax.queries.law import head_ranks, parameters_on
from tax.rules.allocation import Plan, allocate
from tax.rules.position import OpenLine, Position

pytestmark = pytest.mark.usefixtures("city")

Key = tuple[int | None, str, str]


def position_before(payment: Payment) -> Position:
    """What the holding owed when this payment came: bills of its day less what earlier payments settled."""
    now, ahead = period_of(payment.value_date), payment.working["plan"] == "year"
    ranks = head_ranks()
    settled: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    earlier = Allocation.objects.filter(
        payment__holding=payment.holding_id,
        payment__value_date__lt=payment.value_date,
        kind__in=["principal", "rebate"],
    )
    for one in earlier:
        settled[one.bill_id, one.head_id] += one.amount
    lines = []
    for line in BillLine.objects.filter(bill__holding=payment.holding_id).select_related("bill"):
        period = Period(line.bill.fiscal_year, line.bill.quarter)
        if period <= now or (ahead and period.fiscal_year == now.fiscal_year):
            unpaid = line.amount - settled[line.bill_id, line.head_id]
            lines.append(OpenLine(line.bill_id, period, line.head_id, ranks[line.head_id], unpaid))
    return Position(payment.holding_id, tuple(line for line in lines if line.unpaid > 0))


def written(payment: Payment) -> dict[Key, Decimal]:
    return {
        (one.bill_id, one.head_id, one.kind): one.amount
        for one in Allocation.objects.filter(payment=payment, reversal=None)
    }


def history(**filters: object) -> list[Payment]:
    """Payments of the set-based history: those of the counter day were taken by the service itself."""
    return list(Payment.objects.filter(**filters).exclude(reference__startswith="D").order_by("pk")[:60])


@pytest.mark.parametrize(
    "filters",
    [
        {"working__plan": "current"},
        {"working__plan": "year"},
        {"allocations__kind": "surcharge"},
        {"working__steps__contains": [{"code": "overdue"}]},
        {"value_date__gte": "2026-07-01"},
    ],
    ids=["current", "year", "surcharge", "overdue", "this year"],
)
def test_shares_and_working_are_those_of_the_rules(filters: dict[str, object]) -> None:
    payments = history(**filters)
    assert payments
    for payment in payments:
        parameters = parameters_on(payment.value_date)
        ruled = allocate(
            position_before(payment), payment.amount, payment.value_date, parameters, plan=Plan(payment.working["plan"])
        )
        assert written(payment) == {(s.bill, s.head, s.kind): s.amount for s in ruled.shares}
        assert payment.working["steps"] == [step.to_json() for step in ruled.working]
        assert payment.working["policy"] == parameters.allocation_policy


def test_the_ledger_says_what_the_allocations_say() -> None:
    for payment in history():
        posted = {(line.account_id, line.head): line.debit - line.credit for line in payment.entry.lines.all()}
        by_kind: dict[str, Decimal] = defaultdict(Decimal)
        for (_, _, kind), amount in written(payment).items():
            by_kind[kind] += amount
        money = "cash_counter" if payment.channel in ("counter", "collector") else "bank"
        assert posted[money, ""] == payment.amount
        assert posted["receivable_tax", "holding_tax"] == -(by_kind["principal"] + by_kind["rebate"])
        assert posted.get(("rebate_expense", "holding_tax"), 0) == by_kind["rebate"]
        assert posted.get(("revenue_surcharge", "surcharge"), 0) == -by_kind["surcharge"]
        assert posted.get(("rounding", "rounding"), 0) == -by_kind["rounding"]
