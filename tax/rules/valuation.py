"""The annual value: rent, maintenance, owner's relief, loan interest, floor.

Rules 1986 r.20(3) as published: G gross annual rent; M maintenance; AV1 = G − M; O owner's relief; I interest on
a registered building loan; AV = max(AV1 − O − I, floor). Each named figure is rounded half up to the paisa.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from imis.money import ZERO, paisa
from tax.rules.explanation import Explained, Step, percent_text, text
from tax.rules.ruleset import OwnerReliefBase, Parameters, Reliefs

OWNER_OCCUPIED = "owner"


class NoRentRate(ValueError):
    """The rent table has no rate for a unit and its actual rent is not known."""


@dataclass(frozen=True)
class RentRate:
    """One row of the rent table: Taka per square foot a month."""

    zone: int
    use: str
    frontage: str
    structure: str
    storey_from: int
    storey_to: int
    monthly_rate: Decimal


@dataclass(frozen=True)
class RentTable:
    """The rent table of a rule set."""

    rates: tuple[RentRate, ...]

    def rate(self, *, zone: int, use: str, frontage: str, structure: str, storey: int) -> Decimal | None:
        """The rate for a unit; the band that begins highest wins where bands overlap; None if there is none."""
        found = [
            r
            for r in self.rates
            if (r.zone, r.use, r.frontage, r.structure) == (zone, use, frontage, structure)
            and r.storey_from <= storey <= r.storey_to
        ]
        return max(found, key=lambda r: r.storey_from).monthly_rate if found else None


@dataclass(frozen=True)
class UnitFact:
    """A unit with the rent that applies: the actual one where it is known, else the table's rate."""

    id: int
    storey: int
    use: str
    structure: str
    occupancy: str
    area_sqft: Decimal
    monthly_rent: Decimal | None
    monthly_rate: Decimal | None


@dataclass(frozen=True)
class ExemptionFact:
    """A share of the tax not charged, on at most `area_cap_sqft` of the holding."""

    id: int
    kind: str
    percent: Decimal
    area_cap_sqft: Decimal | None
    legal_ref: str


@dataclass(frozen=True)
class Facts:
    """What the register and the tax know of one holding on the day an assessment takes effect."""

    units: tuple[UnitFact, ...]
    yearly_interest: Decimal = ZERO
    exemptions: tuple[ExemptionFact, ...] = ()

    @property
    def area_sqft(self) -> Decimal:
        """Total area of the units."""
        return sum((unit.area_sqft for unit in self.units), ZERO)

    def fingerprint(self, checksum: str) -> str:
        """SHA-256 over the facts and the rule set's checksum: equal prints need no new assessment."""
        units = ";".join(
            f"{u.storey},{u.use},{u.structure},{u.occupancy},{u.area_sqft},{_or_empty(u.monthly_rent)},{_or_empty(u.monthly_rate)}"
            for u in sorted(self.units, key=lambda u: (u.storey, u.id))
        )
        exemptions = ";".join(f"{e.id},{e.percent},{_or_empty(e.area_cap_sqft)}" for e in self.exemptions)
        return hashlib.sha256(f"{checksum}|{units}|{self.yearly_interest}|{exemptions}".encode()).hexdigest()


def _or_empty(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount)


def quotient(numerator: Decimal, denominator: Decimal) -> Decimal:
    """numerator ÷ denominator rounded half up to the paisa, exactly, for a non-negative quotient.

    Whole-number division after scaling: no intermediate decimal is cut, so SQL (`div`) gives the same paisa.
    """
    hundredths = (200 * numerator + denominator) // (2 * denominator)
    return paisa(hundredths / 100)


def annual_value(facts: Facts, parameters: Parameters) -> Explained:
    """The actual annual value in Taka, with its steps. NoRentRate when a unit's rent cannot be found."""
    gross = _gross_rent(facts.units)
    g = gross.result
    maintenance = quotient(g * parameters.maintenance_months, Decimal(12))
    first = g - maintenance
    steps = [
        gross,
        Step("maintenance", f"{text(g)} × {parameters.maintenance_months:f} ÷ 12", maintenance),
        Step("first_value", f"{text(g)} − {text(maintenance)}", first),
    ]
    own, relief = _owner_relief(facts.units, g, first, parameters)
    interest = Step("loan_interest", "", facts.yearly_interest)
    reliefs = [step for step in (relief, interest) if step.result > 0]
    steps += [own, *reliefs] if relief.result > 0 else reliefs
    deducted = _deducted(reliefs, parameters)
    net = max(first - sum((step.result for step in deducted), ZERO), ZERO)
    if deducted:
        steps.append(Step("net_value", " − ".join([text(first), *(text(s.result) for s in deducted)]), net))
    value = max(net, paisa(parameters.floor))
    formula = text(net) if value == net else f"{text(net)} < {text(parameters.floor)}"
    step = Step("annual_value", formula, value)
    return Explained(value, Step("annual_value", formula, value, steps=(*steps, step)))


def _gross_rent(units: Iterable[UnitFact]) -> Step:
    leaves = tuple(_unit_rent(unit) for unit in sorted(units, key=lambda u: (u.storey, u.id)))
    total = sum((leaf.result for leaf in leaves), ZERO)
    return Step("gross_rent", " + ".join(text(leaf.result) for leaf in leaves), total, steps=leaves)


def _unit_rent(unit: UnitFact) -> Step:
    inputs: dict[str, str | int] = {"unit": unit.id, "storey": unit.storey, "use": unit.use}
    if unit.monthly_rent is None:
        inputs["structure"] = unit.structure  # the rate follows from it too
    if unit.occupancy == OWNER_OCCUPIED:
        inputs["occupancy"] = OWNER_OCCUPIED
    if unit.monthly_rent is not None:
        return Step("unit_rent", f"{text(unit.monthly_rent)} × 12", paisa(unit.monthly_rent * 12), inputs)
    if unit.monthly_rate is None:
        raise NoRentRate(f"unit {unit.id}: {unit.use}, {unit.structure}")
    rent = paisa(unit.area_sqft * unit.monthly_rate * 12)
    return Step("unit_rent", f"{text(unit.area_sqft)} × {text(unit.monthly_rate)} × 12", rent, inputs)


def _owner_relief(
    units: Iterable[UnitFact], gross: Decimal, first: Decimal, parameters: Parameters
) -> tuple[Step, Step]:
    """What the owner's own storeys are worth, and the relief on it."""
    own = sum((_unit_rent(unit).result for unit in units if unit.occupancy == OWNER_OCCUPIED), ZERO)
    if own == 0 or parameters.owner_relief_base is OwnerReliefBase.GROSS:
        base = Step("owner_base", text(own), own)
    elif own == gross:
        base = Step("owner_base", text(first), first)
    else:
        base = Step("owner_base", f"{text(first)} × {text(own)} ÷ {text(gross)}", quotient(first * own, gross))
    relief = quotient(base.result * parameters.owner_relief_percent, Decimal(100))
    formula = f"{text(base.result)} × {percent_text(parameters.owner_relief_percent)}"
    return base, Step("owner_relief", formula, relief)


def _deducted(reliefs: list[Step], parameters: Parameters) -> list[Step]:
    if parameters.interest_and_owner_relief is Reliefs.EITHER and reliefs:
        return [max(reliefs, key=lambda step: step.result)]
    return reliefs
