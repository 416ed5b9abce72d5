"""What the demo's history is about: its years, its staff, and how far the wards have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from holdings.models import Holding
from imis.fiscal import FiscalYear, fiscal_year_of
from imis.models import User

YEARS = 5
# Reassessed this year and billed; the other wards wait for the demo's users. Ward 22 went first, as in Khulna.
PILOT, PILOT_WARDS = 22, (21, 22, 24, 25)
# A city of a million has a shorter past: this many bills are enough to be slow with.
_MOST_BILLS = 2_400_000
Step = tuple[str, Callable[[], object]]


@dataclass(frozen=True, eq=False)
class History:
    """What the history is made for: size, the day it ends, and the staff who did it."""

    holdings: int
    today: date
    users: dict[str, User]

    @property
    def this_year(self) -> FiscalYear:
        """The fiscal year of `today`."""
        return fiscal_year_of(self.today)

    @property
    def first_year(self) -> FiscalYear:
        """The first year with bills: five years ago, later in a city so big that five years are too many bills."""
        years = max(1, min(YEARS, _MOST_BILLS // (4 * self.holdings)))
        return FiscalYear(self.this_year.start_year - years)


def built_up_wards() -> list[int]:
    """Wards that have holdings."""
    return list(Holding.objects.order_by("ward_id").values_list("ward_id", flat=True).distinct())


def pilot_wards() -> list[int]:
    """Those of the pilot wards that have holdings."""
    return [ward for ward in built_up_wards() if ward in PILOT_WARDS]


def at_noon(day: date) -> datetime:
    """Noon in the city's time zone."""
    return timezone.make_aware(datetime.combine(day, time(12)))
