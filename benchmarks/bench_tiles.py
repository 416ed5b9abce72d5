"""Building tiles: through Django against the bare SQL, and ahead of tipg and MapServer on the same tiles.

Bare SQL is the statement of the same tile as text, on a plain connection of the same driver, without the version and
the limits that the server adds; PostgreSQL plans it for each tile. Django runs the same statement prepared
(layers.plans), which spares it the planning: so the ratio to the bare statement prepared in the same way is printed
beside it. All servers are single processes, asked over one kept connection to their socket, uncompressed, uncached;
ours is the deployed one in all but the number of its processes. Each tile is asked of every side in turn, so that the
sides share the machine's moods. Then eight clients ask the server as it is deployed (two processes of four threads)
and the database all the time: what one tile costs when the processors never sleep.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from benchmarks import tile_servers
from benchmarks.databases import connect
from benchmarks.harness import Result, result
from benchmarks.tile_city import Tiles, busy_tiles, tile_city
from benchmarks.tile_crowd import CLIENTS, crowd_ratio

Fetch = Callable[[int, int, int], bytes]
_ZOOMS = (14, 15, 16, 17, 18)
_OURS = "/map/tiles/buildings/{z}/{x}/{y}.mvt"


def run(size: int = 100_000, quick: bool = False) -> list[Result]:
    """Ratios at zoom 16 and over zooms 14-18, the distance to tipg and MapServer, low zooms, and ten times the size."""
    size = min(size, 20_000) if quick else size
    rounds = 3 if quick else 9
    with tile_city(size) as name:
        tiles = {z: busy_tiles(name, z) for z in _ZOOMS}
        found = [
            *_against_sql(name, tiles, rounds, size, starts=1 if quick else 7),
            _in_a_crowd(name, tiles[16], rounds, size),
            *_against_others(tiles[16], rounds, size),
            _low(name, size),
        ]
    return found if quick else [*found, _ten_times(size, rounds)]


def _ten_times(size: int, rounds: int) -> Result:
    """How much longer the bare SQL of a tile of zoom 16 takes in a city ten times as large, both asked in turn."""
    with tile_city(size) as small, _bare(small) as in_small:
        few = busy_tiles(small, 16)
        with _with_large(size * 10) as (in_large, many):
            pairs = list(zip(few, many, strict=False))
            ratios = []
            for _round in range(rounds + 1):
                taken = [(_once(in_small, here), _once(in_large, there)) for here, there in pairs]
                ratios.append(sum(large for _small, large in taken) / sum(small for small, _large in taken))
    return result("tile z16: 10 × the buildings", median(ratios[1:]), 1.3, "× the time", size * 10)


@contextmanager
def _with_large(size: int) -> Iterator[tuple[Fetch, Tiles]]:
    base = os.environ["IMIS_DB_NAME"]
    os.environ["IMIS_DB_NAME"] = base.rsplit("_of_", 1)[0]
    try:
        with tile_city(size) as name, _bare(name) as fetch:
            yield fetch, busy_tiles(name, 16)
    finally:
        os.environ["IMIS_DB_NAME"] = base


def _against_sql(name: str, tiles: dict[int, Tiles], rounds: int, size: int, starts: int) -> list[Result]:
    """All sides are started several times: which processor the kernel gives to whom decides about a tenth of a tile."""
    times: dict[int, Rounds] = {z: {} for z in _ZOOMS}
    for _start in range(starts):
        for z, taken in _started(name, tiles, rounds).items():
            for side, seconds in taken.items():
                times[z].setdefault(side, []).extend(seconds)
    _tell(tiles, times)
    return [
        result(f"{label}: Django", _ratio([times[z] for z in zooms], "django", "sql"), 1.3, "× bare SQL", size)
        for label, zooms in (("tile z16", (16,)), ("tiles z14-z18", _ZOOMS))
    ]


def _started(name: str, tiles: dict[int, Tiles], rounds: int) -> dict[int, Rounds]:
    """Starts the sides, sees that all draw the same, and times them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imis-bench-tiles-")))
        sides = {"sql": stack.enter_context(_bare(name)), "prepared": stack.enter_context(_prepared(name))}
        sides["django"] = tile_servers.Http(stack.enter_context(tile_servers.django(folder)).socket, _OURS).tile
        for place in [tile for z in _ZOOMS for tile in tiles[z]]:
            drawn = {side: _content(fetch(*place)) for side, fetch in sides.items()}
            if not drawn["sql"] == drawn["prepared"] == drawn["django"]:
                raise RuntimeError(f"the tile {place} differs from its SQL")
        return {z: _each_tile(rounds, tiles[z], sides) for z in _ZOOMS}


def _in_a_crowd(name: str, tiles: Tiles, rounds: int, size: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="imis-bench-tiles-") as folder:
        with tile_servers.django(Path(folder), workers=2) as doors:
            ratio = crowd_ratio(
                lambda _stack: tile_servers.Http(doors.socket, _OURS).tile,
                lambda stack: stack.enter_context(_bare(name)),
                tiles * 2,
                rounds,
            )
    return result(f"tile z16, {CLIENTS} clients: Django", ratio, 1.3, "× bare SQL", size)


def _content(tile: bytes) -> Any:
    """What a tile says, whatever the order of its features: another plan may find them in another order."""
    import mapbox_vector_tile

    parts = mapbox_vector_tile.decode(tile)
    return {name: {each["id"]: each for each in part.pop("features")} | part for name, part in parts.items()}


def _tell(tiles: dict[int, Tiles], times: dict[int, Rounds]) -> None:
    """Prints each zoom's milliseconds and, as information, the ratio to the prepared statement."""
    for z, taken in times.items():
        means = {side: median(rounds) / len(tiles[z]) * 1000 for side, rounds in taken.items()}
        written = ", ".join(f"{side} {mean:.2f} ms" for side, mean in means.items())
        print(f"tiles: z{z}, {len(tiles[z])} tiles: {written} a tile", file=sys.stderr)
    for label, zooms in (("z16", (16,)), ("z14-z18", _ZOOMS)):
        ratio = _ratio([times[z] for z in zooms], "django", "prepared")
        print(f"tiles: {label}: Django {ratio:.2f} × the same SQL prepared (no bound)", file=sys.stderr)


def _against_others(tiles: Tiles, rounds: int, size: int) -> list[Result]:
    """At least 1: how many times as long the other takes for the same tiles."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imis-bench-tiles-")))
        doors = stack.enter_context(tile_servers.django(folder))
        sides: dict[str, Fetch] = {"django": tile_servers.Http(doors.socket, _OURS).tile}
        for name, server in (("tipg", tile_servers.tipg), ("MapServer", tile_servers.mapserver)):
            try:
                sides[name] = stack.enter_context(server(folder))
            except RuntimeError as failure:
                print(f"tiles: {name} skipped: {failure}", file=sys.stderr)
        _check_same(tiles, sides)
        times = _each_tile(rounds, tiles, sides)
    return [
        result(f"tile z16: {name} against Django", _ratio([times], name, "django"), 1, "× Django", size, at_least=True)
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
    places = [place for z in range(8, 14) for place in busy_tiles(name, z)]
    with _bare(name) as sql:
        times = [_once(sql, place) for place in places * 5]
    return result("tiles z8-z13: p99 in the database", quantiles(times, n=100)[98] / 0.02, 1, "× 20 ms", size)


def _once(fetch: Fetch, place: tuple[int, int, int]) -> float:
    start = perf_counter()
    fetch(*place)
    return perf_counter() - start


Rounds = dict[str, list[float]]


def _each_tile(rounds: int, tiles: Tiles, sides: dict[str, Fetch]) -> Rounds:
    """The seconds of each side in each round, after one round to warm up; who begins changes from tile to tile."""
    taken: Rounds = {name: [] for name in sides}
    names = list(sides)
    for _round in range(rounds + 1):
        sums = dict.fromkeys(names, 0.0)
        for turn, place in enumerate(tiles):
            for at in range(len(names)):
                name = names[(turn + at) % len(names)]
                sums[name] += _once(sides[name], place)
        for name, total in sums.items():
            taken[name].append(total)
    return {name: each[1:] for name, each in taken.items()}


def _ratio(parts: list[Rounds], above: str, below: str) -> float:
    """The median over the rounds of the ratio of two sides' seconds, summed over some parts."""
    pairs = [
        (sum(part[above][turn] for part in parts), sum(part[below][turn] for part in parts))
        for turn in range(len(parts[0][above]))
    ]
    return median(one / other for one, other in pairs)


@contextmanager
def _bare(name: str) -> Iterator[Fetch]:
    """The tile's own SQL as text on a plain connection of the same driver."""
    from layers.tiles import box_of, parameters, statement

    with _plain(name) as (cursor, layer):

        def fetch(z: int, x: int, y: int) -> bytes:
            band = layer.band_at(z)
            assert band is not None
            cursor.execute(statement(layer, band, False), parameters(box_of(z, x, y), None, 2026))
            return bytes(cursor.fetchone()[0])

        yield fetch


@contextmanager
def _prepared(name: str) -> Iterator[Fetch]:
    """The same, planned once: the least that a tile can cost, for information."""
    from layers.plans import plan
    from layers.tiles import TYPES, box_of, parameters, statement

    with _plain(name) as (cursor, layer):
        plans = {band.name: plan(band.name, statement(layer, band, False), TYPES) for band in layer.bands}
        for each in plans.values():
            cursor.execute(each.prepare)

        def fetch(z: int, x: int, y: int) -> bytes:
            band = layer.band_at(z)
            assert band is not None
            cursor.execute(plans[band.name].execute, parameters(box_of(z, x, y), None, 2026))
            return bytes(cursor.fetchone()[0])

        yield fetch


@contextmanager
def _plain(name: str) -> Iterator[Any]:
    """A cursor of a plain connection without parallel plans, and the layer without its version."""
    from layers.catalogue import BUILDINGS_LAYER

    connection = connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        yield cursor, replace(BUILDINGS_LAYER, sources=())
    connection.close()
