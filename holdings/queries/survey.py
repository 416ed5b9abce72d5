"""Reads of survey files: what became of the rows, what is wrong with them, where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from holdings.models import SurveyFile, SurveyProblem, SurveyRow


@dataclass(frozen=True)
class Outcomes:
    """How many rows a file has and what became of them; `ready` of the waiting ones would be entered now."""

    rows: int
    applied: int
    rejected: int
    waiting: int
    ready: int


@dataclass(frozen=True)
class ProblemCount:
    """How many rows of a file have one kind of problem, and how many of those still wait."""

    code: str
    blocking: bool
    rows: int
    waiting: int


def outcomes(file: SurveyFile) -> Outcomes:
    """Counts of one file."""
    counted = dict(file.rows.values_list("outcome").annotate(n=Count("id")))
    outcome = SurveyRow.Outcome
    waiting = counted.get(outcome.WAITING, 0)
    return Outcomes(
        rows=file.row_count,
        applied=counted.get(outcome.APPLIED, 0),
        rejected=counted.get(outcome.REJECTED, 0),
        waiting=waiting,
        ready=0,
    )


def problem_counts(file: SurveyFile) -> list[ProblemCount]:
    """Kinds of problem of a file, the blocking ones first, then by number of rows."""
    found = SurveyProblem.objects.filter(row__file=file).values_list("code", "blocking", "row__outcome")
    counts: dict[tuple[str, bool], list[int]] = {}
    for code, blocking, outcome, rows in found.annotate(n=Count("id")):
        both = counts.setdefault((code, blocking), [0, 0])
        both[0] += rows
        both[1] += rows if outcome == SurveyRow.Outcome.WAITING else 0
    listed = [ProblemCount(code, blocking, *both) for (code, blocking), both in counts.items()]
    return sorted(listed, key=lambda c: (not c.blocking, -c.rows, c.code))


def survey_files() -> QuerySet[SurveyFile]:
    """Every survey file, the latest first."""
    return SurveyFile.objects.select_related("staged_by", "applied_by").order_by("-staged_at", "-pk")
