"""From the annual value to the year's tax by head, less exemptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from imis.money import ZERO
from tax.rules.explanation import Step, percent_text, text
from tax.rules.ruleset import Parameters
from tax.rules.valuation import ExemptionFact, Facts, annual_value, quotient


@dataclass(frozen=True)
class Charge:
    """A year's tax under one head, after exemptions."""

    head: str
    percent: Decimal
    yearly_amount: Decimal

    def to_json(self) -> dict[str, str]:
        """The stored form (Assessment.charges)."""
        return {"head": self.head, "rate": str(self.percent), "yearly_amount": text(self.yearly_amount)}


@dataclass(frozen=True)
class Assessed:
    """The whole outcome of an assessment; `step` is its explanation."""

    gross_rent: Decimal
    annual_value: Decimal
    charges: tuple[Charge, ...]
    yearly_tax: Decimal
    step: Step


HeadNames = Mapping[str, tuple[str, str]]


def yearly_charges(value: Decimal, parameters: Parameters) -> tuple[Charge, ...]:
    """Each head's yearly amount on an annual value, before exemptions; half up to the paisa."""
    return tuple(Charge(h.head, h.percent, quotient(value * h.percent, Decimal(100))) for h in parameters.heads)


def assess(facts: Facts, parameters: Parameters, names: HeadNames) -> Assessed:
    """Value and charge one holding. `names` gives each head's Bangla and English name for its step."""
    valued = annual_value(facts, parameters)
    before = yearly_charges(valued.value, parameters)
    reliefs = [_relieved(before, facts, upto) for upto in range(len(facts.exemptions) + 1)]
    charges = tuple(
        Charge(charge.head, charge.percent, charge.yearly_amount - relief)
        for charge, relief in zip(before, reliefs[-1], strict=True)
    )
    tax = sum((charge.yearly_amount for charge in charges), ZERO)
    steps: list[Step] = [*valued.step.steps]
    steps += [
        Step(
            "charge",
            f"{text(valued.value)} × {percent_text(c.percent)}",
            c.yearly_amount,
            {"head": c.head},
            label=names[c.head],
        )
        for c in before
    ]
    for i, exemption in enumerate(facts.exemptions):
        given = sum(reliefs[i + 1], ZERO) - sum(reliefs[i], ZERO)
        steps.append(_exemption_step(exemption, facts.area_sqft, before, given))
    formula = " + ".join(text(charge.yearly_amount) for charge in charges)
    step = Step("yearly_tax", formula, tax, steps=(*steps, Step("yearly_tax", formula, tax)))
    return Assessed(valued.step.steps[0].result, valued.value, charges, tax, step)


def assessed_json(assessed: Assessed) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The two stored JSON columns of an assessment: charges and explanation."""
    return [charge.to_json() for charge in assessed.charges], assessed.step.to_json()


def _relieved(before: tuple[Charge, ...], facts: Facts, upto: int) -> list[Decimal]:
    """Relief on each head by the first `upto` exemptions together; never more than the head's tax."""
    return [
        min(charge.yearly_amount, sum((_relief(charge, e, facts.area_sqft) for e in facts.exemptions[:upto]), ZERO))
        for charge in before
    ]


def _relief(charge: Charge, exemption: ExemptionFact, area: Decimal) -> Decimal:
    covered = _covered(exemption, area)
    return quotient(charge.yearly_amount * exemption.percent * covered, 100 * area)


def _covered(exemption: ExemptionFact, area: Decimal) -> Decimal:
    return area if exemption.area_cap_sqft is None else min(exemption.area_cap_sqft, area)


def _exemption_step(exemption: ExemptionFact, area: Decimal, before: tuple[Charge, ...], given: Decimal) -> Step:
    tax = sum((charge.yearly_amount for charge in before), ZERO)
    formula = f"{text(tax)} × {text(exemption.percent)} %"
    covered = _covered(exemption, area)
    if covered != area:
        formula += f" × {text(covered)} ÷ {text(area)}"
    inputs = {"kind": exemption.kind, "legal_ref": exemption.legal_ref}
    return Step("exemption", formula, given, inputs)
