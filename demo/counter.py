"""A short day at the counter through the real services: what the set-based history does not show.

A payment in part, one with more than is due (advance credit), one of arrears alone, and one that is undone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from demo.story import PILOT, History
from holdings.models import Owner
from imis.money import whole_taka
from tax.models import Payment, Standing
from tax.queries.law import parameters_on
from tax.queries.positions import dues
from tax.rules.allocation import Plan, quote
from tax.services import reverse_payment, take_payment

_CUSTOMERS = 12


def counter_day(history: History) -> None:
    """Takes a dozen payments in the pilot ward on the history's last day, and undoes one."""
    owing = list(
        Standing.objects.filter(holding__ward_id=PILOT, unpaid_amount__gt=1_000)
        .order_by("holding__route_order")
        .values_list("holding_id", flat=True)[: 9 * _CUSTOMERS : 9]
    )
    taken = [_served(history, turn, holding) for turn, holding in enumerate(owing)]
    if taken:
        reverse_payment(
            payment=taken[-1].pk,
            reason="ভুল হোল্ডিংয়ে জমা (ডেমো)",
            by=history.users["collection_officer"],
            at=_moment(history, len(taken)),
        )


def _served(history: History, turn: int, holding: int) -> Payment:
    parameters = parameters_on(history.today)
    price = quote(dues(holding, history.today, parameters=parameters), history.today, parameters, plan=Plan.CURRENT)
    amount, plan = {
        0: (whole_taka(price.payable / 2), ""),
        1: (price.payable + Decimal(2_000), ""),
    }.get(turn, (price.payable, Plan.CURRENT.value))
    return take_payment(
        payment_id=uuid5(NAMESPACE_URL, f"imis-demo/{history.today.isoformat()}/{holding}"),
        holding=holding,
        amount=amount,
        channel=Payment.Channel.COUNTER,
        reference=f"D{history.today:%y%m%d}-{turn + 1:03}",
        value_date=history.today,
        by=history.users["cashier"],
        at=_moment(history, turn),
        payer_name=Owner.objects.filter(ownerships__holding=holding)
        .order_by("pk")
        .values_list("name_bn", flat=True)[0],
        plan=plan,
    )


def _moment(history: History, turn: int) -> datetime:
    opens = timezone.make_aware(datetime.combine(history.today, time(9, 30)))
    return opens + timedelta(minutes=7 * turn)
