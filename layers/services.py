"""Writes of the map: the summaries drawn at low zooms, and layers handed out as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from imis.audit import record
from imis.fiscal import fiscal_year_of
from imis.jobs import enqueue
from imis.models import Job, User
from layers.catalogue import BUILDINGS_BY_TAX_STATUS
from layers.database import columns_for
from layers.exports.files import write_file
from layers.features import Ask, rows_of
from layers.models import CellSummary, WardSummary
from layers.queries import summaries_as_at
from layers.spec import SQL_DIR, Layer

SUMMARIES_JOB = "map_summaries"
# A view of the whole city may lag this much behind the buildings, which never lag.
FRESH_FOR = timedelta(minutes=10)
# More than the largest layer of a city; a larger one is taken ward by ward.
MOST_EXPORTED = 300_000


@transaction.atomic
def refresh_summaries(*, by: User | None, at: datetime) -> int:
    """Counts buildings by tax status anew, per 70 m square and per ward, for the fiscal year of `at`.

    Set-based; readers see the old counts until the commit. Returns the number of squares. `by` is None when the
    system does it on release or by night.
    """
    _one_at_a_time()
    year = fiscal_year_of(at.date()).start_year
    CellSummary.objects.all().delete()
    WardSummary.objects.all().delete()
    with connection.cursor() as cursor:
        status = BUILDINGS_BY_TAX_STATUS.features.sql
        cursor.execute(_file("fill_cells").replace("{status}", status), {"fiscal_year": year})
        squares = cursor.rowcount
        cursor.execute(_file("fill_wards"), {"fiscal_year": year, "at": at})
        cursor.execute(_file("fold_changes"), {"at": at})
    record(
        by=by,
        at=at,
        action="refresh_map_summaries",
        object_type="layers",
        object_id="summaries",
        squares=squares,
        fiscal_year=year,
    )
    return squares


@transaction.atomic
def ask_for_summaries(*, by: User, at: datetime) -> Job | None:
    """Queues a new count unless the last one is fresh or one is queued already; returns the job that was queued."""
    _one_at_a_time()
    last = summaries_as_at()
    if last is not None and at - last.made_at < FRESH_FOR:
        return None
    if Job.objects.filter(kind=SUMMARIES_JOB, state__in=[Job.State.WAITING, Job.State.RUNNING]).exists():
        return None
    job = enqueue(kind=SUMMARIES_JOB, arguments={}, by=by, at=at)
    record(by=by, at=at, action="ask_for_map_summaries", object_type="job", object_id=job.pk)
    return job


@dataclass(frozen=True)
class Exported:
    """A file made of a layer, and how many features it holds."""

    path: Path
    features: int


@transaction.atomic
def export_layer(*, layer: Layer, ask: Ask, kind: str, folder: Path, by: User, at: datetime) -> Exported:
    """Writes what `ask` finds of a layer as a file of `kind` (a key of FORMATS) in `folder`, and who took it.

    Raises TooMany above MOST_EXPORTED features.
    """
    columns = columns_for(layer.features, ask.audience)
    path, features = write_file(layer, columns, rows_of(layer, ask, most=MOST_EXPORTED), kind, folder)
    record(
        by=by,
        at=at,
        action="export_layer",
        object_type="layers",
        object_id=layer.name,
        format=kind,
        features=features,
        box=[list(box) for box in ask.boxes],
        wards=None if ask.wards is None else list(ask.wards),
    )
    return Exported(path, features)


@transaction.atomic
def note_features(*, layer: Layer, ask: Ask, features: int, by: User, at: datetime) -> None:
    """Records that somebody took a page of features (or one) through OGC API Features, as `/ows/` does for its own."""
    record(
        by=by,
        at=at,
        action="download_features",
        object_type="layers",
        object_id=layer.name,
        audience=ask.audience.schema,
        form="ogc-api",
        features=features,
        most=ask.limit,
        start=ask.after or 0,
        filtered=bool(ask.boxes or ask.equals),
        wards=None if ask.wards is None else list(ask.wards),
    )


def _one_at_a_time() -> None:
    """Holds a lock until the commit: two refreshes at once would double every square."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers.refresh_summaries'))")


def _file(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")
