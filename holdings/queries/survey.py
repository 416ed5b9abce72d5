"""Reads of survey files: what became of the rows, what is wrong with them, where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from holdings.models import SurveyEnding, SurveyFile, SurveyProblem, SurveyReading, SurveyRow
from holdings.problem_map import ProblemTables, problem_features
from holdings.problem_words import Told, tell
from imis.access import ward_scope
from imis.models import User

_TABLES = ProblemTables("holdings_surveyrow", "holdings_surveyproblem", "coalesce(r.repaired_geom, r.geom)")


@dataclass(frozen=True)
class Outcomes:
    """How many rows a file has and what became of them.

    Of the waiting ones `ready` would be entered now, and `left_out` recorded as left out.
    """

    rows: int
    applied: int
    rejected: int
    waiting: int
    ready: int
    left_out: int = 0

    @property
    def undecided(self) -> int:
        """Waiting rows that need a person."""
        return self.waiting - self.ready - self.left_out


@dataclass(frozen=True)
class ProblemCount:
    """How many rows of a file have one kind of problem, and how many of those still wait for a decision."""

    code: str
    blocking: bool
    rows: int
    waiting: int


@dataclass(frozen=True)
class ReportRow:
    """One problem with its row, as the table and the report show it."""

    number: int
    outcome: str
    decision: str
    code: str
    blocking: bool
    value: str
    told: Told


def outcomes(file: SurveyFile) -> Outcomes:
    """Counts of one file."""
    outcome = SurveyRow.Outcome
    blocked = SurveyProblem.objects.filter(row=OuterRef("pk"), blocking=True)
    waiting = Q(ending=None)
    left_out = Q(decision=SurveyRow.Decision.REJECT)
    read = Exists(SurveyReading.objects.filter(row=OuterRef("pk"), ward_number__isnull=False))
    ready = waiting & ~left_out & (~Q(decision="") | ~Exists(blocked)) & read
    counted = file.rows.aggregate(
        applied=Count("id", filter=Q(ending__outcome=outcome.APPLIED)),
        rejected=Count("id", filter=Q(ending__outcome=outcome.REJECTED)),
        waiting=Count("id", filter=waiting),
        ready=Count("id", filter=ready),
        left_out=Count("id", filter=waiting & left_out),
    )
    return Outcomes(rows=file.row_count, **counted)


def problem_counts(file: SurveyFile) -> list[ProblemCount]:
    """Kinds of problem of a file, the blocking ones first, then by number of rows."""
    found = SurveyProblem.objects.filter(row__file=file).values_list("code", "blocking")
    undecided = Q(row__ending=None, row__decision="")
    counted = found.annotate(rows=Count("id"), waiting=Count("id", filter=undecided))
    return sorted((ProblemCount(*row) for row in counted), key=lambda c: (not c.blocking, -c.rows, c.code))


def problems(file: SurveyFile, code: str = "") -> QuerySet[SurveyProblem]:
    """The problems of a file in the order of its rows, of one kind or all."""
    found = SurveyProblem.objects.filter(row__file=file).select_related("row__ending")
    found = found.defer("row__raw", "row__geom", "row__raw_geom", "row__repaired_geom")
    return (found.filter(code=code) if code else found).order_by("row__number", "-blocking", "code", "field")


def undecided_rows(file: SurveyFile, code: str) -> list[int]:
    """Numbers of the waiting rows with one kind of problem that nobody decided yet."""
    waiting = file.rows.filter(ending=None, decision="", problems__code=code)
    return list(waiting.order_by("number").values_list("number", flat=True).distinct())


def report_row(problem: SurveyProblem) -> ReportRow:
    """A problem in the reader's language."""
    return ReportRow(
        number=problem.row.number,
        outcome=str(problem.row.outcome.label),
        decision=problem.row.get_decision_display() if problem.row.decision else "",
        code=problem.code,
        blocking=problem.blocking,
        value=problem.value,
        told=tell(problem.code, field=problem.field, value=problem.value, details=problem.details),
    )


def report_rows(file: SurveyFile) -> Iterator[ReportRow]:
    """Every problem of a file, for the downloadable report."""
    return map(report_row, problems(file).iterator(chunk_size=5000))


def problem_map(file: SurveyFile, code: str = "") -> dict[str, Any]:
    """GeoJSON (EPSG:4326) of rows with a problem (holdings.problem_map)."""
    return problem_features(_TABLES, file.pk, code)


def ward_map() -> dict[str, Any]:
    """GeoJSON (EPSG:4326) of the wards, simplified to 5 m, under the problem map."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(geom, 5), 4326), 6)"
            " FROM holdings_ward ORDER BY number"
        )
        rows = cursor.fetchall()
    features = [
        {"type": "Feature", "id": number, "geometry": json.loads(shape), "properties": {"ward": number}}
        for number, shape in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def wards_of(file: SurveyFile) -> set[int]:
    """The wards that the waiting rows of a checked file belong to."""
    readings = SurveyReading.objects.filter(file_id=file.pk, row__ending=None)
    numbers = readings.values_list("ward_number", flat=True).distinct()
    return {number for number in numbers if number is not None}


def entered_by_others(file: SurveyFile) -> int:
    """How many rows of other surveys are in the register: it only grows, since an ending is written once."""
    return SurveyEnding.objects.filter(outcome=SurveyRow.Outcome.APPLIED).exclude(file_id=file.pk).count()


def outdated(file: SurveyFile) -> bool:
    """True when the register is no longer the one that a file was checked against."""
    return file.checked_at is not None and file.checked_beside != entered_by_others(file)


def survey_files(user: User) -> QuerySet[SurveyFile]:
    """The survey files a user may read, the latest first.

    A file carries people of every ward it covers: whoever works in some wards only reads the files that they brought
    in themselves, and those of which every row was found to lie in their wards.
    """
    files = SurveyFile.objects.select_related("staged_by", "applied_by").order_by("-staged_at", "-pk")
    scope = ward_scope(user)
    if scope is None:
        return files
    readings = SurveyReading.objects.filter(file_id=OuterRef("pk"))
    elsewhere = readings.filter(Q(ward_number=None) | ~Q(ward_number__in=scope))
    return files.filter(Q(staged_by=user) | (Exists(readings) & ~Exists(elsewhere)))
