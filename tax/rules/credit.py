"""How a payer's credit settles what is demanded: at the price of a counter, and never standing beside a debt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from imis.money import PAISA, ZERO
from tax.rules.allocation import Share, allocate
from tax.rules.position import Position
from tax.rules.ruleset import Parameters


@dataclass(frozen=True)
class Credit:
    """What one payment has left."""

    payment: UUID
    left: Decimal


def from_credit(position: Position, as_at: date, parameters: Parameters) -> tuple[Share, ...]:
    """How a holding's credit settles what is demanded of it; nothing is demanded ahead for it.

    Whole parts at their rounded price, as at a counter, with the rounding as a share of its own. A credit in broken
    Taka that pays more parts to the paisa than rounded (or all but a rounded nothing) pays to the paisa. Afterwards
    there is no credit left or no demand: what whole parts leave over settles the next demand in part.
    """
    demanded = replace(position, lines=tuple(line for line in position.lines if line.bill is not None))
    if position.advance <= 0 or demanded.unpaid <= 0:
        return ()
    rounded = allocate(demanded, position.advance, as_at, parameters)
    exact = allocate(demanded, position.advance, as_at, parameters.with_changes(rounding_unit=PAISA))
    spread = exact if len(exact.quote.parts) > len(rounded.quote.parts) or money(rounded.shares) <= 0 else rounded
    shares = tuple(share for share in spread.shares if share.kind != "advance")
    if money(shares) <= 0:
        return ()
    return shares + from_credit(_settled(demanded, shares), as_at, parameters)


def after_credit(position: Position, as_at: date, parameters: Parameters) -> Position:
    """The position once its credit is used: what a payer is asked for in money."""
    return _settled(position, from_credit(position, as_at, parameters))


def money(shares: Iterable[Share]) -> Decimal:
    """What shares cost: all but the rebate and what is only kept."""
    return sum((share.amount for share in shares if share.kind not in ("rebate", "advance")), ZERO)


def drawn(shares: Iterable[Share], credits: Sequence[Credit]) -> Iterator[tuple[UUID, Share]]:
    """Each share cut over the credits that pay for it, in their order.

    A rounding down comes first: it makes the first credit go further. A rounding up is paid like a demand, the last.
    A rebate, which nothing pays, goes with the payment drawn from last.
    """
    waiting = list(credits)
    now = waiting.pop(0)
    for share in sorted(shares, key=_turn):
        wanted = share.amount
        while share.kind != "rebate" and wanted > now.left:
            if now.left:
                yield now.payment, replace(share, amount=now.left)
            wanted -= now.left
            now = waiting.pop(0)
        if share.kind != "rebate":
            now = replace(now, left=now.left - wanted)
        yield now.payment, replace(share, amount=wanted)


def _turn(share: Share) -> int:
    if share.kind == "rounding":
        return 0 if share.amount < 0 else 2
    return 3 if share.kind == "rebate" else 1


def _settled(position: Position, shares: Sequence[Share]) -> Position:
    settled: dict[tuple[int | None, str], Decimal] = {}
    for share in shares:
        if share.kind in ("principal", "rebate"):
            settled[share.bill, share.head] = settled.get((share.bill, share.head), ZERO) + share.amount
    lines = (replace(ln, unpaid=ln.unpaid - settled.get((ln.bill, ln.head), ZERO)) for ln in position.lines)
    return replace(
        position, lines=tuple(line for line in lines if line.unpaid > 0), advance=position.advance - money(shares)
    )
