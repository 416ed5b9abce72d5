"""Uses a payer's credit: for the bills of a run, set-based; for a holding that owes, before its next payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min, Sum

from imis.ledger.models import Entry
from imis.ledger.services import LineDraft, post, post_set
from imis.models import User
from imis.money import ZERO
from tax.models import Allocation
from tax.queries.statements import statement
from tax.rules.allocation import Share, from_credit
from tax.rules.position import Position
from tax.rules.ruleset import Parameters
from tax.services.postings import settlement_lines
from tax.services.standings import refresh_standings


def use_advances(*, label: str, arguments: dict[str, Any], by: User, at: datetime) -> Decimal:
    """Settle the picked bills from the credit of holdings that owe nothing else; returns the credit used in Taka.

    The rows of advance_use say how, made by its statement before the bills were printed. A holding that also owes
    older demand is left to `use_credit`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(amount), 0.00), array_agg(DISTINCT holding_id) FROM advance_use")
        used, holdings = cursor.fetchone()
        if holdings:
            cursor.execute(statement("advance_allocations"), arguments)
            post_set(batch=f"advance:{label}", drafts_sql=statement("advance_postings"), params=arguments, by=by, at=at)
            refresh_standings(holdings)
        cursor.execute("DROP TABLE advance_use")
    return used


def use_credit(*, position: Position, as_at: date, parameters: Parameters, by: User, at: datetime) -> bool:
    """Settle what a holding owes from its credit, in the order of the policy; whether anything was settled.

    Part of a payment: to be called in its transaction, with the holding locked. Prices shown beforehand
    (`quote_for`) have the same credit taken off.
    """
    shares = from_credit(position, as_at, parameters)
    if not shares:
        return False
    pieces: dict[UUID, list[Share]] = defaultdict(list)
    for payment, piece in _drawn(shares, _credits(position.holding)):
        pieces[payment].append(piece)
    for payment, taken in pieces.items():
        _write(payment, taken, position.holding, as_at, parameters, by, at)
    return True


def credit_sources(payment: UUID) -> list[str]:
    """Sources of the postings by which a payment's credit was used later, in the order of their making."""
    shares = Allocation.objects.filter(payment_id=payment, kind=Allocation.Kind.ADVANCE, bill__isnull=False)
    sources = [f"advance:{bill}:{payment}" for bill in shares.values_list("bill_id", flat=True).distinct().order_by()]
    number = 1
    while Entry.objects.filter(source=_source(payment, number)).exists():
        sources.append(_source(payment, number))
        number += 1
    return sources


def _source(payment: UUID, number: int) -> str:
    return f"credit:{payment}:{number}"


def _credits(holding: int) -> list[tuple[UUID, Decimal]]:
    """Payments of a holding that still have credit, oldest first."""
    found = (
        Allocation.objects.filter(payment__holding_id=holding, kind=Allocation.Kind.ADVANCE)
        .values("payment_id")
        .annotate(left=Sum("amount"), since=Min("payment__recorded_at"))
        .filter(left__gt=0)
        .order_by("since", "payment_id")
    )
    return [(row["payment_id"], row["left"]) for row in found]


def _drawn(shares: Iterable[Share], credits: list[tuple[UUID, Decimal]]) -> Iterator[tuple[UUID, Share]]:
    """Each share cut over the payments whose credit pays it; a rebate goes with the payment drawn from last."""
    payment, left = credits.pop(0)
    for share in sorted(shares, key=lambda s: s.kind == "rebate"):
        wanted = share.amount
        while share.kind != "rebate" and wanted > left:
            if left:
                yield payment, replace(share, amount=left)
            wanted -= left
            payment, left = credits.pop(0)
        if share.kind != "rebate":
            left -= wanted
        yield payment, replace(share, amount=wanted)


def _write(
    payment: UUID, taken: list[Share], holding: int, as_at: date, parameters: Parameters, by: User, at: datetime
) -> None:
    used = sum((share.amount for share in taken if share.kind != "rebate"), ZERO)
    number = len([source for source in credit_sources(payment) if source.startswith("credit:")]) + 1
    lines = [LineDraft("advance", used, ZERO, holding, "advance"), *settlement_lines(taken, holding)]
    post(source=_source(payment, number), value_date=as_at, lines=lines, by=by, at=at)
    taken = [*taken, Share(None, None, None, "advance", "advance", -used)]
    Allocation.objects.bulk_create(
        Allocation(
            payment_id=payment,
            bill_id=share.bill,
            head_id=share.head,
            kind=share.kind,
            amount=share.amount,
            policy=parameters.allocation_policy,
        )
        for share in taken
    )
