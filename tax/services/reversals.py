"""Undoes a payment by a mirror entry: what it settled is owed again, to the paisa."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imis import audit
from imis.errors import Refused
from imis.ledger.models import Entry
from imis.ledger.services import reverse
from imis.models import User
from tax.models import Allocation, Payment, Reversal
from tax.services.advances import credit_uses, settle_again, sources_without_link, use_credit_left
from tax.services.locks import lock_holding
from tax.services.standings import refresh_standings


def reverse_payment(*, payment: UUID, reason: str, by: User, at: datetime) -> Reversal:
    """Undo a payment with all that its credit settled later; quarters demanded for it stay demanded.

    A rebate that its credit earned together with another payment's falls too; other credit of the holding settles what
    is owed again, by the prices of the day of `at`.
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
        _undo(taken, undone, by, at)
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


def _undo(taken: Payment, undone: Reversal, by: User, at: datetime) -> None:
    """Take back what the payment settled, at once and by its credit; credit of others that shared in it settles again.

    What is owed by then is settled from the credit that the holding has: it never stands beside a debt.
    """
    holding = taken.holding_id
    uses = credit_uses(holding=holding, payment=taken.pk)
    for entry in Entry.objects.filter(source__in=sources_without_link(taken.pk)).order_by("pk"):
        reverse(entry=entry, source=f"reversal:{entry.source}", reason=undone.reason, by=by, at=at)
    _append_mirror(Allocation.objects.filter(payment=taken, entry=None), undone, None)
    for use in uses:
        for entry in use.entries:
            mirror = reverse(entry=entry, source=f"reversal:{entry.source}", reason=undone.reason, by=by, at=at)
            _append_mirror(Allocation.objects.filter(payment__holding=holding, entry=entry), undone, mirror)
    for use in uses:
        if len(use.payments) > 1:
            settled = Allocation.objects.filter(payment__holding=holding, entry__in=use.entries, bill__isnull=False)
            bills = set(settled.values_list("bill_id", flat=True))
            settle_again(use=use, bills=bills, holding=holding, by=by, at=at)
    use_credit_left(holding=holding, as_at=timezone.localdate(at), by=by, at=at)


def _append_mirror(shares: QuerySet[Allocation], undone: Reversal, mirror: Entry | None) -> None:
    Allocation.objects.bulk_create(
        Allocation(
            payment_id=share.payment_id,
            reversal=undone,
            bill_id=share.bill_id,
            head_id=share.head_id,
            kind=share.kind,
            amount=-share.amount,
            policy=share.policy,
            entry=mirror,
            effective_on=share.effective_on,
        )
        for share in shares.filter(reversal=None).order_by("pk")
    )
