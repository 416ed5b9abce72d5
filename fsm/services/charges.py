"""The fee of an emptying, asked once and posted with its cause."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from fsm.models import Charge, Event, Request
from fsm.queries.fleet import tariff_on
from fsm.rules.fees import Fee, fee_for
from imis.errors import Refused
from imis.ledger.models import Entry
from imis.ledger.services import LineDraft, post
from imis.models import User
from imis.money import ZERO


def charge_for(*, request: Request, event: Event, volume: Decimal, by: User, at: datetime) -> Charge:
    """Asks for the fee of an emptying inside the caller's transaction; a fee of nothing posts nothing."""
    day = timezone.localdate(event.at)
    tariff = tariff_on(day)
    if tariff is None:
        raise Refused(_("No tariff is in force on that day."), remedy=_("Ask the office to adopt one."))
    fee = fee_for(volume, tariff.rule)
    return Charge.objects.create(
        request=request,
        event=event,
        tariff=tariff,
        volume_m3=volume,
        amount=fee.amount,
        working=fee.to_json(),
        entry=_posted(request, fee, event, by, at),
        made_at=at,
    )


def _posted(request: Request, fee: Fee, event: Event, by: User, at: datetime) -> Entry | None:
    if fee.amount == 0:
        return None
    holding, revenue = request.holding_id, fee.amount - fee.rounding
    lines = [
        LineDraft("receivable_sludge", fee.amount, ZERO, holding, "sludge"),
        LineDraft("revenue_sludge", ZERO, revenue, holding, "sludge"),
    ]
    if fee.rounding:
        lines.append(
            LineDraft("rounding", max(-fee.rounding, ZERO), max(fee.rounding, ZERO), holding, "sludge"),
        )
    return post(
        source=f"sludge_fee:{request.pk}",
        value_date=timezone.localdate(event.at),
        lines=[line for line in lines if line.debit or line.credit],
        by=by,
        at=at,
    )
