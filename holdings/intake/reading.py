"""Reads the waiting rows of a file into temporary tables, with set-based SQL made from the intake's fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from holdings import cells
from holdings.intake.models import IntakeFile
from holdings.intake.spec import Field, Intake, Kind
from holdings.intake.statements import begin, copy_in, parts, statement
from holdings.intake.understanding import understanding
from holdings.models.places import Road
from holdings.placing import Place, explain
from holdings.rules.survey import CITY_MARGIN_M, road_key
from imis.models import User

_OPEN = "NOT EXISTS (SELECT FROM holdings_intakeending e WHERE e.row_id = r.id)"
_RESOLVED = (Kind.ROAD, Kind.HOLDING, Kind.BUILDING)


def parameters(file: IntakeFile, intake: Intake, *, by: User, at: datetime) -> dict[str, Any]:
    """What every script of an intake may name."""
    return {
        "file": file.pk,
        "by": by.pk,
        "at": at,
        "today": timezone.localdate(at),
        "metric": settings.CITY_METRIC_SRID,
        "storage": settings.STORAGE_SRID,
        "shapes": [shape.value for shape in intake.shapes],
        "placed": intake.placed,
    }


def read(cursor: Any, file: IntakeFile, intake: Intake, facts: dict[str, Any]) -> None:
    """Makes intake_text, intake_word, intake_shape, intake_stand and intake_cell of the rows that wait."""
    begin(cursor)
    _texts(cursor, file, intake)
    _words(cursor, file, intake)
    for part in parts(statement("shapes")):
        cursor.execute(part, facts)
    _where(cursor, intake)
    for field in intake.fields:
        if field.kind is Kind.HOLDING:
            script = statement("doors").format(door=f"intake_door_{field.name}", field=f'"{field.name}"')
            for part in parts(script.replace("%(field)s", f"'{field.name}'")):
                cursor.execute(part)
    _cells(cursor, file, intake)


def _texts(cursor: Any, file: IntakeFile, intake: Intake) -> None:
    """The mapped cells of each waiting row as they were written, blanks as NULL."""
    picked, given = [], []
    for field in intake.fields:
        column = file.columns.get(field.name, "")
        if column.startswith("="):
            picked.append(f"nullif(btrim(%s::text), '') AS \"{field.name}\"")
            given.append(column[1:])
        elif column:
            cell = "nullif(btrim(r.raw ->> %s), '')"
            read = cells.numbering(cell) if _is_numbering(field, intake) else cell
            picked.append(f'{read} AS "{field.name}"')
            given += [column] * read.count(cell)
        else:
            picked.append(f'NULL::text AS "{field.name}"')
    cursor.execute(
        f"CREATE TEMP TABLE intake_text ON COMMIT DROP AS SELECT r.id AS row_id, r.number AS n, r.decision,"  # noqa: S608 (names of the declaration; what people typed are parameters)
        f" {', '.join(picked)} FROM holdings_intakerow r WHERE r.file_id = %s AND {_OPEN}",
        [*given, file.pk],
    )
    cursor.execute("ANALYZE intake_text")


def _is_numbering(field: Field, intake: Intake) -> bool:
    """True for a number that is a name: a column of decimals written as text gives it a ".0"."""
    return field.kind in _RESOLVED or field.name == intake.key or field.numbering


def _words(cursor: Any, file: IntakeFile, intake: Intake) -> None:
    """What each distinct text of the fields that Python understands means; a file has few distinct ones."""
    understood: list[tuple[str, str, str | None]] = []
    for field in intake.fields:
        understand = understanding(field)
        if understand is not None and field.name in file.columns:
            cursor.execute(f'SELECT DISTINCT "{field.name}" FROM intake_text WHERE "{field.name}" IS NOT NULL')  # noqa: S608
            understood += [(field.name, written, understand(written)) for (written,) in cursor.fetchall()]
    copy_in(cursor, "intake_word", "field text, written text, value text", understood)


def _where(cursor: Any, intake: Intake) -> None:
    """The ward a row says (else stands in) and the road it names there: where a holding number is looked for."""
    copy_in(cursor, "intake_road", "ward int, key text, road_id bigint", _road_keys())
    ward, road = intake.first(Kind.WARD), intake.first(Kind.ROAD)
    said = f"coalesce({_whole(f't.{_quoted(ward)}', ward=True)}, s.ward)" if ward else "s.ward"
    join, found, lost = "", "NULL::bigint", "false"
    if road:
        join = (
            f"LEFT JOIN intake_word k ON k.field = '{road.name}' AND k.written = t.{_quoted(road)}"
            f" LEFT JOIN intake_road d ON d.ward = {said} AND d.key = k.value"
        )
        found, lost = "d.road_id", "coalesce(k.value, '') <> '' AND d.road_id IS NULL"
    cursor.execute(
        f"CREATE TEMP TABLE intake_where ON COMMIT DROP AS SELECT t.row_id, {said} AS ward, {found} AS road_id,"  # noqa: S608 (columns of the intake's spec)
        f" {lost} AS road_lost FROM intake_text t LEFT JOIN intake_stand s USING (row_id) {join}"
    )
    cursor.execute("ANALYZE intake_where")


def _road_keys() -> Iterator[tuple[int, str, int]]:
    """Ward, key and id of each road, by its code and both names; the first road wins a key."""
    seen: set[tuple[int, str]] = set()
    for ward, road, *names in Road.objects.order_by("id").values_list("ward_id", "id", "code", "name_bn", "name_en"):
        for key in map(road_key, names):
            if key and (ward, key) not in seen:
                seen.add((ward, key))
                yield ward, key, road


def _cells(cursor: Any, file: IntakeFile, intake: Intake) -> None:
    """Each row with its fields read, its geometry and its ward."""
    columns, joins, wards = [], [], ["p.ward", "d.ward"]
    for field in intake.fields:
        value = _value(field, file)
        # A key is compared: its figures are Latin, as codes are printed.
        columns.append(f'{cells.figures(value) if field.name == intake.key else value} AS "{field.name}"')
        if understanding(field) is not None:
            joins.append(
                f"LEFT JOIN intake_word w_{field.name}"
                f" ON w_{field.name}.field = '{field.name}' AND w_{field.name}.written = t.{_quoted(field)}"
            )
        if field.kind in _RESOLVED:
            columns.append(f'{_resolved(field)} AS "{field.name}_id"')
            joins += _resolving(field)
        if field.kind in (Kind.HOLDING, Kind.BUILDING):
            wards.append(f"x_{field.name}.ward_id")
    shape = "CASE WHEN s.valid AND s.kind = ANY (%(shapes)s) THEN s.geom END"
    cursor.execute(
        f"CREATE TEMP TABLE intake_cell ON COMMIT DROP AS SELECT t.row_id, t.n, t.decision, {shape} AS geom,"  # noqa: S608
        f" v.number::int AS in_ward, {', '.join(columns)} FROM intake_text t LEFT JOIN intake_shape s USING (row_id)"
        f" LEFT JOIN intake_where p USING (row_id) LEFT JOIN intake_stand d USING (row_id) {' '.join(joins)}"
        f" LEFT JOIN holdings_ward v ON v.number = coalesce({', '.join(wards[::-1])})",
        {"shapes": [each.value for each in intake.shapes]},
    )
    cursor.execute("ANALYZE intake_cell")


def _resolved(field: Field) -> str:
    if field.kind is Kind.ROAD:
        return "p.road_id"
    if field.kind is Kind.BUILDING:
        return f"x_{field.name}.id"
    return f"CASE WHEN x_{field.name}.found = 1 THEN x_{field.name}.holding_id END"


def _resolving(field: Field) -> list[str]:
    alias = f"x_{field.name}"
    if field.kind is Kind.BUILDING:
        return [f"LEFT JOIN holdings_building {alias} ON {alias}.bin = t.{_quoted(field)}"]
    if field.kind is Kind.HOLDING:
        return [f"LEFT JOIN intake_door_{field.name} {alias} ON {alias}.row_id = t.row_id"]
    return []


def _value(field: Field, file: IntakeFile) -> str:
    """The SQL of a field's value, NULL where the text cannot be one."""
    column = f"t.{_quoted(field)}"
    if field.kind is Kind.CHOICE:
        return f"w_{field.name}.value"
    if field.kind is Kind.DATE:
        return f"w_{field.name}.value::date"
    if field.kind is Kind.WHOLE:
        return _bounded(_whole(column), field)
    if field.kind is Kind.NUMBER:
        return _bounded(_measure(column, field, file.units.get(field.name, field.unit)), field)
    if field.kind is Kind.WARD:
        return _whole(column, ward=True)
    return f"CASE WHEN length({column}) <= {field.most} THEN {column} END"


def _quoted(field: Field) -> str:
    return f'"{field.name}"'


def _whole(column: str, *, ward: bool = False) -> str:
    pattern = r"^[^0-9]*0*([0-9]{1,4})(?:\.0+)?[^0-9]*$" if ward else r"^([0-9]{1,9})(?:\.0+)?$"
    return f"substring({cells.number(column)} FROM '{pattern}')::int"


def _measure(column: str, field: Field, unit: str) -> str:
    """A number with its unit behind it or its column's unit, in the unit of the field."""
    text = cells.number(f"lower({column})")
    tail = rf"\s*(?:{'|'.join(field.units)})?\.?" if field.units else ""
    number = rf"substring({text} FROM '^(-?[0-9]{{1,12}}(?:\.[0-9]+)?){tail}$')::numeric"
    if not field.units:
        return f"round({number}, {field.decimals})"
    factors = " ".join(f"WHEN '{name}' THEN {factor}" for name, factor in field.units.items())
    factor = rf"CASE coalesce(substring({text} FROM '([a-z]+)\.?$'), '{unit}') {factors} END"
    return f"round({number} * {factor}, {field.decimals})"


def _bounded(value: str, field: Field) -> str:
    return f"CASE WHEN {value} BETWEEN {field.smallest} AND {field.largest} THEN {value} END"


def misplaced(cursor: Any, file: IntakeFile) -> None:
    """Names a wrong coordinate system or swapped axes for rows that stand far from every ward."""
    cursor.execute(statement("far"), {"margin": CITY_MARGIN_M})
    places = [Place(*row) for row in cursor.fetchall()]
    if not places:
        return
    cursor.execute(
        "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) AS e FROM holdings_ward) w"
    )
    named = explain(places, declared=file.srid, city=cursor.fetchone(), margin=CITY_MARGIN_M)
    copy_in(cursor, "intake_misplaced", "row_id bigint, code text, value text, details jsonb", named)
    cursor.execute(
        "INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)"
        " SELECT row_id, code, 'geometry', value, true, details FROM intake_misplaced"
    )
