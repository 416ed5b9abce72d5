"""Applies a checked survey to the register, whole or not at all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from holdings.copying import copy_in
from holdings.models import SurveyEnding, SurveyFile
from holdings.queries.survey import outdated, wards_of
from holdings.services.survey_check import road_keys
from holdings.services.survey_claims import refuse_claims
from holdings.statements import begin_bulk_work, script, wait_for_surveys
from imis.access import ward_scope
from imis.audit import record
from imis.errors import NotAllowed, Refused
from imis.fiscal import fiscal_year_of
from imis.models import User

# From so many rows on an empty register's indexes are built after the rows.
_WORTH_REBUILDING = 10_000


@transaction.atomic
def apply_survey(*, file: SurveyFile, by: User, at: datetime, holds_from: date | None = None) -> SurveyFile:
    """Enters every ready row and rejects the ones decided so; the others wait. May be run again for those.

    Units and ownership hold from `holds_from`: the start of the running fiscal year unless said otherwise, because
    the tax is a year's tax and what stands there now is what the year is assessed on.

    Rows = applied + rejected + waiting afterwards, or nothing is written. Raises Refused for a file that was not
    checked since its columns or its place changed or another survey was applied, and for two rows that draw one
    building; NotAllowed for rows, or buildings they redraw, of wards outside the user's scope.
    """
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    parameters = {
        "file": file.pk,
        "holds_from": holds_from or fiscal_year_of(timezone.localdate(at)).start,
        "by_storey": file.columns.get("area_sqft") == "=footprint",
    }
    with connection.cursor() as cursor:
        wait_for_surveys(cursor, alone=True)
        _refuse_unchecked(file)
        _refuse_other_wards(file, by)
        begin_bulk_work(cursor)
        refuse_claims(file=file, by=by)
        entered = _enter(cursor, parameters)
    waiting = file.rows.filter(ending=None).count()
    ended = SurveyEnding.objects.filter(file_id=file.pk).count()
    if file.row_count != ended + waiting:
        raise AssertionError(f"{file.row_count} rows are not {ended} + {waiting}")  # pragma: no cover - keys forbid it
    file.state, file.applied_at, file.applied_by = SurveyFile.State.APPLIED, at, by
    file.save(update_fields=["state", "applied_at", "applied_by"])
    record(
        by=by,
        at=at,
        action="apply_survey",
        object_type="survey_file",
        object_id=file.pk,
        **entered,
        waiting=waiting,
    )
    return file


def _refuse_unchecked(file: SurveyFile) -> None:
    if file.state == SurveyFile.State.STAGED:
        raise Refused(_("This file was not checked yet."), remedy=_("Check it, look at its problems, then apply it."))
    if outdated(file):
        raise Refused(
            _("Another survey was applied since this one was checked."),
            remedy=_("Check it again: its buildings may be in the register now."),
        )


def _refuse_other_wards(file: SurveyFile, by: User) -> None:
    scope = ward_scope(by)
    outside = sorted(wards_of(file) - set(scope)) if scope is not None else []
    if outside:
        raise NotAllowed(
            _("The file holds rows of wards outside your area of work: %(wards)s.")
            % {"wards": ", ".join(map(str, outside))}
        )


def _enter(cursor: Any, parameters: dict[str, Any]) -> dict[str, int]:
    """Runs the whole application; how many rows were applied and rejected now."""
    # The roads that the file brings are entered first; the rest of the work then finds every road by its key.
    _run(cursor, "survey/apply_roads", parameters)
    cursor.execute("SELECT count(*) FROM survey_ready")
    applied = cursor.fetchone()[0]
    first = applied > _WORTH_REBUILDING and _first_load(cursor)
    _run(cursor, "survey/apply", parameters)
    rejected = cursor.rowcount  # the last statement rejects
    if first:
        cursor.execute("SELECT holdings_first_load_ends()")
    return {"applied": applied, "rejected": rejected}


def _run(cursor: Any, part: str, parameters: dict[str, Any]) -> None:
    cursor.execute("DROP TABLE IF EXISTS survey_road")
    copy_in(cursor, "CREATE TEMP TABLE survey_road (ward int, key text, road_id bigint) ON COMMIT DROP", road_keys())
    for step in script(part):
        cursor.execute(step, parameters)


def _first_load(cursor: Any) -> bool:
    """Takes the indexes off an empty register; False when it is not empty or is being read."""
    cursor.execute("SELECT holdings_first_load_begins()")
    return bool(cursor.fetchone()[0])
