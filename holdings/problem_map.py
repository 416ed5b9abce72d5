"""Where the problem rows of a file stand: the map of surveys and of other files brought in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

MAP_AT_MOST = 2000


@dataclass(frozen=True)
class ProblemTables:
    """The tables of rows and of their problems, and the SQL of a row's geometry in storage SRID (alias r)."""

    rows: str
    problems: str
    geometry: str = "r.geom"


def problem_features(tables: ProblemTables, file: int, code: str = "") -> dict[str, Any]:
    """GeoJSON (EPSG:4326) of up to 2,000 rows with a problem, those stopped first, with row number and codes."""
    kind = "AND p.code = %(code)s" if code else ""
    sql = f"""
        SELECT r.number, ST_AsGeoJSON(ST_Transform({tables.geometry}, 4326), 7), codes, blocking
        FROM (
            SELECT p.row_id, array_agg(DISTINCT p.code) AS codes, bool_or(p.blocking) AS blocking
            FROM {tables.problems} p JOIN {tables.rows} w ON w.id = p.row_id
            WHERE w.file_id = %(file)s {kind} GROUP BY 1
        ) found
        JOIN {tables.rows} r ON r.id = found.row_id
        WHERE r.geom IS NOT NULL AND abs(ST_YMax(r.geom)) < 2e7
        ORDER BY blocking DESC, r.number LIMIT %(most)s
    """  # noqa: S608 (names are constants of this project)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"file": file, "code": code, "most": MAP_AT_MOST})
        rows = cursor.fetchall()
    features = [
        {
            "type": "Feature",
            "id": number,
            "geometry": json.loads(shape),
            "properties": {"row": number, "codes": codes, "blocking": blocking},
        }
        for number, shape, codes, blocking in rows
    ]
    return {"type": "FeatureCollection", "features": features}
