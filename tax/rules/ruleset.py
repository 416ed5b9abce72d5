"""Everything below the Act is dated configuration: one frozen record per rule set.

Legal sources: City Corporation (Taxation) Rules 1986 r.20(3) for the annual value; the corporation's own
approved rates; office orders for extended dates. `assumptions` names the parts that no source settles; they are
never printed as law.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from imis.fiscal import FiscalYear, Period, quarter_end
from imis.money import D


class OwnerReliefBase(str, Enum):
    """On what the owner's relief is reckoned; sources differ."""

    AV1 = "AV1"
    GROSS = "GROSS"


class Reliefs(str, Enum):
    """Whether loan interest and owner's relief are both deducted, or only the larger."""

    CUMULATIVE = "CUMULATIVE"
    EITHER = "EITHER"


class Group(str, Enum):
    """What a payment can settle, named as the order of allocation names it."""

    EARLIER_YEARS = "earlier_years"
    OVERDUE = "overdue"
    CURRENT = "current"
    FUTURE = "future"


@dataclass(frozen=True)
class HeadRate:
    """Percent of the annual value charged under one head."""

    head: str
    percent: Decimal


@dataclass(frozen=True)
class Extension:
    """An office order that keeps a quarter open beyond its last day."""

    fiscal_year: int
    quarter: int
    last_date: date
    memo_no: str


@dataclass(frozen=True)
class Parameters:
    """One rule set. Money in Taka, rates in percent; `rebate[n]` is for n current and future quarters paid at once."""

    heads: tuple[HeadRate, ...] = (HeadRate("holding_tax", Decimal("16")),)
    maintenance_months: Decimal = Decimal("2")
    owner_relief_percent: Decimal = Decimal("40")
    owner_relief_base: OwnerReliefBase = OwnerReliefBase.AV1
    interest_and_owner_relief: Reliefs = Reliefs.CUMULATIVE
    floor: Decimal = Decimal("1250.00")
    rebate: Mapping[int, Decimal] = field(
        default_factory=lambda: {1: Decimal("5"), 2: Decimal("7.5"), 3: Decimal("7.5"), 4: Decimal("10")}
    )
    surcharge_percent: Decimal = Decimal("15")
    allocation_policy: str = "oldest_first"
    allocation_order: tuple[Group, ...] = (Group.EARLIER_YEARS, Group.OVERDUE, Group.CURRENT, Group.FUTURE)
    rounding_unit: Decimal = Decimal("1.00")
    advance_years: int = 5
    first_or_raised_value_in_force: bool = True
    back_dating_days: Mapping[str, int] = field(
        default_factory=lambda: {"counter": 0, "collector": 3, "bank": 30, "online": 7}
    )
    extensions: tuple[Extension, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self)

    def rebate_percent(self, quarters: int) -> Decimal:
        """Rebate for `quarters` current and future quarters of one year paid at once; 0 where none is given."""
        return self.rebate.get(quarters, Decimal(0))

    def closes_on(self, period: Period) -> date:
        """The last day on which a quarter counts as current: its end, or the date of an office order."""
        last = quarter_end(FiscalYear(period.fiscal_year), period.quarter)
        orders = [e.last_date for e in self.extensions if Period(e.fiscal_year, e.quarter) == period]
        return max([last, *orders])

    def to_json(self) -> dict[str, Any]:
        """The stored form; numbers are strings so that nothing is lost."""
        return {
            "heads": [{"head": h.head, "percent": str(h.percent)} for h in self.heads],
            "maintenance_months": str(self.maintenance_months),
            "owner_relief_percent": str(self.owner_relief_percent),
            "owner_relief_base": self.owner_relief_base.value,
            "interest_and_owner_relief": self.interest_and_owner_relief.value,
            "floor": str(self.floor),
            "rebate": {str(n): str(percent) for n, percent in sorted(self.rebate.items())},
            "surcharge_percent": str(self.surcharge_percent),
            "allocation_policy": self.allocation_policy,
            "allocation_order": [group.value for group in self.allocation_order],
            "rounding_unit": str(self.rounding_unit),
            "advance_years": self.advance_years,
            "first_or_raised_value_in_force": self.first_or_raised_value_in_force,
            "back_dating_days": dict(sorted(self.back_dating_days.items())),
            "extensions": [
                {
                    "fiscal_year": e.fiscal_year,
                    "quarter": e.quarter,
                    "last_date": e.last_date.isoformat(),
                    "memo_no": e.memo_no,
                }
                for e in self.extensions
            ],
            "assumptions": list(self.assumptions),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parameters:
        """Read the stored form. ValueError names an unknown or a missing key: nothing is guessed."""
        try:
            return cls._read(data)
        except (ArithmeticError, AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"rule set cannot be read: {error!r}") from error

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Parameters:
        plain = cls().to_json()
        if set(data) != set(plain):
            raise ValueError(f"rule set keys differ: {sorted(set(data) ^ set(plain))}")
        return cls(
            heads=tuple(HeadRate(h["head"], D(h["percent"])) for h in data["heads"]),
            maintenance_months=D(data["maintenance_months"]),
            owner_relief_percent=D(data["owner_relief_percent"]),
            owner_relief_base=OwnerReliefBase(data["owner_relief_base"]),
            interest_and_owner_relief=Reliefs(data["interest_and_owner_relief"]),
            floor=D(data["floor"]),
            rebate={int(n): D(percent) for n, percent in data["rebate"].items()},
            surcharge_percent=D(data["surcharge_percent"]),
            allocation_policy=data["allocation_policy"],
            allocation_order=tuple(Group(group) for group in data["allocation_order"]),
            rounding_unit=D(data["rounding_unit"]),
            advance_years=int(data["advance_years"]),
            first_or_raised_value_in_force=bool(data["first_or_raised_value_in_force"]),
            back_dating_days={channel: int(days) for channel, days in data["back_dating_days"].items()},
            extensions=tuple(
                Extension(e["fiscal_year"], e["quarter"], date.fromisoformat(e["last_date"]), e["memo_no"])
                for e in data["extensions"]
            ),
            assumptions=tuple(data["assumptions"]),
        )

    def checksum(self) -> str:
        """SHA-256 of the canonical JSON; an assessment names the rule set by it."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_changes(self, **changes: Any) -> Parameters:
        """A copy with some parameters changed, as an office order would."""
        return replace(self, **changes)


def _check(parameters: Parameters) -> None:
    percents = [*(h.percent for h in parameters.heads), *parameters.rebate.values(), parameters.owner_relief_percent]
    if any(not 0 <= percent <= 100 for percent in percents) or parameters.surcharge_percent < 0:
        raise ValueError("a percentage lies outside 0-100")
    if len({h.head for h in parameters.heads}) != len(parameters.heads) or not parameters.heads:
        raise ValueError("each head is charged once, and at least one is")
    if sorted(parameters.allocation_order) != sorted(Group):
        raise ValueError("the allocation order names every group once")
    if not 0 <= parameters.maintenance_months < 12 or parameters.floor < 0 or parameters.rounding_unit <= 0:
        raise ValueError("maintenance, floor or rounding unit is out of range")
