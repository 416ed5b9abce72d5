"""Brings a file in, names its columns, checks it, settles its rows, applies it: one use case a function."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from holdings.bringing import AlreadyStaged
from holdings.intake.judging import judge
from holdings.intake.models import IntakeEnding, IntakeFile, IntakeRow
from holdings.intake.reading import parameters, read
from holdings.intake.registry import intake_of
from holdings.intake.spec import Intake, Kind
from holdings.intake.statements import parts
from holdings.intake.understanding import guess_columns, guess_units, understanding
from holdings.messages import unreadable
from holdings.models.places import Ward
from holdings.placing import RowTables, place_again
from holdings.readers import Stream, Unreadable, open_survey
from imis.access import ward_scope
from imis.audit import record
from imis.errors import BadInput, NotAllowed, Refused
from imis.models import User
from imis.roles import Permission, may

_TABLES = RowTables("holdings_intakerow", "holdings_intakeending")
_COPY = "COPY holdings_intakerow (file_id, number, raw, geom, raw_geom, decision) FROM STDIN WITH (FORMAT text)"


def first_of(kind: str, path: Path) -> None:
    """Raises AlreadyStaged when the bytes at `path` were staged before as this kind."""
    first = IntakeFile.objects.filter(kind=kind, sha256=_sha256(path)).first()
    if first is not None:
        raise AlreadyStaged(first)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def _allowed(by: User, permission: Permission) -> None:
    if not may(by, permission):
        raise NotAllowed(_("Your role does not bring in files of this kind."))


@transaction.atomic
def stage_intake(
    *, kind: str, path: Path, name: str, by: User, at: datetime, layer: str | None = None, crs: str | None = None
) -> IntakeFile:
    """Reads the file in its own shut-in process and COPYs every row; nothing is judged yet.

    `name` is what the uploader calls it (its suffix tells the format). Raises AlreadyStaged for bytes seen before,
    NotAllowed, and BadInput for a file that cannot be read; then nothing is written.
    """
    intake = intake_of(kind)
    _allowed(by, intake.bring)
    digest = _sha256(path)
    with connection.cursor() as cursor:
        # Two people who upload the same bytes at once: the second waits, then is told of the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('intake:' || %s, 0))", [kind + digest])
    first_of(kind, path)
    file = IntakeFile.objects.create(
        kind=kind, name=name[-200:], sha256=digest, size_bytes=path.stat().st_size, staged_by=by, staged_at=at
    )
    try:
        with open_survey(path, name, file_id=file.pk, layer=layer, crs=crs) as stream:
            with connection.cursor() as cursor:
                cursor.copy_expert(_COPY, stream.rows, 1024 * 1024)
            file.row_count = stream.finish()
            _describe(file, stream, intake)
    except Unreadable as error:
        raise unreadable(error) from error
    if not file.row_count:
        raise unreadable(Unreadable("empty"))
    file.save()
    _record(file, "stage_intake", by, at, kind=kind, rows=file.row_count)
    return file


def _describe(file: IntakeFile, stream: Stream, intake: Intake) -> None:
    file.driver, file.srid, file.spatial = stream.driver, stream.srid, stream.spatial
    file.isolation, file.fields = stream.isolation, stream.fields
    file.columns = guess_columns(intake, stream.fields)
    file.units = guess_units(intake, file.columns)


def _record(file: IntakeFile, action: str, by: User, at: datetime, **details: Any) -> None:
    record(by=by, at=at, action=action, object_type="intake_file", object_id=file.pk, **details)


def _locked(file: IntakeFile) -> IntakeFile:
    return IntakeFile.objects.select_for_update().get(pk=file.pk)


@transaction.atomic
def map_columns(
    *, file: IntakeFile, columns: dict[str, str], units: dict[str, str], by: User, at: datetime
) -> IntakeFile:
    """Sets which column feeds which field ("=word" gives every row one value) and its unit; check the file again.

    Raises BadInput for an unknown field, column, word or unit, NotAllowed for a kind the user may not bring in.
    """
    file = _locked(file)
    intake = intake_of(file.kind)
    _allowed(by, intake.bring)
    names = {field.name: field for field in intake.fields}
    for name, column in columns.items():
        if name not in names:
            raise BadInput(_("There is no field “%(field)s”.") % {"field": name}, field=name)
        if column.startswith("="):
            understand = understanding(names[name]) if names[name].kind is Kind.CHOICE else None
            if understand is not None and understand(column[1:]) is None:
                raise BadInput(_("“%(word)s” is not a word of this list.") % {"word": column[1:]}, field=name)
        elif column not in file.fields:
            raise BadInput(_("The file has no column “%(column)s”.") % {"column": column}, field=name)
    for name, unit in units.items():
        if name not in names or unit not in names[name].units:
            raise BadInput(_("“%(unit)s” is not a unit of this field.") % {"unit": unit}, field=name)
    file.columns, file.units, file.state = columns, units, IntakeFile.State.STAGED
    file.save(update_fields=["columns", "units", "state"])
    _record(file, "map_intake_columns", by, at, fields=sorted(columns))
    return file


@transaction.atomic
def check_intake(*, file: IntakeFile, by: User, at: datetime) -> IntakeFile:
    """Reads every waiting row anew against what is there now, and writes its problems.

    May be run as often as wanted: rows that found no match wait and are matched again. Raises Refused when no ward is
    loaded, NotAllowed for a kind the user may not bring in.
    """
    _allowed(by, intake_of(file.kind).bring)
    file = _locked(file)
    with connection.cursor() as cursor:
        _judge(cursor, file, by, at)
    file.checked_at = at
    if file.state == IntakeFile.State.STAGED:
        file.state = IntakeFile.State.CHECKED
    file.save(update_fields=["checked_at", "state", "wards", "strays"])
    _record(file, "check_intake", by, at)
    return file


def _judge(cursor: Any, file: IntakeFile, by: User, at: datetime) -> None:
    """Reads and judges the waiting rows; leaves intake_ready, the rows that may enter, and the file's wards."""
    if not Ward.objects.exists():
        raise Refused(_("No ward is in the register."), remedy=_("Load the wards first: manage.py load_wards FILE."))
    intake = intake_of(file.kind)
    facts = parameters(file, intake, by=by, at=at)
    read(cursor, file, intake, facts)
    judge(cursor, file, intake, facts)
    cursor.execute(
        "CREATE TEMP TABLE intake_ready ON COMMIT DROP AS SELECT c.* FROM intake_cell c WHERE c.decision = ''"
        " AND NOT EXISTS (SELECT FROM holdings_intakeproblem p WHERE p.row_id = c.row_id AND p.blocking)"
    )
    cursor.execute("ANALYZE intake_ready")
    cursor.execute("SELECT array_agg(DISTINCT in_ward ORDER BY in_ward) FROM intake_cell")
    found = set(cursor.fetchone()[0] or [])
    earlier = set(file.wards) if IntakeEnding.objects.filter(row__file=file).exists() else set()
    file.wards = sorted((found | earlier) - {None})
    file.strays = None in found


@transaction.atomic
def state_srid(*, file: IntakeFile, srid: int, by: User, at: datetime) -> IntakeFile:
    """States in which coordinate system the file truly is, and places its rows by it; check it again.

    Raises Refused when rows were applied already and BadInput for a system the coordinates cannot be in.
    """
    _allowed(by, intake_of(file.kind).bring)
    file = _locked(file)
    if IntakeEnding.objects.filter(row__file=file, outcome=IntakeRow.Outcome.APPLIED).exists():
        raise Refused(_("Rows of this file were entered already; their place is not changed any more."))
    place_again(_TABLES, file=file.pk, declared=file.srid, srid=srid)
    file.srid, file.state = srid, IntakeFile.State.STAGED
    file.save(update_fields=["srid", "state"])
    _record(file, "state_intake_srid", by, at, srid=srid)
    return file


@transaction.atomic
def settle_rows(*, file: IntakeFile, rows: Iterable[int], leave_out: bool, by: User, at: datetime) -> int:
    """Decides that waiting rows (by number) are left out, or takes that back; how many it touched."""
    _allowed(by, intake_of(file.kind).bring)
    file = _locked(file)
    waiting = file.rows.filter(number__in=list(rows), ending=None)
    changed = (
        waiting.update(decision=IntakeRow.Decision.REJECT, decided_by=by, decided_at=at)
        if leave_out
        else waiting.update(decision="", decided_by=None, decided_at=None)
    )
    _record(file, "settle_intake_rows", by, at, rows=changed, leave_out=leave_out)
    return changed


@transaction.atomic
def apply_intake(*, file: IntakeFile, by: User, at: datetime) -> IntakeFile:
    """Enters every row that may enter and rejects those decided so; the others wait. May be run again for those.

    The rows are read and judged once more first, so that nothing enters by an old look. Rows = applied + rejected +
    waiting afterwards, or nothing is written. Raises Refused for a file that was not checked since its columns or its
    place changed, NotAllowed for a kind, or rows of wards, outside the user's work.
    """
    intake = intake_of(file.kind)
    _allowed(by, intake.enter)
    file = _locked(file)
    if file.state == IntakeFile.State.STAGED:
        raise Refused(_("This file was not checked yet."), remedy=_("Check it, look at its problems, then apply it."))
    with connection.cursor() as cursor:
        # Two files of a kind applied at once could both find a key free; the second waits here.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('apply_intake:' || %s, 0))", [file.kind])
        _judge(cursor, file, by, at)
        _refuse_other_wards(cursor, by)
        entered = _enter(cursor, file, intake, by, at)
    file.state, file.applied_at, file.applied_by, file.checked_at = IntakeFile.State.APPLIED, at, by, at
    file.save(update_fields=["state", "applied_at", "applied_by", "checked_at", "wards", "strays"])
    waiting = file.rows.filter(ending=None).count()
    _record(file, "apply_intake", by, at, kind=file.kind, **entered, waiting=waiting)
    return file


def _refuse_other_wards(cursor: Any, by: User) -> None:
    scope = ward_scope(by)
    if scope is None:
        return
    cursor.execute("SELECT DISTINCT in_ward FROM intake_ready WHERE in_ward IS NULL OR NOT in_ward = ANY (%s)", [scope])
    outside = [number for (number,) in cursor.fetchall()]
    if outside:
        raise NotAllowed(
            _("The file holds rows of wards outside your area of work: %(wards)s.")
            % {"wards": ", ".join("?" if number is None else str(number) for number in outside)}
        )


def _enter(cursor: Any, file: IntakeFile, intake: Intake, by: User, at: datetime) -> dict[str, int]:
    """Runs the app's scripts and writes the endings; how many rows were applied and rejected now."""
    facts = parameters(file, intake, by=by, at=at)
    for script in intake.apply:
        for part in parts(script):
            cursor.execute(part, facts)
    cursor.execute("INSERT INTO holdings_intakeending (row_id, outcome) SELECT row_id, 'applied' FROM intake_ready")
    applied = cursor.rowcount
    cursor.execute(
        "INSERT INTO holdings_intakeending (row_id, outcome) SELECT row_id, 'rejected' FROM intake_cell"
        " WHERE decision = 'reject'"
    )
    return {"applied": applied, "rejected": cursor.rowcount}


__all__ = [
    "AlreadyStaged",
    "apply_intake",
    "check_intake",
    "first_of",
    "map_columns",
    "settle_rows",
    "stage_intake",
    "state_srid",
]
