"""Every published or computed case of the tax rules, kept as data."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imis.fiscal import FiscalYear, Period, quarter_start
from imis.money import D
from tax.rules.allocation import Plan, allocate, quote
from tax.rules.charges import assess, yearly_charges
from tax.rules.instalments import quarters
from tax.rules.position import OpenLine, Position
from tax.rules.ruleset import HeadRate, Parameters
from tax.rules.valuation import Facts, UnitFact
from tax.rules.variation import change_percent

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "tax_rules.json").read_text())
KHULNA = Parameters()
NAMES = {"holding_tax": ("হোল্ডিং কর", "Holding tax")}
YEAR = 2026


def owed(tax: Decimal, earlier_years: int) -> Position:
    """A holding that paid nothing of this year, nor of `earlier_years` years before it."""
    lines = [
        OpenLine(bill=year * 10 + q, period=Period(year, q), head="holding_tax", rank=1, unpaid=quarters(tax)[q - 1])
        for year in range(YEAR - earlier_years, YEAR + 1)
        for q in (1, 2, 3, 4)
    ]
    return Position(holding=1, lines=tuple(lines), yearly_tax=tax)


def day_in(quarter: int) -> date:
    return quarter_start(FiscalYear(YEAR), quarter).replace(day=15)


@pytest.mark.parametrize("case", GOLDEN["due"], ids=lambda c: "-".join(str(v) for v in c.values()))
def test_due(case: dict[str, Any]) -> None:
    tax = D(case["tax"]) if "tax" in case else yearly_charges(D(case["av"]), KHULNA)[0].yearly_amount
    position, as_at = owed(tax, case["earlier_years"]), day_in(case["quarter"])
    price = quote(position, as_at, KHULNA, plan=Plan(case["plan"]))
    assert price.payable == D(case["payable"])
    assert price.principal + price.surcharge - price.rebate + price.rounding == price.payable
    assert price.working[-1].result == price.payable
    spread = allocate(position, price.payable, as_at, KHULNA)
    assert spread.quote.payable == price.payable and spread.total("advance") == 0


@pytest.mark.parametrize("case", GOLDEN["annual_value"], ids=lambda c: "-".join(str(v) for v in c.values()))
def test_annual_value(case: dict[str, Any]) -> None:
    unit = UnitFact(
        id=1,
        storey=0,
        use="residential",
        structure="pucca",
        occupancy=case["occupancy"],
        area_sqft=D(case.get("area_sqft", "1000")),
        monthly_rent=D(case["monthly_rent"]) if "monthly_rent" in case else None,
        monthly_rate=D(case["monthly_rate"]) if "monthly_rate" in case else None,
    )
    parameters = KHULNA.with_changes(heads=(HeadRate("holding_tax", D(case.get("percent", "16"))),))
    assessed = assess(Facts((unit,), D(case["interest"])), parameters, NAMES)
    assert assessed.annual_value == D(case["annual_value"])
    if "tax" in case:
        assert assessed.yearly_tax == D(case["tax"])
    if "instalment" in case:
        assert set(quarters(assessed.yearly_tax)) == {D(case["instalment"])}


@pytest.mark.parametrize("case", GOLDEN["review"], ids=lambda c: c["before"])
def test_review_totals(case: dict[str, Any]) -> None:
    assert change_percent(D(case["before"]), D(case["after"])) == D(case["change_percent"])


def test_the_working_says_which_storeys_the_owner_uses_and_what_they_are_worth() -> None:
    def storey(number: int, occupancy: str, rent: str) -> UnitFact:
        return UnitFact(number, number, "residential", "pucca", occupancy, D("1000"), D(rent), None)

    assessed = assess(Facts((storey(0, "owner", "1000"), storey(1, "let", "2000")), D(0)), KHULNA, NAMES)
    steps = {step.code: step for step in assessed.step.steps}
    assert [leaf.inputs.get("occupancy") for leaf in steps["gross_rent"].steps] == ["owner", None]
    # A third of 36,000 less two months' maintenance, and 40 % of it.
    assert steps["owner_base"].formula == "30000.00 × 12000.00 ÷ 36000.00" and steps["owner_base"].result == D(10000)
    assert steps["owner_relief"].formula == "10000.00 × 40 %" and steps["owner_relief"].result == D(4000)
    # All of it: nothing is divided by itself.
    alone = assess(Facts((storey(0, "owner", "1000"),), D(0)), KHULNA, NAMES)
    base = next(step for step in alone.step.steps if step.code == "owner_base")
    assert (base.formula, base.result) == ("10000.00", D(10000))
