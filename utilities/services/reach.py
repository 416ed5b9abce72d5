"""Measures which sewer each building is nearest to, and hands out lists of buildings in reach."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from imis.audit import record
from imis.models import User
from utilities.models import Sewer
from utilities.queries.reach import Reachable, buildings_in_reach
from utilities.statements import statement


@transaction.atomic
def measure_reach(*, by: User | None, at: datetime) -> int:
    """Measures the nearest sewer of every building within 100 m anew; how many buildings have one.

    Needed after buildings were brought in: sewers that come from files measure their own reach.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('measure_reach', 0))")
        cursor.execute("DELETE FROM utilities_sewerreach")
        cursor.execute(statement("measure_reach"), {"metric": settings.CITY_METRIC_SRID})
        found = int(cursor.rowcount)
    record(by=by, at=at, action="measure_reach", object_type="sewer", object_id="all", buildings=found)
    return found


@transaction.atomic
def export_reach(
    *, sewer: Sewer, metres: Decimal, wards: Sequence[int] | None, kind: str, by: User, at: datetime
) -> str:
    """The buildings in reach of a sewer as the text of a file, `kind` csv or geojson (EPSG:4326)."""
    rows = buildings_in_reach(sewer, metres, wards)
    text = _geojson(rows) if kind == "geojson" else _csv(rows)
    details = {"metres": str(metres), "format": kind, "buildings": len(rows)}
    record(by=by, at=at, action="export_reach", object_type="sewer", object_id=sewer.pk, ward=sewer.ward_id, **details)
    return text


def _csv(rows: list[Reachable]) -> str:
    sink = io.StringIO()
    sink.write("\ufeff")
    table = csv.writer(sink)
    table.writerow([_("Building no."), _("Ward"), _("Distance (m)"), _("Holdings"), _("Connected to a sewer")])
    for row in rows:
        table.writerow([row.bin, row.ward, row.distance_m, row.holdings, _("yes") if row.connected else _("no")])
    return sink.getvalue()


def _geojson(rows: list[Reachable]) -> str:
    features = [
        {
            "type": "Feature",
            "id": row.building_id,
            "geometry": json.loads(row.geojson),
            "properties": {
                "bin": row.bin,
                "ward": row.ward,
                "distance_m": float(row.distance_m),
                "holdings": row.holdings,
                "connected": row.connected,
            },
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
