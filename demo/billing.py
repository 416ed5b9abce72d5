"""The quarters of the history: bills go out, then people pay, quarter after quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import lru_cache, partial

import numpy as np
from django.utils import timezone

from demo.payers import Intent, Payers, issue_day
from demo.payments import post_payments
from demo.story import PILOT, History, Step, at_noon, built_up_wards, pilot_wards
from holdings.models import Holding
from imis.fiscal import FiscalYear, Period, period_of, quarter_end
from tax.models import Bill
from tax.services import issue_bills
from tax.services.bills import bill_ahead


def billing_steps(history: History, progress: Callable[[str], None]) -> Iterator[Step]:
    """Bills and payments of each quarter up to today; this year's only where the pilot has come so far."""
    for period in _periods(history):
        wards = _billed_wards(history, period)
        if not wards or issue_day(period) > history.today:
            continue
        name = f"{FiscalYear(period.fiscal_year)} Q{period.quarter}"
        yield f"bills {name}", partial(_bill, history, period, wards, name, progress)
        yield f"payments {name}", partial(_pay, history, period, name, progress)


def _periods(history: History) -> list[Period]:
    now = period_of(history.today)
    return history.past + [Period(now.fiscal_year, quarter) for quarter in range(1, now.quarter + 1)]


def _billed_wards(history: History, period: Period) -> list[int]:
    """All wards in past years; this year the pilot wards, and in the running quarter ward 22 alone."""
    if period.fiscal_year < history.this_year.start_year:
        return built_up_wards()
    return [ward for ward in pilot_wards() if ward == PILOT or period < period_of(history.today)]


def _bill(history: History, period: Period, wards: list[int], name: str, progress: Callable[[str], None]) -> None:
    issued_on = issue_day(period)
    outcome = issue_bills(
        ward=wards,
        fiscal_year=period.fiscal_year,
        quarter=period.quarter,
        issued_on=issued_on,
        due_on=quarter_end(FiscalYear(period.fiscal_year), period.quarter),
        by=history.users["collection_officer"],
        at=at_noon(issued_on),
    )
    progress(f"{name}: {outcome.bills:,} bills, Tk {outcome.demand:,.0f}")


def _pay(history: History, period: Period, name: str, progress: Callable[[str], None]) -> None:
    last = min(quarter_end(FiscalYear(period.fiscal_year), period.quarter), history.today)
    billed = set(_billed_wards(history, period))
    intents = [
        intent
        for intent in _payers(history).intents(period, issue_day(period), last)
        if _ward_of(history)[intent.holding] in billed
    ]
    _demand_ahead(history, period, intents)
    count = post_payments(period=period, intents=intents, users=history.users, at=_evening(last))
    progress(f"{name}: {count:,} payments")


def _demand_ahead(history: History, period: Period, intents: list[Intent]) -> None:
    """The quarters that whole-year payers settle in advance are demanded first, as a payment at the counter does."""
    if period.quarter == 4:
        return
    coming = Period(period.fiscal_year, period.quarter + 1)
    paid = set(
        Bill.objects.filter(fiscal_year=coming.fiscal_year, quarter=coming.quarter).values_list("holding_id", flat=True)
    )
    yearly = sorted(intent.holding for intent in intents if intent.whole_year and intent.holding not in paid)
    if not yearly:
        return
    wards = sorted({_ward_of(history)[holding] for holding in yearly})
    on = issue_day(period)
    for quarter in range(period.quarter + 1, 5):
        bill_ahead(
            holdings=yearly,
            wards=wards,
            period=Period(period.fiscal_year, quarter),
            by=history.users["collection_officer"],
            at=at_noon(on),
            on=on,
        )


@lru_cache(maxsize=1)
def _ward_of(history: History) -> dict[int, int]:
    return dict(Holding.objects.values_list("pk", "ward_id"))


@lru_cache(maxsize=1)
def _payers(history: History) -> Payers:
    pairs = np.array(sorted(_ward_of(history).items()), dtype=np.int64).reshape(-1, 2)
    return Payers(pairs[:, 0], pairs[:, 1], history.past[0], len(_periods(history)))


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(18)))
