"""What every notice of a payment must say, whatever is paid: a bank's file says it as well as a form of ours."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from imis import spoken
from imis.errors import BadInput, Refused
from imis.texts import is_text

REFERENCE_MOST, NAME_MOST = 80, 150
_TOO_MUCH = Decimal(10) ** 12  # the first amount that does not fit into numeric(14, 2)


class NoticeUsed(Refused):
    """The notice led to a payment before: `payment` is its id, for a screen that would rather show it."""

    def __init__(self, message: str, *, remedy: str, payment: UUID) -> None:
        super().__init__(message, remedy=remedy)
        self.payment = payment


def check_notice(*, channel: str, channels: Container[str], reference: str, payer_name: str, amount: Decimal) -> None:
    """BadInput, naming the field, for what the books could not keep; asks the database nothing."""
    if channel not in channels:
        raise BadInput(_("There is no such channel."), field="channel")
    if not reference:
        raise BadInput(_("A payment needs a reference."), field="reference")
    _check_text(reference, REFERENCE_MOST, "reference")
    _check_text(payer_name, NAME_MOST, "payer_name")
    if not amount.is_finite() or amount <= 0:
        raise BadInput(_("The amount must be more than nothing, in Taka and paisa."), field="amount")
    if amount >= _TOO_MUCH:
        raise BadInput(_("No single payment is that large."), field="amount")
    if amount != round(amount, 2):
        raise BadInput(_("The amount must be more than nothing, in Taka and paisa."), field="amount")


def check_again(*, payment: UUID, reference: str, agrees: bool, reversed_at: datetime | None) -> None:
    """NoticeUsed for a notice that led to a payment before: if it says something else now, or the payment was reversed.

    The money of a reversed one is not in the books any more, so that the notice can be no success.
    """
    if not agrees:
        raise NoticeUsed(
            _("Reference %(reference)s was used before for another payment.") % {"reference": reference},
            remedy=_("Compare both notices; nothing was written for this one."),
            payment=payment,
        )
    if reversed_at is not None:
        raise NoticeUsed(
            _("This payment was reversed on %(day)s; nothing was taken.")
            % {"day": spoken.day(timezone.localdate(reversed_at))},
            remedy=_("If money came in once more, take it as a new payment with a reference of its own."),
            payment=payment,
        )


def _check_text(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise BadInput(_("At most %(most)s characters fit here.") % {"most": spoken.number(most)}, field=field)
    if not is_text(text):
        raise BadInput(_("This holds a character that is no text; write it anew."), field=field)
