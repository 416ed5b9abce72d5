"""Five years of holding tax on the generated register: assessments, bills, payments, arrears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from demo.billing import billing_steps
from demo.branch import branch_day
from demo.counter import counter_day
from demo.facts_of_tax import write_tax_facts
from demo.sludge import load_sludge
from demo.story import History, Step, at_noon, built_up_wards, pilot_wards
from demo.utilities import load_utilities
from tax.models import RuleSet
from tax.services.assessments import approve_assessments, assess_ward


def history_steps(history: History, progress: Callable[[str], None]) -> Iterator[Step]:
    """The steps of the history in order; each is done in one transaction."""
    yield "tax facts", partial(write_tax_facts, history.users, history.first_day)
    yield from _assessments(history, progress)
    yield from billing_steps(history, progress)
    yield "counter today", partial(counter_day, history)
    yield "assessment branch today", partial(branch_day, history)
    yield "sludge", partial(load_sludge, history)
    yield "utilities", partial(load_utilities, history.users["planner"], history.today)


def _assessments(history: History, progress: Callable[[str], None]) -> Iterator[Step]:
    """General assessments under each rule set of the billed years; this year's only in the pilot wards."""
    first = history.first_day
    for rule_set in RuleSet.objects.filter(state=RuleSet.State.ADOPTED).order_by("valid"):
        starts = max(first, rule_set.valid.lower)
        if rule_set.valid.upper is not None and rule_set.valid.upper <= first or starts > history.this_year.start:
            continue
        wards = built_up_wards() if starts < history.this_year.start else pilot_wards()
        yield f"assessment {starts}", partial(_assess, history, rule_set, wards, starts, progress)


def _assess(
    history: History, rule_set: RuleSet, wards: list[int], starts: date, progress: Callable[[str], None]
) -> None:
    outcome = assess_ward(
        ward=wards, rule_set=rule_set, valid_from=starts, by=history.users["assessor"], at=at_noon(starts)
    )
    approved = sum(approve_assessments(ward=ward, by=history.users["approver"], at=at_noon(starts)) for ward in wards)
    progress(f"assessed by {rule_set.code}: {outcome.first + outcome.raised + approved:,} holdings")
    if outcome.skipped:
        raise ValueError(f"the assessment left holdings out: {outcome.skipped}")
