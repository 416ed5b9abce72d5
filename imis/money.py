"""Money as Decimal: exact sums, one way to round, and division without a lost paisa.

Amounts are Taka with at most two decimals where they are stored; a formula may carry more until it rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PAISA = Decimal("0.01")
TAKA = Decimal("1")
ZERO = Decimal("0.00")


def D(value: Decimal | int | str) -> Decimal:
    """Return `value` as a finite Decimal. TypeError for a float, ValueError for what is not a number."""
    if isinstance(value, (float, bool)):
        raise TypeError("money is never a float or a truth value")
    try:
        number = Decimal(value)
    except ArithmeticError as error:
        raise ValueError(f"not an amount: {value!r}") from error
    if not number.is_finite():
        raise ValueError(f"not an amount: {value!r}")
    return number


def paisa(value: Decimal | int | str) -> Decimal:
    """Round half up to two decimals (away from zero, as PostgreSQL rounds numeric)."""
    return D(value).quantize(PAISA, rounding=ROUND_HALF_UP)


def whole_taka(value: Decimal | int | str) -> Decimal:
    """Round half up to a whole Taka, kept with two decimals."""
    return D(value).quantize(TAKA, rounding=ROUND_HALF_UP).quantize(PAISA)


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Divide `total` by `weights` to the paisa; the parts sum to it exactly.

    Largest remainder: each part is cut down to the paisa, the paisa left over go one each to the largest
    remainders, the earlier part first where remainders are equal. ValueError when `total` is negative or has
    more than two decimals, or when no weight is positive.
    """
    if total < 0 or paisa(total) != total:
        raise ValueError(f"cannot split {total}")
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("weights must be non-negative and not all zero")
    hundredths = int(total * 100)
    exact = [hundredths * share / whole for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: hundredths - sum(parts)]:
        parts[i] += 1
    return [(Decimal(part) * PAISA).quantize(PAISA) for part in parts]
