"""A holding's account on a day: what governs it, what is owed and why, and what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from holdings.models import Holding, Ownership
from imis.money import ZERO
from tax.models import Allocation, Assessment, Bill, Payment
from tax.queries.assessments import assessment_history, assessment_on
from tax.queries.desk import payments_of
from tax.queries.law import parameters_on
from tax.queries.positions import dues
from tax.rules.allocation import Plan, quote
from tax.rules.credit import after_credit
from tax.rules.position import parts
from tax.rules.ruleset import Group

LATEST = 3
_SETTLING = (Allocation.Kind.PRINCIPAL, Allocation.Kind.REBATE)


@dataclass(frozen=True)
class Account:
    """What a person asks at the window. Amounts in Taka; the steps are in their stored (JSON) form.

    `unpaid` is principal demanded and not settled; `payable` what settles it and the open instalment on the day;
    `arrears_years` counts earlier fiscal years with unpaid principal.
    """

    assessment: Assessment | None
    assessment_steps: Sequence[dict[str, Any]]
    unpaid: Decimal
    payable: Decimal
    working: Sequence[dict[str, Any]]
    arrears_years: int
    advance: Decimal
    owners: Sequence[Ownership]
    payments: Sequence[Payment]


def account_of(holding: Holding, as_at: date) -> Account:
    """The account of `holding` on `as_at`, in a fixed number of queries. Refused when no rule set is in force.

    Credit is taken off what is owed, as `quote_for` does: the window names the price that the counter takes.
    """
    parameters = parameters_on(as_at)
    position = after_credit(dues(holding.pk, as_at, parameters=parameters), as_at, parameters)
    assessment = assessment_on(holding.pk, as_at)
    price = quote(position, as_at, parameters, plan=Plan.CURRENT)
    earlier = [part for part in parts(position, as_at, parameters) if part.group is Group.EARLIER_YEARS]
    return Account(
        assessment=assessment,
        assessment_steps=assessment_steps(assessment),
        unpaid=position.unpaid,
        payable=price.payable,
        working=[step.to_json() for step in price.working] if price.parts else [],
        arrears_years=len(earlier),
        advance=position.advance,
        owners=owners_of(holding, as_at),
        payments=list(payments_of(holding.pk)[:LATEST]),
    )


def assessment_steps(assessment: Assessment | None) -> list[dict[str, Any]]:
    """The steps of an assessment from its stored explanation; empty when there is none."""
    if assessment is None:
        return []
    tree: dict[str, Any] = assessment.explanation
    return list(tree.get("steps", []))


def owners_of(holding: Holding, as_at: date) -> list[Ownership]:
    """Who owns the holding on the day with their shares, in the order in which a bill of that day names them."""
    in_force = Ownership.objects.filter(holding=holding, valid__contains=as_at)
    return list(in_force.select_related("owner").order_by("-share", "owner_id"))


def bills_of(holding_id: int) -> QuerySet[Bill]:
    """A holding's bills, the latest first, each with what is settled of its demand and what is unpaid."""
    settled = (
        Allocation.objects.filter(bill=OuterRef("pk"), kind__in=_SETTLING)
        .order_by()
        .values("bill")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return (
        Bill.objects.filter(holding_id=holding_id)
        .annotate(settled=Coalesce(Subquery(settled), ZERO))
        .annotate(unpaid=F("principal_amount") - F("settled"))
        .order_by("-fiscal_year", "-quarter")
    )


def account_page(holding: Holding) -> dict[str, Any]:
    """Every bill, payment and assessment of a holding, the latest first, with the sums of bills and payments."""
    bills: list[Any] = list(bills_of(holding.pk))  # with what the queries add to each row
    payments: list[Any] = list(payments_of(holding.pk))
    return {
        "bills": bills,
        "payments": payments,
        "totals": {
            "demand": sum((bill.principal_amount for bill in bills), ZERO),
            "settled": sum((bill.settled for bill in bills), ZERO),
            "unpaid": sum((bill.unpaid for bill in bills), ZERO),
            "paid": sum((payment.amount for payment in payments if not payment.is_reversed), ZERO),
        },
        "assessments": assessment_history(holding.pk).select_related("proposed_by", "approved_by"),
    }
