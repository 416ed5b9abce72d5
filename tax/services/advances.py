"""Uses a payer's credit: for the bills of a run, set-based; for a holding, as soon as it owes.

No holding has credit and unpaid demand together. A run uses the credit for what it demands; whatever else leaves both
behind, a reversal or a payment put by while something is owed, uses it in its own transaction (`use_credit_left`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min, Sum
from django.utils import timezone

from imis.ledger.models import Entry
from imis.ledger.services import LineDraft, post, post_set
from imis.models import User
from imis.money import ZERO
from tax.models import Allocation
from tax.queries.law import parameters_on
from tax.queries.positions import dues
from tax.queries.statements import statement
from tax.rules.allocation import Share
from tax.rules.credit import Credit, drawn, from_credit, money
from tax.rules.position import Position
from tax.rules.ruleset import Parameters
from tax.services.postings import settlement_lines
from tax.services.standings import refresh_standings


@dataclass(frozen=True)
class CreditUse:
    """What the credit of some payments settled at once, by the prices of one day, and the posting of each."""

    effective_on: date
    entries: list[Entry] = field(default_factory=list)
    payments: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class _Settling:
    """One settlement from credit that is being written."""

    holding: int
    effective_on: date
    parameters: Parameters
    by: User
    at: datetime


def use_advances(*, label: str, arguments: dict[str, Any], by: User, at: datetime) -> Decimal:
    """Settle the picked bills from the credit of holdings that owe nothing else; returns the credit used in Taka.

    The rows of advance_use say how, made by its statement before the bills were printed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(amount + rounding), 0.00), array_agg(DISTINCT holding_id) FROM advance_use")
        used, holdings = cursor.fetchone()
        if holdings:
            drafts = statement("advance_postings")
            made = post_set(batch=f"advance:{label}", drafts_sql=drafts, params=arguments, by=by, at=at)
            cursor.execute(statement("advance_allocations"), arguments | {"first_entry": made.first_entry})
            refresh_standings(holdings)
        cursor.execute("DROP TABLE advance_use")
    return used


def use_credit(*, position: Position, as_at: date, parameters: Parameters, by: User, at: datetime) -> bool:
    """Settle what a holding owes from its credit, in the order of the policy; whether anything was settled.

    Part of a payment or a reversal: to be called in its transaction, with the holding locked. Prices shown beforehand
    (`quote_for`) have the same credit taken off.
    """
    if position.advance <= 0 or position.unpaid <= 0:
        return False
    settling = _Settling(position.holding, as_at, parameters, by, at)
    return _settle(settling, position, _credits(position.holding), value_date=as_at)


def use_credit_left(*, holding: int, as_at: date, by: User, at: datetime) -> bool:
    """`use_credit` for what stands in the books by now; asks for the law of the day only when there is credit."""
    if not _credits(holding):
        return False
    parameters = parameters_on(as_at)
    position = dues(holding, as_at, parameters=parameters)
    return use_credit(position=position, as_at=as_at, parameters=parameters, by=by, at=at)


def credit_uses(*, holding: int, payment: UUID) -> list[CreditUse]:
    """The settlements from credit in which a payment took part and that stand, in the order of their making."""
    found: dict[str, CreditUse] = {}
    standing = Allocation.objects.filter(
        payment__holding=holding, kind=Allocation.Kind.ADVANCE, reversal=None, entry__reversed_by=None
    )
    for part in standing.exclude(entry=None).select_related("entry").order_by("entry_id"):
        assert part.entry is not None and part.effective_on is not None
        key = part.entry.source.removesuffix(str(part.payment_id))
        use = found.setdefault(key, CreditUse(part.effective_on))
        use.entries.append(part.entry)
        use.payments.append(part.payment_id)
    return [use for use in found.values() if payment in use.payments]


def sources_without_link(payment: UUID) -> list[str]:
    """Sources of the postings of a payment's credit that were made before its parts named their posting."""
    parts = Allocation.objects.filter(
        payment_id=payment, kind=Allocation.Kind.ADVANCE, entry=None, reversal=None, amount__lt=0
    )
    used_for: list[int | None] = list(parts.values_list("bill_id", flat=True))
    bills = [bill for bill in used_for if bill is not None]
    others = range(1, len(used_for) - len(bills) + 1)
    return [f"advance:{bill}:{payment}" for bill in bills] + [f"credit:{payment}:{number}" for number in others]


def settle_again(*, use: CreditUse, bills: Iterable[int], holding: int, by: User, at: datetime) -> None:
    """What an undone settlement would have been without the payment reversed since, by the prices of its day.

    The other payments give all the credit they have by now: it stood on that day already. They lose no day by it, and
    keep no rebate that they did not earn alone.
    """
    credits = [credit for credit in _credits(holding) if credit.payment in use.payments]
    parameters = parameters_on(use.effective_on)
    position = dues(holding, use.effective_on, parameters=parameters)
    only = set(bills)
    lines = tuple(line for line in position.lines if line.bill in only)
    advance = sum((credit.left for credit in credits), ZERO)
    settling = _Settling(holding, use.effective_on, parameters, by, at)
    _settle(settling, replace(position, lines=lines, advance=advance), credits, value_date=timezone.localdate(at))


def _credits(holding: int) -> list[Credit]:
    """Payments of a holding that still have credit, oldest first."""
    found = (
        Allocation.objects.filter(payment__holding_id=holding, kind=Allocation.Kind.ADVANCE)
        .values("payment_id")
        .annotate(left=Sum("amount"), since=Min("payment__recorded_at"))
        .filter(left__gt=0)
        .order_by("since", "payment_id")
    )
    return [Credit(row["payment_id"], row["left"]) for row in found]


def _settle(settling: _Settling, position: Position, credits: Sequence[Credit], *, value_date: date) -> bool:
    shares = from_credit(position, settling.effective_on, settling.parameters)
    if not shares:
        return False
    pieces: dict[UUID, list[Share]] = {}
    for payment, piece in drawn(shares, credits):
        pieces.setdefault(payment, []).append(piece)
    key = f"credit:{settling.holding}:{_next_number(settling.holding)}:"
    for payment, taken in pieces.items():
        _write(settling, f"{key}{payment}", payment, taken, value_date)
    return True


def _next_number(holding: int) -> int:
    """Settlements from a holding's credit are numbered one by one; several payments may share in one."""
    sources = Allocation.objects.filter(
        payment__holding_id=holding, kind=Allocation.Kind.ADVANCE, entry__source__startswith=f"credit:{holding}:"
    ).values_list("entry__source", flat=True)
    return max((int(source.split(":")[2]) for source in sources), default=0) + 1


def _write(settling: _Settling, source: str, payment: UUID, taken: list[Share], value_date: date) -> None:
    holding, used = settling.holding, money(taken)
    lines = [LineDraft("advance", used, ZERO, holding, "advance"), *settlement_lines(taken, holding)]
    entry = post(source=source, value_date=value_date, lines=lines, by=settling.by, at=settling.at)
    Allocation.objects.bulk_create(
        Allocation(
            payment_id=payment,
            bill_id=share.bill,
            head_id=share.head,
            kind=share.kind,
            amount=share.amount,
            policy=settling.parameters.allocation_policy,
            entry=entry,
            effective_on=settling.effective_on,
        )
        for share in [*taken, Share(None, None, None, "advance", "advance", -used)]
    )
