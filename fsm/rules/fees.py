"""What an emptying costs: a dated tariff by volume, with each step of the sum.

The words stand here in both languages because the working is frozen with them on the charge and the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from imis.money import ZERO, paisa, whole_taka

WORDS: dict[str, tuple[str, str]] = {
    "call_out": ("আগমন ফি", "Call-out fee"),
    "by_volume": ("অপসারিত পয়ঃবর্জ্যের ফি", "Fee for the sludge taken"),
    "top_up": ("ন্যূনতম ফি পূরণে যোগ", "Added to reach the lowest fee"),
    "rounding": ("পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka"),
    "payable": ("সর্বমোট প্রদেয়", "Total payable"),
}


@dataclass(frozen=True)
class Tariff:
    """A price list in force: taka a call, taka a m³, and the lowest fee."""

    code: str
    call_out: Decimal
    per_m3: Decimal
    minimum: Decimal


@dataclass(frozen=True)
class FeeStep:
    """One line of the sum; `formula` has Latin digits and signs only."""

    code: str
    formula: str
    result: Decimal

    def to_json(self) -> dict[str, str]:
        """The stored form, as the steps of a tax explanation are stored."""
        label_bn, label_en = WORDS[self.code]
        return {
            "code": self.code,
            "label_bn": label_bn,
            "label_en": label_en,
            "formula": self.formula,
            "result": f"{self.result:.2f}",
        }


@dataclass(frozen=True)
class Fee:
    """The fee in whole taka, its working, and what of it is rounding (may be negative)."""

    amount: Decimal
    rounding: Decimal
    steps: tuple[FeeStep, ...]

    def to_json(self) -> list[dict[str, str]]:
        """The steps as they are stored on the charge."""
        return [step.to_json() for step in self.steps]


def fee_for(volume: Decimal, tariff: Tariff) -> Fee:
    """The fee for `volume` m³: call-out + volume × price, at least the minimum, in whole taka half up.

    ValueError for a negative volume.
    """
    if volume < 0:
        raise ValueError("nobody takes less than nothing out of a tank")
    by_volume = paisa(volume * tariff.per_m3)
    asked = tariff.call_out + by_volume
    top_up = max(tariff.minimum - asked, ZERO)
    amount = whole_taka(asked + top_up)
    rounding = amount - asked - top_up
    steps = [
        FeeStep("call_out", "", tariff.call_out),
        FeeStep("by_volume", f"{volume:f} × {tariff.per_m3:.2f}", by_volume),
        FeeStep("top_up", f"{tariff.minimum:.2f} − {asked:.2f}", top_up),
        FeeStep("rounding", "", rounding),
    ]
    shown = [step for step in steps if step.result or step.code == "by_volume"]
    return Fee(amount, rounding, (*shown, FeeStep("payable", "", amount)))
