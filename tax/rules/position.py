"""What a holding owes, as the books say it: demanded and unpaid, and what of the year is not demanded yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from imis.fiscal import Period, fiscal_year_of, period_of
from imis.money import ZERO
from tax.rules.ruleset import Group, Parameters


@dataclass(frozen=True)
class OpenLine:
    """Unpaid demand of one quarter under one head. `bill` is None while the quarter is not demanded yet."""

    bill: int | None
    period: Period
    head: str
    rank: int
    unpaid: Decimal


@dataclass(frozen=True)
class Position:
    """A holding's open lines and its advance credit; `yearly_tax` bounds how far ahead it may pay."""

    holding: int
    lines: tuple[OpenLine, ...]
    advance: Decimal = ZERO
    yearly_tax: Decimal = ZERO

    @property
    def unpaid(self) -> Decimal:
        """Principal demanded and not settled."""
        return sum((line.unpaid for line in self.lines if line.bill is not None), ZERO)


@dataclass(frozen=True)
class Part:
    """What is settled as one: a whole earlier year, or one quarter. Its lines stand in their order of payment."""

    group: Group
    period: Period
    lines: tuple[OpenLine, ...]

    @property
    def principal(self) -> Decimal:
        """Unpaid principal of the part."""
        return sum((line.unpaid for line in self.lines), ZERO)

    @property
    def demanded(self) -> bool:
        """Whether all of it stands on a bill already."""
        return all(line.bill is not None for line in self.lines)


def group_of(period: Period, as_at: date, parameters: Parameters) -> Group:
    """Which group a quarter belongs to on `as_at`; extended dates of office orders keep a quarter open."""
    if parameters.closes_on(period) >= as_at:
        return Group.FUTURE if period > _open_period(as_at, parameters) else Group.CURRENT
    year_closes = parameters.closes_on(Period(period.fiscal_year, 4))
    same_year = period.fiscal_year == fiscal_year_of(as_at).start_year
    return Group.OVERDUE if same_year or year_closes >= as_at else Group.EARLIER_YEARS


def parts(position: Position, as_at: date, parameters: Parameters) -> tuple[Part, ...]:
    """The open lines of a position as parts, in the order in which the policy settles them."""
    gathered: dict[tuple[int, Period], list[OpenLine]] = {}
    order = {group: i for i, group in enumerate(parameters.allocation_order)}
    groups = tuple(parameters.allocation_order)
    for line in position.lines:
        if line.unpaid <= 0:
            continue
        group = group_of(line.period, as_at, parameters)
        period = Period(line.period.fiscal_year, 1) if group is Group.EARLIER_YEARS else line.period
        gathered.setdefault((order[group], period), []).append(line)
    return tuple(Part(groups[rank], period, _sorted(lines)) for (rank, period), lines in sorted(gathered.items()))


def _sorted(lines: Iterable[OpenLine]) -> tuple[OpenLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.period, line.rank, line.head, line.bill or 0)))


def _open_period(as_at: date, parameters: Parameters) -> Period:
    """The earliest quarter still open on `as_at`: the calendar's, or the one before if an order extends it."""
    now = period_of(as_at)
    before = Period(now.fiscal_year, now.quarter - 1) if now.quarter > 1 else Period(now.fiscal_year - 1, 4)
    return before if parameters.closes_on(before) >= as_at else now
