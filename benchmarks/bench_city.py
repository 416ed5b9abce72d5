"""Loading the demo city, geometry and five years of books included, against a plain COPY of all its rows."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from benchmarks.databases import RowCopy, cloned
from benchmarks.harness import Result, alternated, result, seconds

SIZE, QUICK_SIZE = 3_000, 300
_TODAY = date(2026, 11, 22)


def run(size: int = SIZE, quick: bool = False) -> list[Result]:
    """The ratio at `size` holdings, and once at ten times as many."""
    size = QUICK_SIZE if quick else size
    ratio, small = _measured(size, 3 if quick else 5)
    results = [result("demo city", ratio, 6.0, "× COPY", size)]
    if not quick:
        more, big = _measured(10 * size, 1)
        results.append(result("demo city at 10 ×", more, 6.0, "× COPY", 10 * size))
        results.append(result("demo city: time at 10 × the holdings", big / small, 11.0, "× time", 10 * size))
    return results


def _measured(size: int, rounds: int) -> tuple[float, float]:
    from django.db import connection

    base = str(connection.settings_dict["NAME"])
    with tempfile.TemporaryDirectory(prefix="imis-bench-city-") as folder:
        rows = RowCopy(Path(folder))
        with cloned(base) as name:
            mark = rows.mark(name)
            _load(size)
            rows.take(name, mark)

        def ours() -> float:
            with cloned(base):
                return seconds(lambda: _load(size))

        def copied() -> float:
            with cloned(base) as name:
                return rows.copy_into(name)

        taken = alternated(rounds, ours=ours, copied=copied)
    return taken["ours"] / taken["copied"], taken["ours"]


def _load(size: int) -> None:
    from demo.city import load_city

    load_city(holdings=size, today=_TODAY, progress=lambda _: None)
