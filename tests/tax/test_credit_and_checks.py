"""Credit pays later bills and can be undone; every reconciliation of the tax bites."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Sum

from holdings.models import Holding, Unit
from imis.ledger import checks
from imis.money import D, whole_taka
from tax.models import BillLine
from tax.queries import dues, quote_for
from tax.services import reverse_payment, take_payment
from tests.tax.city import START, moment, officer
from tests.tax.issuing import assessed_city, issue, no_discrepancy, some_pay

pytestmark = pytest.mark.django_db


def paid_beyond(extra: Decimal) -> tuple[Holding, Decimal]:
    """A holding that paid its whole first year and `extra` more; and its yearly tax."""
    assessed_city(1)
    Unit.objects.update(area_sqft=D("5000"))
    issue(2021, 1)
    holding = Holding.objects.get()
    year = quote_for(holding.pk, START).offers[-1]
    for amount in (year.payable + 1, extra - 1):
        take_payment(
            payment_id=uuid4(),
            holding=holding.pk,
            amount=amount,
            channel="counter",
            reference=uuid4().hex,
            value_date=START,
            by=officer("cashier"),
            at=moment(START),
        )
    return holding, dues(holding.pk, START).yearly_tax


def test_credit_pays_the_next_bills_with_their_rebate_until_it_is_used_up() -> None:
    holding, _yearly = paid_beyond(D(300))
    outcome = issue(2022, 1)
    quarter = outcome.demand
    used = min(D(300), whole_taka(quarter * D("0.95")))
    assert outcome.advance_applied == used
    assert dues(holding.pk, START).advance == 300 - used
    no_discrepancy()
    issue(2022, 2)
    no_discrepancy()
    assert dues(holding.pk, date(2022, 10, 2)).advance >= 0


@pytest.mark.parametrize("extra", ["5", "300", "700", "3000"])
def test_undoing_a_payment_undoes_what_its_credit_settled(extra: str) -> None:
    holding, _yearly = paid_beyond(D(extra))
    for quarter in (1, 2, 3):
        issue(2022, quarter)
    no_discrepancy()
    for payment in holding.payments.order_by("recorded_at"):
        reverse_payment(payment=payment.pk, reason="cheque", by=officer("officer"), at=moment(date(2023, 3, 1)))
        no_discrepancy()
    position = dues(holding.pk, START)
    assert position.advance == 0
    assert position.unpaid == BillLine.objects.aggregate(s=Sum("amount"))["s"]


def test_altering_a_bill_as_superuser_is_found() -> None:
    assessed_city(3)
    issue(2021, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tax_bill DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE tax_bill SET snapshot = replace(snapshot::text, 'করিম', 'রহিম')::json WHERE number LIKE '%%000002'"
        )
        cursor.execute("ALTER TABLE tax_bill ENABLE TRIGGER USER")
    found = [d.detail for d in checks.discrepancies()]
    assert len(found) == 1 and "000002" in found[0]


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE tax_standing SET last_billed_year = 1999", "standings equal lines less allocations"),
        ("DELETE FROM tax_standing", "standings equal lines less allocations"),
        ("UPDATE tax_billline SET amount = amount + 1", "bills equal their lines"),
        ("DELETE FROM tax_billline", "receivables equal lines less allocations"),
        ("UPDATE tax_allocation SET amount = amount - 1", "payments equal their parts"),
        ("UPDATE tax_bill SET number = replace(number, '-00000', '-00009')", "bill numbers without gap"),
    ],
)
def test_each_reconciliation_bites(statement: str, check: str) -> None:
    assessed_city(1)
    issue(2021, 1)
    some_pay(START, 1, "none")
    no_discrepancy()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("tax_bill", "tax_billline", "tax_allocation"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
    assert check in {d.check for d in checks.discrepancies()}


def test_credit_pays_what_is_owed_before_money_does() -> None:
    """A payment is undone while another's credit stands: it settles at once, the next price is less by it."""
    holding, _yearly = paid_beyond(D(300))
    first = holding.payments.order_by("entry_id")[0]
    demanded = BillLine.objects.aggregate(s=Sum("amount"))["s"]
    reverse_payment(payment=first.pk, reason="cheque", by=officer("officer"), at=moment(START))
    owed = dues(holding.pk, START)
    assert owed.advance == 0 and 0 < owed.unpaid <= demanded - 300
    quoted = quote_for(holding.pk, START)
    assert quoted.position == owed
    offer = quoted.offers[-1]
    last = take_payment(
        payment_id=uuid4(),
        holding=holding.pk,
        amount=offer.payable,
        channel="counter",
        reference="last",
        value_date=START,
        by=officer("cashier"),
        at=moment(START),
        plan=str(offer.plan.value) if offer.plan else "",
    )
    position = dues(holding.pk, START)
    assert (position.unpaid, position.advance) == (0, 0)
    no_discrepancy()
    for payment in holding.payments.filter(reversal=None).order_by("-entry_id"):
        reverse_payment(payment=payment.pk, reason="cheque", by=officer("officer"), at=moment(START))
        no_discrepancy()
    assert last.pk and dues(holding.pk, START).unpaid == demanded
