"""A year's tax in four quarters that equal the year to the paisa."""

from __future__ import annotations

from decimal import Decimal

from imis.money import split

_EQUAL = (1, 1, 1, 1)


def quarters(yearly_amount: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The four instalments, largest remainder first: the paisa that do not divide fall on the first quarters."""
    first, second, third, fourth = split(yearly_amount, _EQUAL)
    return first, second, third, fourth


def instalment(yearly_amount: Decimal, quarter: int) -> Decimal:
    """One instalment. ValueError unless `quarter` is 1-4."""
    if quarter not in (1, 2, 3, 4):
        raise ValueError(f"no such quarter: {quarter}")
    return quarters(yearly_amount)[quarter - 1]
