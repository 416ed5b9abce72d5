"""What a payment claim must satisfy before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from imis import spoken
from imis.errors import BadInput, Refused
from imis.ledger.services import check_again, check_notice
from imis.money import whole_taka
from tax.models import Payment, Reversal
from tax.rules.allocation import Allocated, Plan, offers
from tax.rules.position import Position
from tax.rules.ruleset import Parameters

_OVER_A_COUNTER = (Payment.Channel.COUNTER, Payment.Channel.COLLECTOR)


def first_payment(claim: Payment) -> Payment | None:
    """The payment this notice already led to, by its id or by channel and reference.

    Refused if they disagree, and for a payment that was reversed: its money is not in the books any more.
    """
    same = Payment.objects.filter(Q(pk=claim.pk) | Q(channel=claim.channel, reference=claim.reference))
    found = min(same, key=lambda payment: payment.pk != claim.pk, default=None)
    if found is None:
        return None
    undone = Reversal.objects.filter(payment=found).values_list("reversed_at", flat=True).first()
    agrees = _said(found) == _said(claim)
    check_again(payment=found.pk, reference=found.reference, agrees=agrees, reversed_at=undone)
    return found


def check_said(claim: Payment, plan: str) -> None:
    """BadInput for a channel, reference, name, amount or plan that can be in no payment; asks the database nothing."""
    check_notice(
        channel=claim.channel,
        channels=Payment.Channel.values,
        reference=claim.reference,
        payer_name=claim.payer_name,
        amount=claim.amount,
    )
    if plan and plan not in {known.value for known in Plan}:
        raise BadInput(_("There is no such offer."), field="plan")
    if claim.channel in _OVER_A_COUNTER and claim.amount != whole_taka(claim.amount):
        raise BadInput(_("At a counter only whole Taka are taken."), field="amount")


def check_claim(claim: Payment, parameters: Parameters) -> None:
    """Refused for a value date outside its window."""
    today = timezone.localdate(claim.recorded_at)
    if claim.value_date > today:
        raise Refused(_("The date of payment lies in the future."), remedy=_("Enter the day on which it was paid."))
    days = parameters.back_dating_days.get(claim.channel, 0)
    if claim.value_date < today - timedelta(days=days):
        raise Refused(
            _("A payment of this channel may be dated back at most %(days)s days.") % {"days": spoken.number(days)},
            remedy=_("Enter it with today's date, or ask for an adjustment."),
        )


def check_advance(position: Position, spread: Allocated, parameters: Parameters) -> None:
    """Refused when the credit left would pay more years ahead than the rule set allows."""
    advance = spread.total("advance")
    if advance and position.advance + advance > parameters.advance_years * position.yearly_tax:
        raise Refused(
            _("This would pay more than %(years)s years ahead.") % {"years": spoken.number(parameters.advance_years)},
            remedy=_("Take what is due and give the rest back."),
        )


def check_expected(
    position: Position, as_at: date, parameters: Parameters, expected: Mapping[str, Decimal] | None
) -> None:
    """Refused when the prices of the day are not those that the payer was told (None: nothing was told)."""
    if expected is None:
        return
    prices = {price.plan.value: price.payable for price in offers(position, as_at, parameters) if price.plan}
    if prices != dict(expected):
        raise Refused(
            _("The account of this holding changed while this page was open; nothing was taken."),
            remedy=_("Look at the amounts below: they are the ones of this moment."),
        )


def _said(payment: Payment) -> tuple[object, ...]:
    return payment.holding_id, payment.channel, payment.reference, payment.amount
