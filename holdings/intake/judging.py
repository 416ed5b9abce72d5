"""Names what is wrong with the rows just read: general rules first, then the app's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from holdings.intake.models import IntakeFile
from holdings.intake.reading import misplaced
from holdings.intake.spec import Field, Intake, Kind
from holdings.intake.statements import parts, statement

_INSERT = "INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)"
# A line of text with more cells than headings: others may stand under the wrong one. What is in them is not repeated
# here: it may be the name or the account of a person.
_SURPLUS = (
    f"{_INSERT} SELECT r.id, 'surplus_cells', '', '', true, '{{}}'"  # noqa: S608 (constants of the code)
    " FROM intake_cell c JOIN holdings_intakerow r ON r.id = c.row_id WHERE r.raw ? '_surplus_cells'"
)
_UNREADABLE = {Kind.CHOICE: "bad_choice", Kind.DATE: "bad_date", Kind.WHOLE: "bad_number", Kind.NUMBER: "bad_number"}


def judge(cursor: Any, file: IntakeFile, intake: Intake, facts: dict[str, Any]) -> None:
    """Writes every problem of the rows in intake_cell; the earlier ones of those rows go first."""
    cursor.execute("DELETE FROM holdings_intakeproblem p USING intake_cell c WHERE c.row_id = p.row_id")
    if intake.shapes:
        misplaced(cursor, file)
        for part in parts(statement("places")):
            cursor.execute(part, facts)
    for field in intake.fields:
        for problem in _of_field(field, intake):
            cursor.execute(problem)
    cursor.execute(_SURPLUS)
    for problem in _twice(intake):
        cursor.execute(problem)
    for script in intake.check:
        for part in parts(script):
            cursor.execute(part, facts)


def _of_field(field: Field, intake: Intake) -> Iterator[str]:
    """The INSERTs for one field: missing, unreadable, unknown to the register."""
    name, stops = f'"{field.name}"', str(field.required).lower()
    if field.required:
        yield _naming("missing_value", field, f"t.{name} IS NULL", "true", value="''")
    if field.kind in _UNREADABLE:
        details = {"smallest": field.smallest, "largest": field.largest, "unit": field.unit}
        bounds = json.dumps(details) if _UNREADABLE[field.kind] == "bad_number" else "{}"
        yield _naming(
            _UNREADABLE[field.kind], field, f"t.{name} IS NOT NULL AND c.{name} IS NULL", stops, details=f"'{bounds}'"
        )
    if field.kind is Kind.TEXT:
        most = f"""'{{"most": {field.most}}}'"""
        yield _naming("too_long", field, f"length(t.{name}) > {field.most}", stops, details=most)
    if field.kind is Kind.WARD:
        known = f"EXISTS (SELECT FROM holdings_ward w WHERE w.number = c.{name})"
        yield _naming("unknown_ward", field, f"t.{name} IS NOT NULL AND NOT {known}", stops)
    if field.kind in (Kind.ROAD, Kind.BUILDING):
        wrong = f'c.{name} IS NOT NULL AND c."{field.name}_id" IS NULL'
        yield _naming(f"unknown_{field.kind.value}", field, wrong, stops)
    if field.kind is Kind.HOLDING:
        yield from _of_door(field, name, stops)


def _of_door(field: Field, name: str, stops: str) -> Iterator[str]:
    wrong = f't.{name} IS NOT NULL AND c."{field.name}_id" IS NULL'
    code = (
        "CASE WHEN x.found > 1 THEN 'ambiguous_holding'"
        " WHEN p.ward IS NULL AND position('-' IN coalesce(k.value, '')) = 0 THEN 'holding_needs_ward'"
        " ELSE 'unknown_holding' END"
    )
    yield (
        f"{_INSERT} SELECT c.row_id, {code}, '{field.name}', left(t.{name}, 200), {stops},"  # noqa: S608
        f" jsonb_build_object('found', x.found, 'ward', p.ward)"
        f" FROM intake_cell c JOIN intake_text t USING (row_id) JOIN intake_where p USING (row_id)"
        f" LEFT JOIN intake_door_{field.name} x USING (row_id)"
        f" LEFT JOIN intake_word k ON k.field = '{field.name}' AND k.written = t.{name} WHERE {wrong}"
    )


def _naming(
    code: str, field: Field, wrong: str, blocking: str, *, details: str = "'{}'", value: str | None = None
) -> str:
    said = value if value is not None else f'left(t."{field.name}", 200)'
    return (
        f"{_INSERT} SELECT c.row_id, '{code}', '{field.name}', {said}, {blocking}, {details}::jsonb"  # noqa: S608
        f" FROM intake_cell c JOIN intake_text t USING (row_id) WHERE {wrong}"
    )


def _twice(intake: Intake) -> Iterator[str]:
    """Rows that stand twice: whole, by their key in the file, by their key in what is there already."""
    yield (
        f"{_INSERT} SELECT row_id, 'duplicate_row', '', '', true, jsonb_build_object('first', first) FROM ("  # noqa: S608
        " SELECT c.row_id, c.n, min(c.n) OVER (PARTITION BY md5(r.raw::text), md5(ST_AsBinary(r.geom))) AS first"
        " FROM intake_cell c JOIN holdings_intakerow r ON r.id = c.row_id WHERE c.decision = '') twins WHERE n > first"
    )
    if intake.key:
        key = f'upper(c."{intake.key}")'
        yield (
            f"{_INSERT} SELECT row_id, 'duplicate_code', '{intake.key}', code, true,"  # noqa: S608
            " jsonb_build_object('first', first) FROM ("
            f' SELECT c.row_id, c.n, c."{intake.key}" AS code, min(c.n) OVER (PARTITION BY {key}) AS first'
            f" FROM intake_cell c WHERE {key} IS NOT NULL AND c.decision = '') twins WHERE n > first"
            " AND NOT EXISTS (SELECT FROM holdings_intakeproblem p"
            " WHERE p.row_id = twins.row_id AND p.code = 'duplicate_row')"
        )
        if intake.known:
            yield (
                f"{_INSERT} SELECT c.row_id, 'known_code', '{intake.key}', c.\"{intake.key}\", true, '{{}}'"  # noqa: S608 (constants of the code)
                f" FROM intake_cell c WHERE {key} IN ({intake.known})"
            )
