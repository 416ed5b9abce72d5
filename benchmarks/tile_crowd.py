"""Many at once: how many tiles a second come out of a side when several clients ask it all the time.

Each client is a process with a connection of its own, so that no client waits for another's interpreter.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from time import perf_counter
from typing import Any

Place = tuple[int, int, int]
Fetch = Callable[[int, int, int], bytes]
# Opens a client's own connection, which ends with the stack.
Opened = Callable[[ExitStack], Fetch]
CLIENTS = 8
_PATIENCE = 120.0


def crowd_ratio(above: Opened, below: Opened, tiles: list[Place], rounds: int) -> float:
    """The median over the rounds of seconds a tile of one side against the other, which take turns."""
    ratios = []
    for turn in range(rounds):
        order = [above, below] if turn % 2 else [below, above]
        taken = {side: _seconds(side, tiles) for side in order}
        ratios.append(taken[above] / taken[below])
    return median(ratios)


def _seconds(opened: Opened, tiles: list[Place]) -> float:
    """Wall-clock seconds until every client has had every tile, after each was asked once to warm up."""
    fork = multiprocessing.get_context("fork")
    line = fork.Barrier(CLIENTS + 1, timeout=_PATIENCE)
    clients = [fork.Process(target=_client, args=(opened, tiles, place, line)) for place in range(CLIENTS)]
    for client in clients:
        client.start()
    line.wait()
    start = perf_counter()
    line.wait()
    taken = perf_counter() - start
    for client in clients:
        client.join()
    return taken


def _client(opened: Opened, tiles: list[Place], place: int, line: Any) -> None:
    """Asks for all tiles, beginning elsewhere than the others do."""
    first = place * len(tiles) // CLIENTS
    with ExitStack() as stack:
        fetch = opened(stack)
        for tile in tiles:
            fetch(*tile)
        line.wait()
        for tile in tiles[first:] + tiles[:first]:
            fetch(*tile)
        line.wait()
