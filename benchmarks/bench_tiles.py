"""Building tiles: through Django against the bare SQL, and ahead of tipg and MapServer on the same tiles.

The city is generated: turned footprints in blocks, about 2,400 a square kilometre, far out at sea so that no other
rows mix in. Bare SQL is the statement of the same tile on a plain connection, without the version and the limits that
the server adds. All servers are single processes, asked over one kept connection, uncompressed, uncached.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from benchmarks import tile_servers
from benchmarks.databases import cloned, connect
from benchmarks.harness import Result, alternated, result

Tiles = list[tuple[int, int, int]]
Fetch = Callable[[int, int, int], bytes]
WEST, SOUTH = 9_700_000.0, 2_000_000.0
_ZOOMS = (14, 15, 16, 17, 18)
_TILES_A_ZOOM = 30


def run(size: int = 100_000, quick: bool = False) -> list[Result]:
    """Ratios at zoom 16 and over zooms 14-18, the distance to tipg and MapServer, low zooms, and ten times the size."""
    size = min(size, 20_000) if quick else size
    rounds = 3 if quick else 7
    with _city(size) as name:
        tiles = {z: _busy_tiles(name, z) for z in _ZOOMS}
        found = [*_against_sql(name, tiles, rounds, size), *_against_others(tiles[16], rounds, size), _low(name, size)]
        small = _sql_seconds(name, tiles[16])
    if not quick:
        with _city(size * 10) as name:
            large = _sql_seconds(name, _busy_tiles(name, 16))
        found.append(result("tile z16: 10 × the buildings", large / small, 1.3, "× the time", size * 10))
    return found


def _against_sql(name: str, tiles: dict[int, Tiles], rounds: int, size: int) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="imis-bench-tiles-") as folder, _bare(name) as sql:
        with tile_servers.django(Path(folder)) as port:
            ours = tile_servers.Http(port, "/map/tiles/buildings/{z}/{x}/{y}.mvt").tile
            every = [tile for z in _ZOOMS for tile in tiles[z]]
            for place in every:
                if ours(*place) != sql(*place):
                    raise RuntimeError(f"the tile {place} differs from its SQL")
            found = []
            for label, chosen in (("tile z16", tiles[16]), ("tiles z14-z18", every)):
                times = _medians(rounds, chosen, django=ours, sql=sql)
                found.append(result(f"{label}: Django", times["django"] / times["sql"], 1.3, "× bare SQL", size))
            return found


def _against_others(tiles: Tiles, rounds: int, size: int) -> list[Result]:
    """At least 1: how many times as long the other takes for the same tiles."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imis-bench-tiles-")))
        port = stack.enter_context(tile_servers.django(folder))
        sides: dict[str, Fetch] = {"django": tile_servers.Http(port, "/map/tiles/buildings/{z}/{x}/{y}.mvt").tile}
        for name, server in (("tipg", tile_servers.tipg), ("MapServer", tile_servers.mapserver)):
            try:
                sides[name] = stack.enter_context(server(folder))
            except RuntimeError as failure:
                print(f"tiles: {name} skipped: {failure}", file=sys.stderr)
        _check_same(tiles, sides)
        times = _medians(rounds, tiles, **sides)
    return [
        result(f"tile z16: {name} against Django", times[name] / times["django"], 1, "× Django", size, at_least=True)
        for name in sides
        if name != "django"
    ]


def _check_same(tiles: Tiles, sides: dict[str, Fetch]) -> None:
    """Raises RuntimeError unless all draw the same features, up to those of the margin, which MapServer leaves out."""
    import mapbox_vector_tile

    for place in tiles[:5]:
        counts = {
            name: sum(len(part["features"]) for part in mapbox_vector_tile.decode(fetch(*place)).values())
            for name, fetch in sides.items()
        }
        if min(counts.values()) < 0.85 * max(counts.values()):
            raise RuntimeError(f"the servers draw different tiles at {place}: {counts}")


def _low(name: str, size: int) -> Result:
    """The 99th percentile of the database's time for tiles below zoom 14, as a share of 20 ms."""
    places = [place for z in range(8, 14) for place in _busy_tiles(name, z)]
    with _bare(name) as sql:
        times = [_once(sql, place) for place in places * 5]
    return result("tiles z8-z13: p99 in the database", quantiles(times, n=100)[98] / 0.02, 1, "× 20 ms", size)


def _once(fetch: Fetch, place: tuple[int, int, int]) -> float:
    start = perf_counter()
    fetch(*place)
    return perf_counter() - start


def _medians(rounds: int, tiles: Tiles, **sides: Fetch) -> dict[str, float]:
    def all_tiles(fetch: Fetch) -> Callable[[], float]:
        return lambda: sum(_once(fetch, place) for place in tiles)

    return alternated(rounds, **{name: all_tiles(fetch) for name, fetch in sides.items()})


def _sql_seconds(name: str, tiles: Tiles) -> float:
    with _bare(name) as sql:
        return _medians(5, tiles, sql=sql)["sql"]


@contextmanager
def _bare(name: str) -> Iterator[Fetch]:
    """The tile's own SQL on a plain connection of the same driver."""
    from layers.catalogue import BUILDINGS_LAYER
    from layers.tiles import box_of, parameters, statement

    undated = replace(BUILDINGS_LAYER, sources=())
    connection = connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")

        def fetch(z: int, x: int, y: int) -> bytes:
            band = undated.band_at(z)
            assert band is not None
            cursor.execute(statement(undated, band, False), parameters(box_of(z, x, y), None, 2026))
            return bytes(cursor.fetchone()[0])

        yield fetch
    connection.close()


def _busy_tiles(name: str, z: int) -> Tiles:
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
    step = max(1, len(rows) // _TILES_A_ZOOM)
    return [(z, x, y) for x, y, _count in rows[::step]][:_TILES_A_ZOOM]


@contextmanager
def _city(size: int) -> Iterator[str]:
    """A copy of the benchmark's database with a generated city, its views and sums; Django works in it meanwhile."""
    base = os.environ["IMIS_DB_NAME"]
    with cloned(base) as name:
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
        cursor.execute("ANALYZE")
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
