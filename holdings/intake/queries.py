"""Reads of the files brought in: what became of their rows, what is wrong with them, where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from holdings.intake.models import IntakeFile, IntakeProblem, IntakeRow
from holdings.intake.registry import intake_of, intakes_for
from holdings.intake.words import tell
from holdings.problem_map import ProblemTables, problem_features
from holdings.queries.survey import Outcomes, ProblemCount, ReportRow
from imis.access import ward_scope
from imis.models import User

_TABLES = ProblemTables("holdings_intakerow", "holdings_intakeproblem")


def intake_files(user: User) -> QuerySet[IntakeFile]:
    """The files a user may read, the latest first.

    Only of kinds that the user brings in. Whoever works in some wards only reads the files that they brought in
    themselves, and those of which every row was found to lie in their wards.
    """
    files = IntakeFile.objects.select_related("staged_by", "applied_by").order_by("-staged_at", "-pk")
    files = files.filter(kind__in=[intake.kind for intake in intakes_for(user)])
    scope = ward_scope(user)
    if scope is None:
        return files
    return files.filter(Q(staged_by=user) | Q(strays=False, checked_at__isnull=False, wards__contained_by=scope))


def outcomes(file: IntakeFile) -> Outcomes:
    """How many rows were applied, rejected, and wait; `ready` and `left_out` of those that wait are settled."""
    stopped = IntakeProblem.objects.filter(row=OuterRef("pk"), blocking=True)
    waiting = Q(ending=None)
    # A file that was not checked since its columns changed has nothing ready.
    checked = Q(file__in=IntakeFile.objects.exclude(state=IntakeFile.State.STAGED))
    ready = waiting & Q(decision="") & checked & Q(~Exists(stopped))
    counted = file.rows.aggregate(
        applied=Count("id", filter=Q(ending__outcome=IntakeRow.Outcome.APPLIED)),
        rejected=Count("id", filter=Q(ending__outcome=IntakeRow.Outcome.REJECTED)),
        waiting=Count("id", filter=waiting),
        ready=Count("id", filter=ready),
        left_out=Count("id", filter=waiting & Q(decision=IntakeRow.Decision.REJECT)),
    )
    return Outcomes(rows=file.row_count, **counted)


def problem_counts(file: IntakeFile) -> list[ProblemCount]:
    """Kinds of problem of a file, those that stop rows first, then by number of rows."""
    found = IntakeProblem.objects.filter(row__file=file).values_list("code", "blocking")
    undecided = Q(row__ending=None, row__decision="")
    counted = found.annotate(rows=Count("id"), waiting=Count("id", filter=undecided))
    return sorted((ProblemCount(*row) for row in counted), key=lambda c: (not c.blocking, -c.rows, c.code))


def problems(file: IntakeFile, code: str = "") -> QuerySet[IntakeProblem]:
    """The problems of a file in the order of its rows, of one kind or all."""
    found = IntakeProblem.objects.filter(row__file=file).select_related("row__ending")
    found = found.defer("row__raw", "row__geom", "row__raw_geom")
    return (found.filter(code=code) if code else found).order_by("row__number", "-blocking", "code", "field")


def undecided_rows(file: IntakeFile, code: str) -> list[int]:
    """Numbers of the waiting rows that one kind of problem stops and nobody decided yet."""
    waiting = file.rows.filter(ending=None, decision="", problems__code=code, problems__blocking=True)
    return list(waiting.order_by("number").values_list("number", flat=True).distinct())


def report_row(file: IntakeFile, problem: IntakeProblem) -> ReportRow:
    """A problem in the reader's language."""
    intake = intake_of(file.kind)
    return ReportRow(
        number=problem.row.number,
        outcome=str(problem.row.outcome.label),
        decision=problem.row.get_decision_display() if problem.row.decision else "",
        code=problem.code,
        blocking=problem.blocking,
        value=problem.value,
        told=tell(intake, problem.code, field=problem.field, value=problem.value, details=problem.details),
    )


def report_rows(file: IntakeFile) -> Iterator[ReportRow]:
    """Every problem of a file, for the downloadable report."""
    return (report_row(file, problem) for problem in problems(file).iterator(chunk_size=5000))


def problem_map(file: IntakeFile, code: str = "") -> dict[str, Any]:
    """GeoJSON (EPSG:4326) of rows with a problem (holdings.problem_map)."""
    return problem_features(_TABLES, file.pk, code)
