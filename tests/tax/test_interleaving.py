"""Any order of billing, paying, reassessing and undoing keeps the books true."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum

from holdings.models import Holding, Unit
from imis.errors import Refused
from imis.fiscal import fiscal_year_of, quarter_end
from imis.ledger import checks
from imis.ledger.queries import balance, trial_balance
from imis.money import D
from tax.models import Allocation, Bill, BillLine, Payment
from tax.queries import dues, quote_for, rule_set_on
from tax.services import approve_assessments, assess_ward, issue_bills, reverse_payment, take_payment
from tests.tax.city import START, build_city, moment, officer

pytestmark = pytest.mark.django_db


class Story:
    """A ward through time: each act moves the clock on and does one thing at random."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.today = START
        build_city(wards=[22], count=6)
        self.assess()

    def assess(self) -> None:
        for unit in Unit.objects.order_by("pk")[: self.draw.randrange(3)]:
            Unit.objects.filter(pk=unit.pk).update(area_sqft=D(self.draw.randrange(200, 9000)))
        assess_ward(
            ward=22, rule_set=rule_set_on(START), valid_from=self.today, by=officer("assessor"), at=moment(self.today)
        )
        if self.draw.random() < 0.5:
            approve_assessments(ward=22, by=officer("approver"), at=moment(self.today))

    def bill(self) -> None:
        year = fiscal_year_of(self.today)
        quarter = year.quarter_of(self.today)
        if self.draw.random() < 0.2:
            quarter = self.draw.randrange(1, quarter + 1)
        issue_bills(
            ward=22,
            fiscal_year=year.start_year,
            quarter=quarter,
            issued_on=self.today,
            due_on=max(quarter_end(year, quarter), self.today),
            by=officer("collector"),
            at=moment(self.today),
        )

    def pay(self) -> None:
        holding = self.draw.choice(list(Holding.objects.filter(state="active").order_by("pk")))
        on = self.today - timedelta(days=self.draw.choice([0, 0, 5, 20]))
        on = max(on, START)
        offered = [offer for offer in quote_for(holding.pk, on).offers if offer.payable > 0]
        offer = self.draw.choice(offered) if offered and self.draw.random() < 0.6 else None
        amount = offer.payable if offer else self.draw.choice([1, 1, D("4.01")]) * D(self.draw.randrange(1, 2000))
        try:
            take_payment(
                payment_id=uuid4(),
                holding=holding.pk,
                amount=amount,
                channel="bank",
                reference=uuid4().hex,
                value_date=on,
                by=officer("cashier"),
                at=moment(self.today),
                plan=offer.plan.value if offer and offer.plan else "",
            )
        except Refused as refusal:
            assert {"5", "৫"} & set(refusal.message), refusal.message  # too many years ahead

    def undo(self) -> None:
        standing = list(Payment.objects.filter(reversal=None).order_by("entry_id"))
        if standing:
            reverse_payment(
                payment=self.draw.choice(standing).pk, reason="cheque", by=officer("officer"), at=moment(self.today)
            )

    def act(self) -> None:
        self.today += timedelta(days=self.draw.randrange(0, 60))
        self.draw.choice([self.bill, self.bill, self.pay, self.pay, self.pay, self.undo, self.assess])()


def books_are_true() -> None:
    rows = trial_balance()
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    lines = BillLine.objects.aggregate(s=Sum("amount"))["s"] or D(0)
    settled = Allocation.objects.filter(kind__in=["principal", "rebate"]).aggregate(s=Sum("amount"))["s"] or D(0)
    assert balance("receivable_tax") == lines - settled >= 0
    assert [f"{d.check}: {d.detail}" for d in checks.discrepancies()] == []
    for holding in Holding.objects.all():
        position = dues(holding.pk, START)
        assert not (position.advance > 0 and position.unpaid > 0), f"{holding.pk}: credit beside a debt"


@pytest.mark.parametrize("seed", range(12))
def test_random_stories_keep_the_books_true(seed: int) -> None:
    story = Story(seed)
    for _ in range(30):
        story.act()
        books_are_true()


def test_undoing_every_payment_leaves_the_demand_and_nothing_else() -> None:
    story = Story(99)
    for _ in range(25):
        story.act()
    for payment in Payment.objects.filter(reversal=None):
        reverse_payment(payment=payment.pk, reason="all", by=officer("officer"), at=moment(story.today))
    books_are_true()
    for account in ("bank", "advance", "rebate_expense", "revenue_surcharge", "rounding"):
        assert balance(account) == 0
    for holding in Holding.objects.all():
        demand = Bill.objects.filter(holding=holding).aggregate(s=Sum("principal_amount"))["s"] or 0
        assert dues(holding.pk, story.today).unpaid == demand


def test_a_story_told_twice_gives_the_same_figures() -> None:
    def told() -> list[object]:
        with transaction.atomic():
            story = Story(7)
            for _ in range(20):
                story.act()
            bills = Bill.objects.order_by("number").values_list("number", "principal_amount", "payable_amount")
            figures = [*bills, *((row.account.code, row.debit, row.credit) for row in trial_balance())]
            transaction.set_rollback(True)
        return figures

    assert told() == told()
