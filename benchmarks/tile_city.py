"""A generated city for tile benchmarks: turned footprints in blocks, about 2,400 a square kilometre, far out at sea.

Far out, so that no other rows mix in. Tiles to ask for are spread evenly from the fullest to the emptiest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.databases import cloned, connect

Tiles = list[tuple[int, int, int]]
WEST, SOUTH = 9_700_000.0, 2_000_000.0


def busy_tiles(name: str, z: int, most: int = 60) -> Tiles:
    """Tiles spread evenly over those that hold buildings, from the fullest to the emptiest."""
    from layers.tiles import HALF_WORLD

    side = 2 * HALF_WORLD / 2**z
    with connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(
            """SELECT floor((ST_X(point) + %s) / %s)::int, floor((%s - ST_Y(point)) / %s)::int, count(*)
               FROM holdings_building WHERE bin LIKE 'bench-%%' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
            [HALF_WORLD, side, HALF_WORLD, side],
        )
        rows = cursor.fetchall()
    step = max(1, len(rows) // most)
    return [(z, x, y) for x, y, _count in rows[::step]][:most]


@contextmanager
def tile_city(size: int) -> Iterator[str]:
    """A copy of the benchmark's database with a generated city, its views and sums; Django works in it meanwhile."""
    base = os.environ["IMIS_DB_NAME"]
    with cloned(base, f"of_{size}") as name:
        os.environ["IMIS_DB_NAME"] = name
        try:
            _build(size)
            yield name
        finally:
            os.environ["IMIS_DB_NAME"] = base


def _build(size: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from layers.database import rebuild_views
    from layers.services import refresh_summaries

    facts: dict[str, Any] = {"n": size, "west": WEST, "south": SOUTH, "across": max(1, round(size**0.5))}
    with connection.cursor() as cursor:
        cursor.execute(_WARD, facts)
        cursor.execute(_BUILDINGS, facts)
        # As a city is a minute later, when autovacuum has been there: or it would come in the middle of the measuring.
        cursor.execute("VACUUM ANALYZE")
    refresh_summaries(by=None, at=timezone.localtime())
    rebuild_views()


_WARD = """
    INSERT INTO holdings_ward (number, name_bn, name_en, zone, geom)
    VALUES (99, '৯৯', '99', 1, ST_Multi(ST_ForcePolygonCW(ST_MakeEnvelope(
        %(west)s - 50, %(south)s - 50, %(west)s + 22.0 * %(across)s + 50, %(south)s + 22.0 * %(across)s + 50, 3857))))
"""
# A house every 22 m on the map, its size, turn and shape (a third are L-shaped) told by a hash of its number.
_BUILDINGS = """
    INSERT INTO holdings_building (bin, ward_id, geom, point, area_m2, storeys, structure, use)
    SELECT 'bench-' || i, 99, geom, ST_PointOnSurface(geom), round(ST_Area(geom)::numeric, 2), 1 + h %% 6,
           (array['pucca', 'semi_pucca', 'tin_shed', 'katcha'])[1 + h / 7 %% 4], 'residential'
    FROM (
        SELECT i, h, ST_Multi(ST_ForcePolygonCW(ST_SetSRID(ST_Rotate(
            CASE WHEN h %% 3 = 0 THEN ST_Difference(ST_MakeEnvelope(x, y, x + w, y + d),
                                                    ST_MakeEnvelope(x + w / 2, y + d / 2, x + w + 1, y + d + 1))
                 ELSE ST_MakeEnvelope(x, y, x + w, y + d) END,
            h %% 90 / 57.3, x + 8, y + 8), 3857))) AS geom
        FROM (
            SELECT i, h, %(west)s + 22.0 * (i %% %(across)s) AS x, %(south)s + 22.0 * (i / %(across)s) AS y,
                   8 + h %% 9 AS w, 7 + h / 11 %% 8 AS d
            FROM (SELECT i, abs(hashint4(i)) / 4 AS h FROM generate_series(0, %(n)s - 1) AS i) numbered
        ) placed
    ) drawn
    ORDER BY geom
"""
