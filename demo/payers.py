"""How the demo's owners pay: habits that give every colour of the map and every line of a statement."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.chance import Chance, Ints
from imis.fiscal import FiscalYear, Period, quarter_end, quarter_start

YEARLY, STEADY, LATE, ALTERNATE, STOPPED, RETURNED, NEVER = range(7)
_HABITS = (0.20, 0.31, 0.15, 0.08, 0.12, 0.06, 0.08)
_PILOT_HABITS = (0.29, 0.39, 0.14, 0.08, 0.05, 0.03, 0.02)
PILOT = 22
CHANNELS = ("counter", "collector", "bank", "online")
_CHANNEL_WEIGHTS = (0.52, 0.16, 0.2, 0.12)
ONLINE_SINCE = date(2023, 4, 27)
_FRIDAY, _SATURDAY = 4, 5


class Intent(NamedTuple):
    """A holding that pays on a day; `whole_year` asks for the year's rebate."""

    holding: int
    day: date
    channel: str
    whole_year: bool


class Payers:
    """Who pays when. `holdings` are keys, `wards` the ward of each; `periods` counts quarters from `first`."""

    def __init__(self, holdings: Ints, wards: Ints, first: Period, periods: int) -> None:
        self._holdings = holdings
        self._chance = Chance("payers")
        self._first = first
        self._n = len(wards)
        usual = self._chance.choice("habit", self._n, _HABITS)
        self._habit = np.where(wards == PILOT, self._chance.choice("habit", self._n, _PILOT_HABITS), usual)
        self._turn = self._chance.whole("turn", self._n, 2, max(3, periods - 3))

    def intents(self, period: Period, issued_on: date, last_day: date) -> list[Intent]:
        """Payments made in a quarter between the issue of its bills and `last_day`."""
        label = f"{period.fiscal_year}/{period.quarter}"
        paying = np.flatnonzero(self._paying(period, label))
        closes = quarter_end(FiscalYear(period.fiscal_year), period.quarter)
        room = (closes - issued_on).days - 4
        offset = 2 + (self._chance.unit(f"day/{label}", self._n) ** 0.8 * room).astype(np.int64)
        channel = self._chance.choice(f"channel/{label}", self._n, _CHANNEL_WEIGHTS)
        found = []
        for holding in paying.tolist():
            way = CHANNELS[int(channel[holding])]
            day = issued_on + timedelta(days=int(offset[holding]))
            day = day if way == "online" else _working_day(day, closes)
            if way == "online" and day < ONLINE_SINCE:
                way, day = "counter", _working_day(day, closes)
            if day <= last_day:
                yearly = bool(self._habit[holding] == YEARLY) and period.quarter < 4
                found.append(Intent(int(self._holdings[holding]), day, way, yearly))
        return found

    def _paying(self, period: Period, label: str) -> NDArray[np.bool_]:
        index = 4 * (period.fiscal_year - self._first.fiscal_year) + period.quarter - self._first.quarter
        forgets = self._chance.happens(f"forgets/{label}", self._n, 0.04)
        steady = ~forgets
        by_habit = {
            YEARLY: (steady & (period.quarter == 1)) | (period.quarter == 2) | (index == 0),
            STEADY: steady,
            LATE: steady & (period.quarter == 4),
            ALTERNATE: steady & (period.quarter % 2 == 0),
            STOPPED: steady & (index < self._turn),
            RETURNED: steady & (index >= self._turn),
            NEVER: np.zeros(self._n, dtype=bool),
        }
        paying = np.zeros(self._n, dtype=bool)
        for habit, pays in by_habit.items():
            paying |= (self._habit == habit) & pays
        return paying


def _working_day(day: date, closes: date) -> date:
    """The same day or the next Sunday; offices are shut on Friday and Saturday, and a quarter is not overrun."""
    step = {_FRIDAY: 2, _SATURDAY: 1}.get(day.weekday(), 0)
    moved = day + timedelta(days=step)
    return moved if moved <= closes else day - timedelta(days=2)


def periods_until(today: date, years: int) -> list[Period]:
    """The quarters of the `years` fiscal years before the one of `today`."""
    this_year = today.year if today.month >= 7 else today.year - 1
    return [Period(year, quarter) for year in range(this_year - years, this_year) for quarter in (1, 2, 3, 4)]


def issue_day(period: Period) -> date:
    """Bills go out on the first Sunday of the quarter."""
    first = quarter_start(FiscalYear(period.fiscal_year), period.quarter)
    return first + timedelta(days=(6 - first.weekday()) % 7)
