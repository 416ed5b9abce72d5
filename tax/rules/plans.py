"""How far a payer may want to pay, and which of it is worth offering on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum

from imis.fiscal import period_of
from tax.rules.position import Part
from tax.rules.ruleset import Group


class Plan(str, Enum):
    """Each includes what stands before it in the order of allocation.

    While an office order keeps an older quarter open, that one is current and the quarter of the calendar is future:
    BEGUN reaches as far as the calendar, so that either can be paid without the quarters to come.
    """

    ARREARS = "arrears"
    OVERDUE = "overdue"
    CURRENT = "current"
    BEGUN = "begun"
    NEXT_TWO = "next_two"
    YEAR = "year"


_GROUPS = {
    Plan.ARREARS: (Group.EARLIER_YEARS,),
    Plan.OVERDUE: (Group.EARLIER_YEARS, Group.OVERDUE),
    Plan.CURRENT: (Group.EARLIER_YEARS, Group.OVERDUE, Group.CURRENT),
    Plan.BEGUN: tuple(Group),
    Plan.NEXT_TWO: tuple(Group),
    Plan.YEAR: tuple(Group),
}


def within_plan(open_parts: Sequence[Part], plan: Plan, as_at: date) -> tuple[Part, ...]:
    """The parts that a plan settles on `as_at`, in their order."""
    within = [part for part in open_parts if part.group in _GROUPS[plan]]
    future = [part for part in within if part.group is Group.FUTURE]
    beyond: list[Part] = []
    if plan is Plan.BEGUN:
        beyond = [part for part in future if not _has_begun(part, as_at)]
    elif plan is Plan.NEXT_TWO:
        beyond = future[2:]
    return tuple(part for part in within if part not in beyond)


def worth_offering(open_parts: Sequence[Part], as_at: date) -> tuple[Plan, ...]:
    """The plans that reach further than the one before them."""
    groups = [part.group for part in open_parts]
    ahead = groups.count(Group.FUTURE)
    begun = len([part for part in open_parts if part.group is Group.FUTURE and _has_begun(part, as_at)])
    worth = {
        Plan.OVERDUE: Group.EARLIER_YEARS in groups or Group.OVERDUE in groups,
        Plan.CURRENT: Group.CURRENT in groups,
        Plan.BEGUN: begun > 0,
        Plan.NEXT_TWO: ahead > 2,
        Plan.YEAR: ahead > begun,
    }
    return tuple(plan for plan, offered in worth.items() if offered)


def _has_begun(part: Part, as_at: date) -> bool:
    return part.period <= period_of(as_at)
