"""Loading the demo city, geometry and five years of books included, against a plain COPY of all its rows.

The city has its real size, 77,000 holdings with 100,000 buildings: eighteen million rows, some 9 GB. That takes minutes
a side, so one load and one COPY stand for it; a tenth of it, measured again and again with the sides alternated, says
how the time grows. It needs 30 GB of disk.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.databases import RowCopy, cloned
from benchmarks.harness import Result, result, seconds

SIZE, QUICK_SIZE = 77_000, 3_000
_TODAY = date(2026, 11, 22)
_BOUND = 6.0


def run(size: int = SIZE, quick: bool = False) -> list[Result]:
    """The ratio at `size` holdings and at a tenth of them, and how much longer the ten times as many take."""
    if quick:
        ratio, _ = _measured(QUICK_SIZE, 1)
        return [result("demo city", ratio, _BOUND, "× COPY", QUICK_SIZE)]
    small_ratio, small = _measured(size // 10, 3)
    ratio, whole = _measured(size, 1)
    return [
        result("demo city", ratio, _BOUND, "× COPY", size),
        result("demo city: a tenth of it", small_ratio, _BOUND, "× COPY", size // 10),
        result("demo city: time at 10 × the holdings", whole / small, 11.0, "× time", size),
    ]


def _measured(size: int, rounds: int) -> tuple[float, float]:
    """(ours ÷ COPY, our seconds), medians of `rounds`; the load that makes the rows is the first of them."""
    from django.db import connection

    base = str(connection.settings_dict["NAME"])
    with tempfile.TemporaryDirectory(prefix="imis-bench-city-") as folder:
        rows = RowCopy(Path(folder))

        def ours() -> float:
            with cloned(base):
                return seconds(lambda: _load(size))

        def copied() -> float:
            with cloned(base) as name:
                return rows.copy_into(name)

        with cloned(base) as name:
            mark = rows.mark(name)
            loads = [seconds(lambda: _load(size))]
            rows.take(name, mark)
        copies = [copied()]
        for turn in range(1, rounds):
            # The side that came last goes first.
            if turn % 2:
                copies.append(copied())
                loads.append(ours())
            else:
                loads.append(ours())
                copies.append(copied())
    return median(loads) / median(copies), median(loads)


def _load(size: int) -> None:
    from demo.city import load_city

    load_city(holdings=size, today=_TODAY, progress=lambda _: None)
