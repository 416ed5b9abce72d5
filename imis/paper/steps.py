"""Steps of an explanation as lines on paper: what a sum rests on stands above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from imis.paper.figures import Figures

Row = dict[str, Any]

LONGEST_FORMULA = 44
# Steps that a reader looks for are set in bold.
_LANDMARKS = {"gross_rent", "first_value", "annual_value", "yearly_tax", "payable", "paid"}


def in_reading_order(steps: Iterable[Row]) -> Iterator[Row]:
    """Each step after the steps that it rests on (a stored step may hold others under `steps`)."""
    for step in steps:
        yield from in_reading_order(step.get("steps", ()))
        yield step


def step_row(step: Row, write: Figures, label: str = "") -> Row:
    """The line of one stored step {code, label_bn, label_en, formula, result, inputs}; `label` instead of its own."""
    formula = "" if step.get("formula") == step["result"] else write.formula(step.get("formula"))
    shown = label or step_label(step, write)
    return row(shown, formula, write.result(step["result"]), strong=step["code"] in _LANDMARKS)


def step_label(step: Row, write: Figures) -> str:
    """The words of a step, with its fiscal year where it has one."""
    inputs = step.get("inputs", {})
    label = write.text(write.pick(step["label_bn"], step["label_en"]))
    return f"{label} ({write.year(inputs['fiscal_year'])})" if "fiscal_year" in inputs else label


def row(label: str, formula: str, amount: str, *, strong: bool = False) -> Row:
    """A line of a sum; a formula too long to be read at a glance is left to the lines above it."""
    shown = formula if len(formula) <= LONGEST_FORMULA else ""
    return {"label": label, "formula": shown, "amount": amount, "strong": strong}
