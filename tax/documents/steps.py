"""Steps of a tax explanation as lines on paper: a storey's rent is told by its storey, use and structure."""

from __future__ import annotations

from imis.paper import steps as paper
from imis.paper.figures import Figures
from imis.paper.steps import LONGEST_FORMULA, Row, in_reading_order, row
from tax.documents.wording import own_use, storey, structure, use

__all__ = ["LONGEST_FORMULA", "Row", "in_reading_order", "row", "step_row"]


def step_row(step: Row, write: Figures) -> Row:
    """The line of one stored step {code, label_bn, label_en, formula, result, inputs}."""
    inputs = step.get("inputs", {})
    if step["code"] == "unit_rent" and "storey" in inputs:
        parts = [storey(int(inputs["storey"]), write.lang), use(inputs.get("use", ""), write.lang)]
        if "structure" in inputs and inputs.get("use") != "vacant_land":
            parts.append(structure(inputs["structure"], write.lang))
        if inputs.get("occupancy") == "owner":
            parts.append(own_use(write.lang))
        return paper.step_row(step, write, write.text(", ".join(parts)))
    return paper.step_row(step, write)
