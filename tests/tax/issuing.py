"""Acts that several tests of billing share: assess a small city, issue a quarter, let some pay, check the books."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from holdings.models import Holding
from imis.fiscal import FiscalYear, quarter_end, quarter_start
from imis.ledger import checks
from imis.money import D
from tax.queries import quote_for, rule_set_on
from tax.services import BillRunOutcome, assess_ward, issue_bills, take_payment
from tests.tax.city import START, build_city, moment, officer


def issue(year: int, quarter: int, wards: list[int] | None = None, **dates: date) -> BillRunOutcome:
    fiscal = FiscalYear(year)
    issued = dates.get("issued_on", quarter_start(fiscal, quarter))
    return issue_bills(
        ward=wards or [22],
        fiscal_year=year,
        quarter=quarter,
        issued_on=issued,
        due_on=dates.get("due_on", quarter_end(fiscal, quarter)),
        by=officer("collector"),
        at=moment(issued),
    )


def assessed_city(count: int = 40, wards: list[int] | None = None) -> None:
    wards = wards or [22]
    build_city(wards=wards, count=count)
    assess_ward(ward=wards, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))


def some_pay(on: date, every: int, plan: str) -> int:
    """Every n-th holding pays one of its offers, or an odd amount; returns how many did."""
    paid = 0
    for holding in Holding.objects.filter(state="active").order_by("pk"):
        if int(holding.number_key) % every:
            continue
        quoted = quote_for(holding.pk, on)
        if quoted.position.yearly_tax < 500:
            continue
        offered = {offer.plan.value: offer for offer in quoted.offers if offer.plan}
        amount = offered[plan].payable if plan in offered else D(100 + int(holding.number_key))
        if amount > 0:
            take_payment(
                payment_id=uuid4(),
                holding=holding.pk,
                amount=amount,
                channel="counter",
                reference=uuid4().hex,
                value_date=on,
                by=officer("cashier"),
                at=moment(on),
                plan=plan if plan in offered else "",
            )
            paid += 1
    return paid


def no_discrepancy() -> None:
    assert [f"{d.check}: {d.detail}" for d in checks.discrepancies()] == []
