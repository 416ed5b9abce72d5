"""Checks a staged survey: reads its rows with the chosen columns, names what is wrong, matches the register."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from holdings import cells
from holdings.copying import Outlines, copy_in, copy_numbers
from holdings.models import Building, Road, SurveyFile, Unit, Ward
from holdings.outlines import City, Overlaps, Stands, Straddles
from holdings.placing import Place, explain
from holdings.queries.survey import entered_by_others
from holdings.rules import survey as rules
from holdings.rules.identity import number_key
from holdings.rules.matching import Candidate, verdicts
from holdings.statements import begin_bulk_work, script, shared_out, statement, wait_for_surveys
from imis.audit import record
from imis.errors import Refused
from imis.models import User

_OPEN = "NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)"
# Numbers that are names: a column of decimals written as text gives them a ".0".
_NUMBERINGS = ("bin", "number", "old_number", "road")
# field, name of the number, its type, what is taken for one ("ওয়ার্ড নং ২২", "22.0")
_NUMBERS = (
    ("ward", "ward_no", "int", r"^[^0-9]*0*([0-9]{1,4})(?:\.0+)?[^0-9]*$"),
    ("storeys", "storeys_n", "int", r"^([0-9]{1,4})(?:\.0+)?$"),
    ("built_year", "built_year_n", "int", r"^([0-9]{4})(?:\.0+)?$"),
    ("area_sqft", "area_sqft_n", "numeric", r"^([0-9]{1,9}(?:\.[0-9]+)?)$"),
    ("rent", "rent_n", "numeric", r"^([0-9]{1,11}(?:\.[0-9]+)?)$"),
)


@transaction.atomic
def check_survey(*, file: SurveyFile, by: User, at: datetime) -> SurveyFile:
    """Reads every waiting row anew and writes its problems; the rows stay as they are.

    A decision stays too, unless something stops the row now that did not when it was made: a person then decides
    again. May be run as often as wanted (after the columns change, after the register changes). Areas are measured
    in settings.CITY_METRIC_SRID. Raises Refused when no ward is loaded.
    """
    if not Ward.objects.exists():
        raise Refused(_("No ward is in the register."), remedy=_("Load the wards first: manage.py load_wards FILE."))
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    with connection.cursor() as cursor:
        wait_for_surveys(cursor, alone=False)
        begin_bulk_work(cursor)
        again = file.checked_at is not None
        if again:
            cursor.execute(statement("survey/answered"), _parameters(file))
        _forget(cursor, file)
        _read(cursor, file)
        _match(cursor)
        _name_problems(cursor, file)
        taken_back = _take_back(cursor, file) if again else 0
    file.checked_at, file.checked_beside = at, entered_by_others(file)
    if file.state == SurveyFile.State.STAGED:
        file.state = SurveyFile.State.CHECKED
    file.save(update_fields=["checked_at", "checked_beside", "state"])
    said = {"taken_back": taken_back} if taken_back else {}
    record(by=by, at=at, action="check_survey", object_type="survey_file", object_id=file.pk, **said)
    return file


def _parameters(file: SurveyFile) -> dict[str, Any]:
    return {
        "file": file.pk,
        "metric": settings.CITY_METRIC_SRID,
        "spatial": file.spatial,
        "lines": file.driver == "CSV",
        "ward_mapped": "ward" in file.columns,
        "owner_mapped": "owner_bn" in file.columns,
        "by_storey": file.columns.get("area_sqft") == "=footprint",
        "smallest": rules.SMALLEST_AREA_M2,
        "named": rules.OVERLAP_NAMED_M2,
        "blocks": rules.OVERLAP_BLOCKS,
        "duplicate": rules.DUPLICATE_SHARE,
        "other_area": rules.OTHER_AREA,
    }


def _forget(cursor: Any, file: SurveyFile) -> None:
    for table in ("holdings_surveyproblem", "holdings_surveyreading"):
        cursor.execute(
            f"DELETE FROM {table} x USING holdings_surveyrow r"  # noqa: S608 (constants)
            f" WHERE r.id = x.row_id AND r.file_id = %s AND {_OPEN}",
            [file.pk],
        )


def _read(cursor: Any, file: SurveyFile) -> None:
    parameters = _parameters(file)
    with shared_out(cursor):
        cursor.execute(statement("survey/shapes"), parameters)
    cursor.execute("ANALYZE survey_shape (row_id, n, kind)")
    city = _city(cursor)
    # The outlines are looked at beside the database's own work: a city's check has two processors to use.
    with ThreadPoolExecutor(1) as beside:
        stands = beside.submit(city.stands)
        straddles, overlaps = beside.submit(city.straddles), beside.submit(city.overlaps)
        _understand_cells(cursor, file)
        _stands(cursor, stands.result())
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
        _beside(cursor, straddles.result(), overlaps.result())


def _city(cursor: Any) -> City:
    """The outlines just shaped, and the wards, in memory."""
    outlines = Outlines()
    cursor.copy_expert(
        "COPY (SELECT row_id, n, ST_X(point), ST_Y(point), coalesce(look, lpad('', 32, '0')::uuid), g FROM survey_shape"
        " WHERE point IS NOT NULL) TO STDOUT (FORMAT binary)",
        outlines,
    )
    cursor.execute("SELECT number, ST_AsEWKB(geom) FROM holdings_ward ORDER BY number")
    numbers, wards = zip(*cursor.fetchall(), strict=True)
    return City(outlines, list(numbers), [bytes(ward) for ward in wards])


def _understand_cells(cursor: Any, file: SurveyFile) -> None:
    _cells(cursor, file)
    _words(cursor, file)
    copy_in(cursor, "CREATE TEMP TABLE survey_road (ward int, key text, road_id bigint) ON COMMIT DROP", road_keys())
    cursor.execute("ANALYZE survey_cell (row_id); ANALYZE survey_word; ANALYZE survey_road")


def _stands(cursor: Any, found: Stands) -> None:
    create = "CREATE TEMP TABLE survey_stand (row_id bigint, ward bigint, whole boolean) ON COMMIT DROP"
    copy_numbers(cursor, create, found.rows, found.wards, found.whole)
    cursor.execute("ANALYZE survey_stand (row_id)")


def _beside(cursor: Any, crossing: Straddles, shared: Overlaps) -> None:
    copy_numbers(
        cursor,
        "CREATE TEMP TABLE survey_straddle (row_id bigint, ward bigint, outside float8) ON COMMIT DROP",
        crossing.rows,
        crossing.wards,
        crossing.outside,
    )
    copy_numbers(
        cursor,
        "CREATE TEMP TABLE survey_overlap (late bigint, early bigint, early_n bigint, share float8, mutual float8)"
        " ON COMMIT DROP",
        shared.late,
        shared.early,
        shared.early_n,
        shared.share,
        shared.mutual,
    )
    cursor.execute("ANALYZE survey_straddle; ANALYZE survey_overlap")


def _cells(cursor: Any, file: SurveyFile) -> None:
    """The mapped cells of each waiting row as text, and what is a number as one."""
    picked: list[str] = []
    parameters: list[str | None] = []
    for field in rules.FIELDS:
        column = file.columns.get(field, "")
        if column.startswith("="):
            picked.append(f'%s::text AS "{field}"')
            parameters.append(column[1:])
        elif column:
            cell = "coalesce(nullif(btrim(raw ->> %s), ''), %s::text)"
            read = cells.numbering(cell) if field in _NUMBERINGS else cell
            picked.append(f'{read} AS "{field}"')
            parameters += [column, file.blanks.get(field)] * read.count(cell)
        else:
            picked.append(f'NULL::text AS "{field}"')
    numbers = ", ".join(f"{_number(field, kind, pattern)} AS {name}" for field, name, kind, pattern in _NUMBERS)
    cursor.execute(
        f"""
        CREATE TEMP TABLE survey_cell ON COMMIT DROP AS
        SELECT c.*, {numbers},
            regexp_replace(regexp_replace({cells.figures("mobile")}, '[^0-9]', '', 'g'), '^88', '') AS mobile_n
        FROM (
            SELECT id AS row_id, decided_ward_id, {", ".join(picked)}
            FROM holdings_surveyrow r WHERE file_id = %s AND {_OPEN}
        ) c
        """,  # noqa: S608 (field names and patterns of the rules; what people typed are parameters)
        [*parameters, file.pk],
    )


def _number(field: str, kind: str, pattern: str) -> str:
    text = cells.number(f'"{field}"')
    return f"substring({text} FROM '{pattern}')::{kind}"


def _words(cursor: Any, file: SurveyFile) -> None:
    """What each distinct word of the file means, by the rules; a city has few distinct words."""
    understood: list[tuple[str, str, str | None]] = []
    for field in (*rules.CODED, "number", "road"):
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
    cursor.execute(
        "CREATE TEMP TABLE survey_problem (row_id bigint, code text, field text, value text, blocking boolean,"
        " details jsonb) ON COMMIT DROP"
    )
    _misplaced(cursor, file)
    if Unit.objects.exists():
        cursor.execute(statement("survey/units_differ"), parameters)
    for step in script("survey/problems"):
        cursor.execute(step, parameters)


def _take_back(cursor: Any, file: SurveyFile) -> int:
    """Takes back the decisions of rows that something new stops; how many."""
    cursor.execute(statement("survey/take_back"), _parameters(file))
    return int(cursor.rowcount)


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
            "INSERT INTO survey_problem (row_id, code, field, value, blocking, details)"
            " SELECT row_id, code, 'geometry', value, true, details FROM survey_misplaced"
        )
