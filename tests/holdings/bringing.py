"""Brings survey rows from a list to a checked or applied file, and reads what came of them."""

from __future__ import annotations

from typing import Any

from holdings.models import SurveyFile, SurveyProblem
from holdings.queries import Outcomes, outcomes
from tests.holdings.conftest import square

Rows = list[tuple[Any, dict[str, Any]]]


def row(x: float, y: float = 100, *, side: float = 10, **cells: Any) -> tuple[Any, dict[str, Any]]:
    """A footprint with a ward that fits its place."""
    return square(x, y, side), {"ward_no": 21 + int(x // 1000), **cells}


def named(file: SurveyFile) -> dict[int, set[str]]:
    """Row number → codes of its problems."""
    found: dict[int, set[str]] = {}
    for number, code in SurveyProblem.objects.filter(row__file=file).values_list("row__number", "code"):
        found.setdefault(number, set()).add(code)
    return found


def problem(file: SurveyFile, code: str) -> SurveyProblem:
    return SurveyProblem.objects.get(row__file=file, code=code)


def counts(file: SurveyFile) -> Outcomes:
    found = outcomes(file)
    assert found.rows == found.applied + found.rejected + found.waiting
    return found
