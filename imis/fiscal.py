"""The fiscal year of the corporation: 1 July to 30 June, in four quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

QUARTERS = (1, 2, 3, 4)
_FIRST_MONTH = {1: 7, 2: 10, 3: 1, 4: 4}


@dataclass(frozen=True, order=True)
class FiscalYear:
    """The year that begins on 1 July of `start_year`."""

    start_year: int

    @property
    def start(self) -> date:
        """First day, 1 July."""
        return date(self.start_year, 7, 1)

    @property
    def end(self) -> date:
        """Last day, 30 June."""
        return date(self.start_year + 1, 6, 30)

    @property
    def label_en(self) -> str:
        """The written form, such as 2026-27."""
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}"

    @property
    def code(self) -> str:
        """The short form used in numbers, such as 2627."""
        return f"{self.start_year % 100:02d}{(self.start_year + 1) % 100:02d}"

    def quarter_of(self, day: date) -> int:
        """The quarter (1-4) in which `day` lies. ValueError when it lies in another year."""
        if fiscal_year_of(day) != self:
            raise ValueError(f"{day} is not in {self.label_en}")
        return (day.month - 7) % 12 // 3 + 1

    def __str__(self) -> str:
        return self.label_en


@dataclass(frozen=True, order=True)
class Period:
    """One quarter of one fiscal year; ordered by time."""

    fiscal_year: int
    quarter: int

    def __post_init__(self) -> None:
        _check(self.quarter)


def fiscal_year_of(day: date) -> FiscalYear:
    """The fiscal year in which `day` lies."""
    return FiscalYear(day.year if day.month >= 7 else day.year - 1)


def period_of(day: date) -> Period:
    """The quarter in which `day` lies."""
    year = fiscal_year_of(day)
    return Period(year.start_year, year.quarter_of(day))


def quarter_start(year: FiscalYear, quarter: int) -> date:
    """First day of a quarter. ValueError unless it is 1-4."""
    _check(quarter)
    return date(year.start_year + (quarter > 2), _FIRST_MONTH[quarter], 1)


def quarter_end(year: FiscalYear, quarter: int) -> date:
    """Last day of a quarter. ValueError unless it is 1-4."""
    _check(quarter)
    return year.end if quarter == 4 else quarter_start(year, quarter + 1) - timedelta(days=1)


def _check(quarter: int) -> None:
    if quarter not in QUARTERS:
        raise ValueError(f"no such quarter: {quarter}")
