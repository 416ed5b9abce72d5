"""Places the rows of a file anew, when it truly is in another coordinate system than it said."""

from __future__ import annotations

import pyproj
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from holdings.intake.models import IntakeFile
from imis.errors import BadInput


def place_again(file: IntakeFile, srid: int) -> None:
    """Places the waiting rows as if the file's coordinates were in `srid`; raises BadInput for an impossible one.

    Rows that were placed are brought back to the coordinates of the file first.
    """
    try:
        there = pyproj.CRS.from_epsg(srid)
    except pyproj.exceptions.CRSError:
        raise BadInput(_("EPSG:%(srid)s is not a coordinate system.") % {"srid": srid}, field="srid") from None
    most_x, most_y = (180, 89) if there.is_geographic else (1e8, 1e8)
    facts = {"srid": srid, "storage": settings.STORAGE_SRID, "declared": file.srid, "file": file.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE holdings_intakerow r SET geom = CASE
                WHEN greatest(abs(ST_XMin(n.g)), abs(ST_XMax(n.g))) <= %(most_x)s
                    AND greatest(abs(ST_YMin(n.g)), abs(ST_YMax(n.g))) <= %(most_y)s
                THEN ST_Transform(ST_SetSRID(n.g, %(srid)s), %(storage)s) END
            FROM (
                SELECT id, coalesce(raw_geom, ST_Transform(geom, coalesce(%(declared)s, %(storage)s))) AS g
                FROM holdings_intakerow WHERE file_id = %(file)s
            ) n
            WHERE n.id = r.id AND NOT EXISTS (SELECT FROM holdings_intakeending e WHERE e.row_id = r.id)
            """,
            {**facts, "most_x": most_x, "most_y": most_y},
        )
