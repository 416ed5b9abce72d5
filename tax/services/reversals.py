"""Undoes a payment by a mirror entry: what it settled is owed again, to the paisa."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from imis import audit
from imis.errors import Refused
from imis.ledger.models import Entry
from imis.ledger.services import reverse
from imis.models import User
from tax.models import Allocation, Payment, Reversal
from tax.services.advances import credit_sources
from tax.services.locks import lock_holding
from tax.services.standings import refresh_standings


def reverse_payment(*, payment: UUID, reason: str, by: User, at: datetime) -> Reversal:
    """Undo a payment with all that its credit settled later; quarters demanded for it stay demanded.

    Refused without a reason, for a payment already reversed, and for the officer who took it.
    Payment.DoesNotExist when there is no such payment.
    """
    if not reason.strip():
        raise Refused(_("A reversal needs a reason."))
    with transaction.atomic():
        place = lock_holding(Payment.objects.values_list("holding_id", flat=True).get(pk=payment))
        taken = Payment.objects.select_related("entry").get(pk=payment)
        if Reversal.objects.filter(payment=taken).exists():
            raise Refused(_("This payment was reversed before."))
        if taken.taken_by_id == by.pk:
            raise Refused(_("Nobody reverses a payment that they took."), remedy=_("Another officer must reverse it."))
        mirror = reverse(entry=taken.entry, source=f"reversal:{taken.pk}", reason=reason[:200], by=by, at=at)
        undone = Reversal.objects.create(
            payment=taken, entry=mirror, reason=reason.strip()[:200], reversed_by=by, reversed_at=at
        )
        _undo_allocations(taken, undone, by, at)
        refresh_standings([place.pk])
        audit.record(
            by=by,
            at=at,
            action="reverse_payment",
            object_type="payment",
            object_id=taken.pk,
            ward=place.ward_id,
            holding=place.pk,
            amount=taken.amount,
            reason=reason,
        )
    return undone


def _undo_allocations(taken: Payment, undone: Reversal, by: User, at: datetime) -> None:
    shares = list(Allocation.objects.filter(payment=taken).order_by("pk"))
    for entry in Entry.objects.filter(source__in=credit_sources(taken.pk)).order_by("pk"):
        reverse(entry=entry, source=f"reversal:{entry.source}", reason=undone.reason, by=by, at=at)
    Allocation.objects.bulk_create(
        Allocation(
            payment=taken,
            reversal=undone,
            bill_id=share.bill_id,
            head_id=share.head_id,
            kind=share.kind,
            amount=-share.amount,
            policy=share.policy,
        )
        for share in shares
    )
