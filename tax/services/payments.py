"""Taking a payment, in one transaction with its posting, its receipt and its audit row.

The order matters: all that can be written without the receipt's number is written before it, so that the cashiers of
the city wait for each other only from there to COMMIT (docs/adr/0010-the-tax.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from holdings.models import Holding
from imis import audit, spoken
from imis.errors import Refused
from imis.fiscal import Period
from imis.ledger.services import (
    AlreadyPosted,
    LineDraft,
    ReceiptDraft,
    issue_receipts,
    post,
    receipt_series,
    reserve_receipt,
)
from imis.models import User
from imis.money import ZERO
from tax.models import Allocation, Bill, Payment
from tax.queries.law import parameters_on
from tax.queries.positions import dues
from tax.rules.allocation import Allocated, Plan, Share, allocate, quote
from tax.rules.explanation import text
from tax.rules.position import Position
from tax.rules.ruleset import Parameters
from tax.services.advances import use_credit, use_credit_left
from tax.services.bills import bill_ahead
from tax.services.locks import lock_holding
from tax.services.payment_checks import check_advance, check_claim, check_expected, check_said, first_payment
from tax.services.postings import settlement_lines
from tax.services.standings import refresh_standings

_MONEY_ACCOUNT = {"counter": "cash_counter", "collector": "cash_counter", "bank": "bank", "online": "bank"}


def take_payment(
    *,
    payment_id: UUID,
    holding: int,
    amount: Decimal,
    channel: str,
    reference: str,
    value_date: date,
    by: User,
    at: datetime,
    payer_name: str = "",
    plan: str = "",
    expected: Mapping[str, Decimal] | None = None,
) -> Payment:
    """Take `amount` Taka for a holding; the same notice again returns the first payment.

    `payment_id` is made by the client before sending. With a `plan` the amount must be its price on `value_date`;
    without one it is spread as far as it goes. `expected` holds the price of each plan that the payer was told (by its
    code, as `quote_for` gives them): whatever is paid, it is refused when one of them is not the price any more.
    Refused also: a reference that comes back otherwise or after its reversal, a date in the future or too far back.
    """
    claim = Payment(
        id=payment_id,
        holding_id=holding,
        channel=channel,
        reference=reference.strip(),
        amount=amount,
        value_date=value_date,
        recorded_at=at,
        payer_name=payer_name.strip(),
        taken_by=by,
    )
    check_said(claim, plan)
    try:
        with transaction.atomic():
            return _take_once(claim, plan, expected)
    except (IntegrityError, AlreadyPosted):  # the same notice for another holding, whose lock was not ours
        if earlier := first_payment(claim):
            return earlier
        raise


def _take_once(claim: Payment, plan: str, expected: Mapping[str, Decimal] | None) -> Payment:
    parameters, today = parameters_on(claim.value_date), timezone.localdate(claim.recorded_at)
    place = lock_holding(claim.holding_id)
    earlier = first_payment(claim)
    if earlier is not None:
        return earlier
    check_claim(claim, parameters if today == claim.value_date else parameters_on(today))
    return _take(claim, place, parameters, plan, expected)


def _take(
    claim: Payment, place: Holding, parameters: Parameters, plan: str, expected: Mapping[str, Decimal] | None
) -> Payment:
    position = dues(place.pk, claim.value_date, parameters=parameters)
    if use_credit(
        position=position, as_at=claim.value_date, parameters=parameters, by=claim.taken_by, at=claim.recorded_at
    ):
        position = dues(place.pk, claim.value_date, parameters=parameters)
    check_expected(position, claim.value_date, parameters, expected)
    spread = _spread(claim, position, parameters, plan)
    check_advance(position, spread, parameters)
    shares = _billed(claim, place, spread.shares)
    claim.working = {
        "plan": plan,
        "policy": parameters.allocation_policy,
        "steps": [step.to_json() for step in spread.working],
    }
    _write(claim, place, shares, parameters)
    if position.unpaid and spread.total("advance"):
        # A quarter not demanded yet, too dear for it, stood before the one that is owed.
        use_credit_left(holding=place.pk, as_at=claim.value_date, by=claim.taken_by, at=claim.recorded_at)
    refresh_standings([place.pk])
    audit.record(
        by=claim.taken_by,
        at=claim.recorded_at,
        action="take_payment",
        object_type="payment",
        object_id=claim.pk,
        ward=place.ward_id,
        holding=place.pk,
        amount=claim.amount,
        channel=claim.channel,
        value_date=claim.value_date,
    )
    _issue_receipt(claim, place, shares)
    return claim


def _write(claim: Payment, place: Holding, shares: list[Share], parameters: Parameters) -> None:
    """Posts the money and appends the payment with what it settled, under the key of the receipt it will have."""
    claim.entry = post(
        source=f"{claim.channel}:{claim.reference}",
        value_date=claim.value_date,
        lines=[LineDraft(_MONEY_ACCOUNT[claim.channel], claim.amount, ZERO), *settlement_lines(shares, place.pk)],
        by=claim.taken_by,
        at=claim.recorded_at,
    )
    claim.receipt_id = reserve_receipt()
    claim.save(force_insert=True)
    Allocation.objects.bulk_create(
        Allocation(
            payment=claim,
            bill_id=s.bill,
            head_id=s.head,
            kind=s.kind,
            amount=s.amount,
            policy=parameters.allocation_policy,
        )
        for s in shares
    )


def _issue_receipt(claim: Payment, place: Holding, shares: Iterable[Share]) -> None:
    """The last statements before COMMIT: the number's lock holds up every other cashier."""
    draft = ReceiptDraft(claim.entry.pk, _receipt(claim, place, shares), claim.recorded_at, key=claim.receipt_id)
    issue_receipts(series=receipt_series(claim.recorded_at), drafts=[draft], by=claim.taken_by)


def _spread(claim: Payment, position: Position, parameters: Parameters, plan: str) -> Allocated:
    if not plan:
        return allocate(position, claim.amount, claim.value_date, parameters)
    price = quote(position, claim.value_date, parameters, plan=Plan(plan)).payable
    if price != claim.amount:
        raise Refused(
            _("The amount for this plan is ৳ %(price)s now, not ৳ %(amount)s.")
            % {"price": spoken.number(price), "amount": spoken.number(claim.amount)},
            remedy=_("Load the holding again and take the amount shown."),
        )
    return allocate(position, claim.amount, claim.value_date, parameters, plan=Plan(plan))


def _billed(claim: Payment, place: Holding, shares: Iterable[Share]) -> list[Share]:
    """The shares with the keys of their bills; quarters paid ahead are demanded now."""
    shares = list(shares)
    ahead = sorted(
        {
            Period(s.fiscal_year, s.quarter)
            for s in shares
            if s.bill is None and s.fiscal_year is not None and s.quarter is not None
        }
    )
    for period in ahead:
        bill_ahead(
            holdings=[place.pk],
            wards=[place.ward_id],
            period=period,
            by=claim.taken_by,
            at=claim.recorded_at,
            on=timezone.localdate(claim.recorded_at),
        )
    if not ahead:
        return shares
    keys = {
        (year, quarter): pk
        for pk, year, quarter in Bill.objects.filter(
            holding_id=place.pk, fiscal_year__in={period.fiscal_year for period in ahead}
        ).values_list("pk", "fiscal_year", "quarter")
    }
    return [
        replace(s, bill=keys[s.fiscal_year, s.quarter])
        if s.bill is None and s.fiscal_year is not None and s.quarter is not None
        else s
        for s in shares
    ]


def _receipt(claim: Payment, place: Holding, shares: Iterable[Share]) -> dict[str, object]:
    by_kind: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for share in shares:
        by_kind[share.kind] += share.amount
    return {
        "payment": str(claim.pk),
        "holding_id": place.pk,
        "holding_number": place.code or place.number_written,
        "ward": place.ward_id,
        "corporation": settings.CORPORATION,
        "amount": text(claim.amount),
        "value_date": claim.value_date.isoformat(),
        "channel": claim.channel,
        "reference": claim.reference,
        "payer_name": claim.payer_name,
        "lines": [{"kind": kind, "amount": text(amount)} for kind, amount in sorted(by_kind.items())],
        "working": claim.working["steps"],
    }
