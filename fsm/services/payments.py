"""Taking the fee of an emptying and undoing it: money, receipt and audit row in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fsm.models import Charge, PayChannel, Payment, Request, Reversal
from fsm.queries.requests import standing_payment
from fsm.services.events import locked
from fsm.services.requests import note
from fsm.services.words import bad
from imis.errors import Refused
from imis.ledger.services import (
    AlreadyPosted,
    LineDraft,
    ReceiptDraft,
    check_again,
    check_notice,
    issue_receipts,
    post,
    receipt_series,
    reserve_receipt,
    reverse,
)
from imis.models import User
from imis.money import ZERO

_MONEY_ACCOUNT = {"counter": "cash_counter", "bank": "bank", "online": "bank"}


@dataclass(frozen=True)
class _Claim:
    payment_id: UUID
    request: UUID
    amount: Decimal
    channel: str
    reference: str
    value_date: date
    payer_name: str


def take_fee(
    *,
    payment_id: UUID,
    request: UUID,
    amount: Decimal,
    channel: str,
    reference: str,
    value_date: date,
    by: User,
    at: datetime,
    payer_name: str = "",
) -> Payment:
    """Takes the whole fee of a request and issues its receipt; the same notice again returns the first payment.

    Refused when nothing is owed, the amount is not the fee, the day lies outside [day of the fee, today], or this
    notice's payment was reversed. BadInput names the field that can be in no payment.
    """
    claim = _Claim(payment_id, request, amount, channel, reference.strip(), value_date, payer_name.strip())
    check_notice(
        channel=claim.channel,
        channels=PayChannel.values,
        reference=claim.reference,
        payer_name=claim.payer_name,
        amount=claim.amount,
    )
    try:
        with transaction.atomic():
            row = locked(request)
            return _earlier(claim) or _take(claim, row, by, at)
    except (IntegrityError, AlreadyPosted):
        earlier = _earlier(claim)
        if earlier is None:
            raise
        return earlier


def _earlier(claim: _Claim) -> Payment | None:
    found = (
        Payment.objects.filter(pk=claim.payment_id).first()
        or Payment.objects.filter(channel=claim.channel, reference=claim.reference).first()
    )
    if found is None:
        return None
    same = (found.charge.request_id, found.channel, found.amount) == (claim.request, claim.channel, claim.amount)
    undone = Reversal.objects.filter(payment=found).values_list("reversed_at", flat=True).first()
    check_again(payment=found.pk, reference=found.reference, agrees=same, reversed_at=undone)
    return found


def _take(claim: _Claim, row: Request, by: User, at: datetime) -> Payment:
    charge = _owed(claim, row, timezone.localdate(at))
    entry = post(
        source=f"sludge:{claim.channel}:{claim.reference}",
        value_date=claim.value_date,
        lines=[
            LineDraft(_MONEY_ACCOUNT[claim.channel], claim.amount, ZERO, row.holding_id, "sludge"),
            LineDraft("receivable_sludge", ZERO, claim.amount, row.holding_id, "sludge"),
        ],
        by=by,
        at=at,
    )
    payment = Payment(
        id=claim.payment_id,
        charge=charge,
        channel=claim.channel,
        reference=claim.reference,
        amount=claim.amount,
        value_date=claim.value_date,
        recorded_at=at,
        payer_name=claim.payer_name,
        taken_by=by,
        entry=entry,
        receipt_id=reserve_receipt(),
    )
    payment.save(force_insert=True)
    note(row, "take_sludge_fee", by, at, amount=claim.amount, channel=claim.channel, value_date=claim.value_date)
    # Last: the number's lock holds up every cashier of the city until COMMIT.
    draft = ReceiptDraft(entry.pk, _payload(claim, row, charge), at, key=payment.receipt_id)
    issue_receipts(series=receipt_series(at), drafts=[draft], by=by)
    return payment


def _owed(claim: _Claim, row: Request, today: date) -> Charge:
    charge = Charge.objects.filter(request=row).first()
    if charge is None or charge.amount == 0:
        raise Refused(_("No fee is asked for this request."), remedy=_("The fee is asked when the tank is empty."))
    if standing_payment(row) is not None:
        raise Refused(_("The fee of this request was paid before."))
    if claim.amount != charge.amount:
        raise bad("amount", _("The fee is taken in full."))
    if not timezone.localdate(charge.made_at) <= claim.value_date <= today:
        raise bad("value_date", _("The day of payment lies between the day of the fee and today."))
    return charge


def _payload(claim: _Claim, row: Request, charge: Charge) -> dict[str, object]:
    number = (row.holding.code or row.holding.number_written) if row.holding else row.number
    return {
        "service": "sludge",
        "request": str(row.pk),
        "request_number": row.number,
        "payment": str(claim.payment_id),
        "holding_number": number,
        "amount": f"{claim.amount:.2f}",
        "value_date": claim.value_date.isoformat(),
        "channel": claim.channel,
        "reference": claim.reference,
        "payer_name": claim.payer_name,
        "ward": row.ward_id,
        "corporation": settings.CORPORATION,
        "lines": [],
        "working": charge.working,
    }


def reverse_fee(*, payment: UUID, reason: str, by: User, at: datetime) -> Reversal:
    """Undoes a payment by a mirror entry; the fee is owed again. Refused for the officer who took it."""
    if not reason.strip():
        raise Refused(_("A reversal needs a reason."))
    with transaction.atomic():
        row = locked(Payment.objects.values_list("charge__request_id", flat=True).get(pk=payment))
        taken = Payment.objects.select_related("entry").get(pk=payment)
        if Reversal.objects.filter(payment=taken).exists():
            raise Refused(_("This payment was reversed before."))
        if taken.taken_by_id == by.pk:
            raise Refused(_("Nobody reverses a payment that they took."), remedy=_("Another officer must reverse it."))
        mirror = reverse(entry=taken.entry, source=f"sludge_reversal:{taken.pk}", reason=reason[:200], by=by, at=at)
        undone = Reversal.objects.create(
            payment=taken, entry=mirror, reason=reason.strip()[:200], reversed_by=by, reversed_at=at
        )
        note(row, "reverse_sludge_fee", by, at, amount=taken.amount, payment=taken.pk)
    return undone
