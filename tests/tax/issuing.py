"""Acts that several tests of billing share: assess a city, issue a quarter, let some pay, check paper and books."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from holdings.models import Holding
from imis.fiscal import FiscalYear, Period, quarter_end, quarter_start
from imis.ledger import checks
from imis.money import D
from tax.models import Bill
from tax.queries import dues, parameters_on, quote_for, rule_set_on
from tax.queries.positions import offers_json
from tax.rules.allocation import Plan, offers, quote
from tax.rules.position import group_of
from tax.rules.ruleset import Group
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


_REACHES = {Group.OVERDUE: Plan.OVERDUE, Group.CURRENT: Plan.CURRENT, Group.FUTURE: Plan.BEGUN}


def says_what_the_counter_asks(bill: Bill) -> None:
    """The paper of a bill just issued, beside what the rules quote on its last date: offer by offer, step by step."""
    day, period, printed = bill.due_on, Period(bill.fiscal_year, bill.quarter), bill.snapshot
    parameters = parameters_on(day)
    position = dues(bill.holding_id, day, parameters=parameters)
    assert printed["offers"] == offers_json(offers(position, day, parameters), day)
    price = quote(position, day, parameters, plan=_REACHES[group_of(period, day, parameters)])
    steps = [step.to_json() for step in price.working]
    if bill.advance_amount and price.principal:
        steps[0]["formula"] = f"{bill.principal_amount} − {bill.advance_amount}"
    assert printed["working"] == steps
    assert bill.payable_amount == price.payable and bill.rebate_amount == price.rebate
    assert bill.surcharge_amount == price.surcharge and bill.rounding_amount == price.rounding
    assert bill.principal_amount - bill.advance_amount + bill.arrears_amount == price.principal
    assert sum(D(row["principal"]) for row in printed["arrears"]) == bill.arrears_amount
    assert sum(D(line["amount"]) for line in printed["lines"]) == bill.principal_amount
    assert D(printed["amounts"]["payable"]) == bill.payable_amount


def no_discrepancy() -> None:
    assert [f"{d.check}: {d.detail}" for d in checks.discrepancies()] == []
