"""Writes of the map: the summaries drawn at low zooms."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from imis.audit import record
from imis.fiscal import fiscal_year_of
from imis.models import User
from layers.catalogue import BUILDINGS_BY_TAX_STATUS
from layers.models import CellSummary, WardSummary
from layers.spec import SQL_DIR


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
    record(by=by, at=at, action="refresh_map_summaries", object_type="layers", object_id="summaries",
           squares=squares, fiscal_year=year)
    return squares


def _one_at_a_time() -> None:
    """Holds a lock until the commit: two refreshes at once would double every square."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('layers.refresh_summaries'))")


def _file(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")
