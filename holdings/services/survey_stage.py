"""Stages a survey file: every row as it came, kept for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from holdings.bringing import AlreadyStaged
from holdings.messages import unreadable
from holdings.models import SurveyFile
from holdings.readers import Stream, Unreadable, open_survey
from holdings.rules.survey import guess_columns
from imis.audit import record
from imis.errors import BadInput
from imis.models import User

_COPY = "COPY holdings_surveyrow (file_id, number, raw, geom, raw_geom, decision) FROM STDIN WITH (FORMAT text)"
MOST_UPLOAD_BYTES = 2 * 1024**3


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def keep_upload(*, chunks: Iterable[bytes], name: str) -> Path:
    """Keeps the bytes of an upload under MEDIA_ROOT/surveys by their hash, whatever its name; raises BadInput.

    The bytes stay as evidence beside the rows. Writes no row, so it has no audit row of its own.
    """
    home = Path(settings.MEDIA_ROOT) / "surveys"
    home.mkdir(parents=True, exist_ok=True)
    suffix = Path(name).suffix.lower()
    digest, size = hashlib.sha256(), 0
    part = home / f".part-{token_hex(16)}"
    try:
        with part.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_UPLOAD_BYTES:
                    raise BadInput(_("The file is larger than 2 GB."), field="file", remedy=_("Divide it by wards."))
                digest.update(chunk)
                file.write(chunk)
        kept = home / f"{digest.hexdigest()}{suffix if suffix[1:].isalnum() else ''}"
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)
    return kept


def first_of(path: Path) -> None:
    """Raises AlreadyStaged when the bytes at `path` were staged before."""
    first = SurveyFile.objects.filter(sha256=sha256_of(path)).first()
    if first is not None:
        raise AlreadyStaged(first)


@transaction.atomic
def stage_survey(
    *, path: Path, name: str, by: User, at: datetime, layer: str | None = None, crs: str | None = None
) -> SurveyFile:
    """Reads the file in its own shut-in process and COPYs every row; nothing is judged yet.

    `name` is what the uploader calls it (its suffix tells the format). Raises AlreadyStaged for bytes seen before and
    BadInput for a file that cannot be read; then nothing is written.
    """
    digest = sha256_of(path)
    _one_at_a_time(digest)
    first = SurveyFile.objects.filter(sha256=digest).first()
    if first is not None:
        raise AlreadyStaged(first)
    file = SurveyFile.objects.create(
        name=name[-200:], sha256=digest, size_bytes=path.stat().st_size, staged_by=by, staged_at=at
    )
    try:
        with open_survey(path, name, file_id=file.pk, layer=layer, crs=crs) as stream:
            _copy(stream)
            file.row_count = stream.finish()
            _describe(file, stream)
    except Unreadable as error:
        raise unreadable(error) from error
    if not file.row_count:
        raise unreadable(Unreadable("empty"))
    file.save()
    record(by=by, at=at, action="stage_survey", object_type="survey_file", object_id=file.pk, rows=file.row_count)
    return file


def _one_at_a_time(digest: str) -> None:
    """Two people who upload the same bytes at once: the second waits, then is told of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('survey:' || %s, 0))", [digest])


def _copy(stream: Stream) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, stream.rows, 1024 * 1024)


def _describe(file: SurveyFile, stream: Stream) -> None:
    file.driver = stream.driver
    file.srid = stream.srid
    file.spatial = stream.spatial
    file.isolation = stream.isolation
    file.fields = stream.fields
    file.columns = guess_columns(stream.fields)
