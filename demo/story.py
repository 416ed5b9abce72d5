"""What the demo's history is about: its years, its staff, and how far the wards have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from holdings.models import Holding
from imis.fiscal import FiscalYear, Period, fiscal_year_of
from imis.models import User

YEARS = 5
# Reassessed this year and billed; the other wards wait for the demo's users. Ward 22 went first, as in Khulna.
PILOT, PILOT_WARDS = 22, (21, 22, 24, 25)
# A city of a million has a shorter past: this many bills are enough to be slow with.
_MOST_BILLS = 2_400_000
Step = tuple[str, Callable[[], object]]


@dataclass(frozen=True, eq=False)
class History:
    """What the history is made for: size, the day it ends, the staff, and the most quarters before this year."""

    holdings: int
    today: date
    users: dict[str, User]
    quarters: int = 4 * YEARS

    @property
    def this_year(self) -> FiscalYear:
        """The fiscal year of `today`."""
        return fiscal_year_of(self.today)

    @property
    def past(self) -> list[Period]:
        """The billed quarters before this year: five years of them, fewer in a city too big for so many bills."""
        last = self.this_year.start_year
        quarters = [Period(year, quarter) for year in range(last - YEARS, last) for quarter in (1, 2, 3, 4)]
        return quarters[-max(1, min(self.quarters, _MOST_BILLS // self.holdings)) :]

    @property
    def first_day(self) -> date:
        """The first day of the first billed year: assessments have effect from it."""
        return FiscalYear(self.past[0].fiscal_year).start


def built_up_wards() -> list[int]:
    """Wards that have holdings."""
    return list(Holding.objects.order_by("ward_id").values_list("ward_id", flat=True).distinct())


def pilot_wards() -> list[int]:
    """Those of the pilot wards that have holdings."""
    return [ward for ward in built_up_wards() if ward in PILOT_WARDS]


def at_noon(day: date) -> datetime:
    """Noon in the city's time zone."""
    return timezone.make_aware(datetime.combine(day, time(12)))
