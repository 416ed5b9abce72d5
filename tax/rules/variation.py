"""How a figure changed against the last one, and whether that deserves a second look."""

from __future__ import annotations

from decimal import Decimal

from imis.money import paisa

OUTLIER_PERCENT = Decimal(25)


def change_percent(before: Decimal, after: Decimal) -> Decimal | None:
    """Change in percent of `before`, half up to two decimals; None when there was nothing before."""
    if before == 0:
        return None
    return paisa((after - before) * 100 / before)


def is_outlier(before: Decimal | None, after: Decimal) -> bool:
    """Whether a demand moved by a quarter or more against the last period's; a first demand is not an outlier."""
    if before is None or before == 0:
        return False
    return abs(after - before) * 100 >= before * OUTLIER_PERCENT
