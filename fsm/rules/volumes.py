"""How much a containment holds, from its shape and measures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

QUARTER_PI = Decimal("0.78539816")
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Measures:
    """Inner measures in metres, as the surveyor found them; `shape` is circular or rectangular."""

    shape: str
    depth_m: Decimal | None = None
    length_m: Decimal | None = None
    width_m: Decimal | None = None
    diameter_m: Decimal | None = None


def derived_volume(measures: Measures) -> Decimal | None:
    """The volume in m³ to two decimals, half up; None when a measure is missing. The database derives the same."""
    if measures.depth_m is None:
        return None
    if measures.shape == "circular" and measures.diameter_m is not None:
        exact = QUARTER_PI * measures.diameter_m * measures.diameter_m * measures.depth_m
    elif measures.shape == "rectangular" and measures.length_m is not None and measures.width_m is not None:
        exact = measures.length_m * measures.width_m * measures.depth_m
    else:
        return None
    return exact.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def could_arrive(volume: Decimal, capacity: Decimal) -> bool:
    """Whether `volume` m³ can have come in a vehicle of `capacity` m³.

    The plant's gauge and the vehicle's plate may differ by a good part, so half as much again passes; a zero or a
    decimal point typed wrong does not.
    """
    return volume * 2 <= capacity * 3


def trips_needed(volume: Decimal, capacity: Decimal) -> int:
    """How often a vehicle of `capacity` m³ must drive for `volume` m³. ValueError unless the capacity is positive."""
    if capacity <= 0:
        raise ValueError("a vehicle holds more than nothing")
    whole, rest = divmod(max(volume, Decimal(0)), capacity)
    return int(whole) + (rest > 0)
