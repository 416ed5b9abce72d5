"""The service's indicators: each a fraction with its stated cohort, cut down and never rounded up.

A share that cannot be formed says why (`Why`) instead of showing 0, 100 or NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import Enum
from math import ceil
from statistics import median

_TENTH = Decimal("0.1")
_MILLILITRES_A_M3 = 1_000_000


class Why(str, Enum):
    """Why an indicator has no figure."""

    NO_REQUESTS = "no_requests"
    NOTHING_EMPTIED = "nothing_emptied"
    NO_TRIPS = "no_trips"
    NO_POPULATION = "no_population"
    NO_RATE = "no_rate"


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, both as counted; `percent` is cut to one decimal, None with the reason in `why`."""

    part: Decimal
    whole: Decimal
    percent: Decimal | None
    why: Why | None = None


@dataclass(frozen=True)
class Asked:
    """A request of the cohort: when it was made, when its tank was empty (None: not yet), and whether it was
    refused or withdrawn before anybody came."""

    requested_at: datetime
    emptied_at: datetime | None = None
    dropped: bool = False


@dataclass(frozen=True)
class Load:
    """A trip that left in the period: m³ taken, m³ received (None: not arrived)."""

    emptied: Decimal
    received: Decimal | None


@dataclass(frozen=True)
class Response:
    """How the service answers the requests made in a period, as known at `as_at`."""

    requests: int
    dropped: int
    efficiency: Share
    median_hours: Decimal | None
    ninetieth_hours: Decimal | None


def share(part: Decimal | int, whole: Decimal | int, why: Why) -> Share:
    """`part` ÷ `whole` in per cent, cut to one decimal: 99.96 stays 99.9. With nothing to divide by, `why`."""
    top, bottom = Decimal(part), Decimal(whole)
    if bottom <= 0:
        return Share(top, bottom, None, why)
    return Share(top, bottom, (top * 100 / bottom).quantize(_TENTH, rounding=ROUND_DOWN))


def response(cohort: Iterable[Asked], as_at: datetime) -> Response:
    """Cohort: the requests made in the period, less those dropped before a visit. Emptied: tank empty by `as_at`."""
    asked = list(cohort)
    kept = [each for each in asked if not each.dropped]
    answered = [
        (each.emptied_at - each.requested_at).total_seconds()
        for each in kept
        if each.emptied_at is not None and each.emptied_at <= as_at
    ]
    return Response(
        requests=len(asked),
        dropped=len(asked) - len(kept),
        efficiency=share(len(answered), len(kept), Why.NO_REQUESTS),
        median_hours=_median(answered),
        ninetieth_hours=_centile(answered, Decimal("0.9")),
    )


def safe_desludging_by_volume(loads: Sequence[Load]) -> Share:
    """m³ received at a plant ÷ m³ taken, over the trips that left in the period."""
    received = sum((load.received for load in loads if load.received is not None), Decimal(0))
    return share(received, sum((load.emptied for load in loads), Decimal(0)), Why.NOTHING_EMPTIED)


def safe_desludging_by_trips(loads: Sequence[Load]) -> Share:
    """Trips that arrived ÷ trips that left in the period."""
    return share(sum(load.received is not None for load in loads), len(loads), Why.NO_TRIPS)


@dataclass(frozen=True)
class RateDays:
    """A rate of sludge, ml a head a day, and the number of days of a period on which it was in force."""

    ml_per_head_day: Decimal
    days: int


def rates_by_day(stated: Iterable[tuple[date, Decimal]], first: date, days: int) -> tuple[RateDays, ...]:
    """The rates in force on the `days` days from `first` on, in turn, of those `stated` as (since, ml a head a day).

    A rate of a later day counts for no day before it. Days before the first rate belong to none.
    """
    end = first + timedelta(days=days)
    turns = sorted(stated)
    found = []
    for turn, (since, rate) in enumerate(turns, start=1):
        until = turns[turn][0] if turn < len(turns) else end
        lasted = (min(until, end) - max(since, first)).days
        if lasted > 0:
            found.append(RateDays(rate, lasted))
    return tuple(found)


def sludge_made(population: int, rates: Sequence[RateDays]) -> Decimal:
    """m³ of sludge that `population` people off the sewer make on the days of `rates`."""
    a_head = sum((rate.ml_per_head_day * rate.days for rate in rates), Decimal(0))
    return population * a_head / _MILLILITRES_A_M3


def collection_ratio(emptied: Decimal, population: int | None, rates: Sequence[RateDays], days: int) -> Share:
    """m³ taken ÷ m³ made in `days` days by the people on non-sewered systems, both of the same wards and days.

    No figure while a day has no rate: what was taken on it would stand over nothing.
    """
    if days <= 0:
        return Share(emptied, Decimal(0), None, Why.NOTHING_EMPTIED)
    if population is None or population <= 0:
        return Share(emptied, Decimal(0), None, Why.NO_POPULATION)
    if sum(rate.days for rate in rates) < days:
        return Share(emptied, Decimal(0), None, Why.NO_RATE)
    return share(emptied, sludge_made(population, rates), Why.NO_RATE)


def _median(seconds: list[float]) -> Decimal | None:
    """The middle answer, of an even number the mean of the two in the middle, in hours, cut to one decimal."""
    return _in_hours(Decimal(median(seconds))) if seconds else None


def _centile(seconds: list[float], part: Decimal) -> Decimal | None:
    """The value below or at which `part` of the answers lie (nearest rank), in hours, cut to one decimal."""
    if not seconds:
        return None
    rank = max(1, ceil(part * len(seconds)))
    return _in_hours(Decimal(sorted(seconds)[rank - 1]))


def _in_hours(seconds: Decimal) -> Decimal:
    return (seconds / 3600).quantize(_TENTH, rounding=ROUND_DOWN)
