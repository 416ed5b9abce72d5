"""Checks a staged survey: reads its rows with the chosen columns, names what is wrong, matches the register."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from holdings.models import Building, Road, SurveyEnding, SurveyFile, SurveyRow, Ward
from holdings.placing import Place, explain, near_pairs
from holdings.rules import survey as rules
from holdings.rules.identity import number_key
from holdings.rules.matching import Candidate, verdicts
from holdings.statements import begin_bulk_work, script, statement
from imis.audit import record
from imis.errors import BadInput, Refused
from imis.models import User

_OPEN = "NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)"
_LATIN = "translate({}, '০১২৩৪৫৬৭৮৯', '0123456789')"
# field, name of the number, its type, what is taken for one ("ওয়ার্ড নং ২২", "22.0")
_NUMBERS = (
    ("ward", "ward_no", "int", r"^[^0-9]*0*([0-9]{1,4})(?:\.0+)?[^0-9]*$"),
    ("storeys", "storeys_n", "int", r"^([0-9]{1,4})(?:\.0+)?$"),
    ("built_year", "built_year_n", "int", r"^([0-9]{4})(?:\.0+)?$"),
    ("area_sqft", "area_sqft_n", "numeric", r"^([0-9]{1,9}(?:\.[0-9]+)?)$"),
    ("rent", "rent_n", "numeric", r"^([0-9]{1,11}(?:\.[0-9]+)?)$"),
)
_CODED = ("structure", "use", "frontage", "occupancy")


@transaction.atomic
def check_survey(*, file: SurveyFile, by: User, at: datetime) -> SurveyFile:
    """Reads every waiting row anew and writes its problems; the rows and their decisions stay as they are.

    May be run as often as wanted (after the columns change, after the register changes). Areas are measured in
    settings.CITY_METRIC_SRID. Raises Refused when no ward is loaded.
    """
    if not Ward.objects.exists():
        raise Refused(_("No ward is in the register."), remedy=_("Load the wards first: manage.py load_wards FILE."))
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    with connection.cursor() as cursor:
        _forget(cursor, file)
        _read(cursor, file)
        _match(cursor)
        _name_problems(cursor, file)
    file.checked_at = at
    if file.state == SurveyFile.State.STAGED:
        file.state = SurveyFile.State.CHECKED
    file.save(update_fields=["checked_at", "state"])
    record(by=by, at=at, action="check_survey", object_type="survey_file", object_id=file.pk)
    return file


@transaction.atomic
def map_columns(*, file: SurveyFile, columns: dict[str, str], by: User, at: datetime) -> SurveyFile:
    """Sets which column feeds which field ("=word" gives every row one value); the file must be checked again.

    "=footprint" for area_sqft takes the footprint's area for each storey. Raises BadInput for an unknown field,
    column or word.
    """
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    for field, column in columns.items():
        if field not in rules.FIELDS:
            raise BadInput(_("The register has no field “%(field)s”.") % {"field": field}, field=field)
        if not column.startswith("=") and column not in file.fields:
            raise BadInput(_("The file has no column “%(column)s”.") % {"column": column}, field=field)
        if column.startswith("=") and field in _CODED and rules.meaning(field, column[1:]) is None:
            raise BadInput(_("“%(word)s” is not a word of the register.") % {"word": column[1:]}, field=field)
    file.columns = columns
    if file.state == SurveyFile.State.CHECKED:
        file.state = SurveyFile.State.STAGED
    file.save(update_fields=["columns", "state"])
    record(by=by, at=at, action="map_survey_columns", object_type="survey_file", object_id=file.pk, columns=columns)
    return file


@transaction.atomic
def state_srid(*, file: SurveyFile, srid: int, by: User, at: datetime) -> SurveyFile:
    """States in which coordinate system the file truly is, and places its waiting rows by it; check it again.

    Raises Refused when rows were applied already and BadInput for a system the coordinates cannot be in.
    """
    from holdings.placing import replace_rows

    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    if SurveyEnding.objects.filter(file_id=file.pk, outcome=SurveyRow.Outcome.APPLIED).exists():
        raise Refused(_("Rows of this file are in the register already; their place is not changed any more."))
    replace_rows(file, srid)
    file.srid, file.state = srid, SurveyFile.State.STAGED
    file.save(update_fields=["srid", "state"])
    record(by=by, at=at, action="state_survey_srid", object_type="survey_file", object_id=file.pk, srid=srid)
    return file


def _parameters(file: SurveyFile) -> dict[str, Any]:
    return {
        "file": file.pk,
        "metric": settings.CITY_METRIC_SRID,
        "spatial": file.spatial,
        "ward_mapped": "ward" in file.columns,
        "smallest": rules.SMALLEST_AREA_M2,
        "named": rules.OVERLAP_NAMED_M2,
        "blocks": rules.OVERLAP_BLOCKS,
        "duplicate": rules.DUPLICATE_SHARE,
    }


def _forget(cursor: Any, file: SurveyFile) -> None:
    for table in ("holdings_surveyproblem", "holdings_surveyreading"):
        cursor.execute(
            f"DELETE FROM {table} x USING holdings_surveyrow r"  # noqa: S608 (constants)
            f" WHERE r.id = x.row_id AND r.file_id = %s AND {_OPEN}",
            [file.pk],
        )


def _read(cursor: Any, file: SurveyFile) -> None:
    begin_bulk_work(cursor)
    parameters = _parameters(file)
    # The rows were written a moment ago and have no statistics: the planner would take them for too few to share out.
    cursor.execute("SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0")
    _cells(cursor, file)
    _words(cursor, file)
    copy_in(cursor, "CREATE TEMP TABLE survey_road (ward int, key text, road_id bigint) ON COMMIT DROP", road_keys())
    cursor.execute(statement("survey/shapes"), parameters)
    cursor.execute("CREATE INDEX ON survey_shape USING gist (point)")
    cursor.execute(
        "ANALYZE survey_shape (row_id, n, kind); ANALYZE survey_cell (row_id); ANALYZE survey_word; ANALYZE survey_road"
    )
    cursor.execute(statement("survey/stands"), parameters)
    cursor.execute("ANALYZE survey_stand")
    cursor.execute(statement("survey/readings"), parameters)
    cursor.execute(
        "UPDATE holdings_surveyrow r SET repaired_geom = s.g FROM survey_shape s"
        " WHERE s.row_id = r.id AND NOT s.valid AND s.g IS NOT NULL"
    )
    cursor.execute(statement("survey/groups"), parameters)
    cursor.execute(
        "UPDATE holdings_surveyreading x SET leader_row_id = g.leader FROM survey_group g"
        " WHERE g.row_id = x.row_id AND g.twin_rank = 1"
    )


def _cells(cursor: Any, file: SurveyFile) -> None:
    """The mapped cells of each waiting row as text, and what is a number as one."""
    picked, parameters = [], []
    for field in rules.FIELDS:
        column = file.columns.get(field, "")
        if column.startswith("="):
            picked.append(f'%s::text AS "{field}"')
            parameters.append(column[1:])
        elif column:
            picked.append(f"nullif(btrim(raw ->> %s), '') AS \"{field}\"")
            parameters.append(column)
        else:
            picked.append(f'NULL::text AS "{field}"')
    numbers = ", ".join(f"{_number(field, kind, pattern)} AS {name}" for field, name, kind, pattern in _NUMBERS)
    cursor.execute(
        f"""
        CREATE TEMP TABLE survey_cell ON COMMIT DROP AS
        SELECT c.*, {numbers},
            regexp_replace(regexp_replace({_LATIN.format("mobile")}, '[^0-9]', '', 'g'), '^88', '') AS mobile_n
        FROM (
            SELECT id AS row_id, {", ".join(picked)} FROM holdings_surveyrow r WHERE file_id = %s AND {_OPEN}
        ) c
        """,  # noqa: S608 (field names and patterns of the rules; what people typed are parameters)
        [*parameters, file.pk],
    )


def _number(field: str, kind: str, pattern: str) -> str:
    text = _LATIN.format(f"replace(\"{field}\", ',', '')")
    return f"substring({text} FROM '{pattern}')::{kind}"


def _words(cursor: Any, file: SurveyFile) -> None:
    """What each distinct word of the file means, by the rules; a city has few distinct words."""
    understood: list[tuple[str, str, str | None]] = []
    for field in (*_CODED, "number", "road"):
        if field in file.columns:
            cursor.execute(f'SELECT DISTINCT "{field}" FROM survey_cell WHERE "{field}" IS NOT NULL')  # noqa: S608
            understood += [(field, written, _understand(field, written)) for (written,) in cursor.fetchall()]
    copy_in(cursor, "CREATE TEMP TABLE survey_word (field text, written text, value text) ON COMMIT DROP", understood)


def _understand(field: str, written: str) -> str | None:
    if field == "number":
        return number_key(written)
    return rules.road_key(written) if field == "road" else rules.meaning(field, written)


def road_keys() -> Iterator[tuple[int, str, int]]:
    """Ward, key and id of each registered road, by its code and both names; the first road wins a key."""
    seen: set[tuple[int, str]] = set()
    for ward, road, *names in Road.objects.order_by("id").values_list("ward_id", "id", "code", "name_bn", "name_en"):
        for key in map(rules.road_key, names):
            if key and (ward, key) not in seen:
                seen.add((ward, key))
                yield ward, key, road


def copy_in(cursor: Any, create: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Creates a temporary table ("CREATE TEMP TABLE name …") and COPYs the rows into it."""
    cursor.execute(create)
    table = create.split()[3]
    lines = ("\t".join(map(_cell, row)) for row in rows)
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("\n".join(lines)))


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _match(cursor: Any) -> None:
    """How each row stands to the register (holdings.rules.matching), where the register has anything near."""
    if not Building.objects.exists():
        return
    cursor.execute(statement("survey/candidates"))
    found = verdicts(Candidate(*row) for row in cursor.fetchall())
    if found:
        rows = ((row, v.match, v.building) for row, v in found.items())
        copy_in(
            cursor,
            "CREATE TEMP TABLE survey_verdict (row_id bigint, match text, building_id bigint) ON COMMIT DROP",
            rows,
        )
        cursor.execute(
            "UPDATE holdings_surveyreading x SET match = v.match, building_id = v.building_id"
            " FROM survey_verdict v WHERE v.row_id = x.row_id"
        )


def _name_problems(cursor: Any, file: SurveyFile) -> None:
    parameters = _parameters(file)
    copy_in(cursor, "CREATE TEMP TABLE survey_near (early bigint, late bigint) ON COMMIT DROP", near_pairs(cursor))
    cursor.execute("ANALYZE survey_near")
    cursor.execute(statement("survey/overlaps"), parameters)
    _misplaced(cursor, file)
    for step in script("survey/problems"):
        cursor.execute(step, parameters)


def _misplaced(cursor: Any, file: SurveyFile) -> None:
    """Names a wrong coordinate system or swapped axes for rows that stand far from every ward."""
    cursor.execute(statement("survey/far"), {"file": file.pk, "margin": rules.CITY_MARGIN_M})
    places = [Place(*row) for row in cursor.fetchall()]
    if places:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)"
            " FROM (SELECT ST_Extent(geom) AS e FROM holdings_ward) w"
        )
        named = explain(places, declared=file.srid, city=cursor.fetchone(), margin=rules.CITY_MARGIN_M)
        copy_in(
            cursor,
            "CREATE TEMP TABLE survey_misplaced (row_id bigint, code text, value text, details jsonb) ON COMMIT DROP",
            named,
        )
        cursor.execute(
            "INSERT INTO holdings_surveyproblem (row_id, code, field, value, blocking, details)"
            " SELECT row_id, code, 'geometry', value, true, details FROM survey_misplaced"
        )
