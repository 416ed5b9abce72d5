"""What every benchmark needs: a database of its own, alternated sides, medians, and the table of results.

A benchmark is a module `bench_<name>.py` with `run(size=..., quick=False) -> list[dict]`; it knows its own size and
makes it smaller when quick. Each dict has name, ratio, bound, unit and n. The bound is the most a ratio may be, or the
least if `at_least` is true. Absolute times are never compared across runs: the machine may be shared and noisy.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

Result = dict[str, Any]
HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"


def benchmark_names() -> list[str]:
    """All benchmarks, in alphabetical order."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds that `work` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def alternated(rounds: int, **sides: Callable[[], float]) -> dict[str, float]:
    """The median seconds of each side; in every round each side runs once, in turn from the left and the right."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds):
        order = list(sides) if turn % 2 == 0 else list(reversed(sides))
        for name in order:
            times[name].append(sides[name]())
    return {name: median(taken) for name, taken in times.items()}


def result(name: str, ratio: float, bound: float, unit: str, n: int, *, at_least: bool = False) -> Result:
    """One line of the table."""
    return {"name": name, "ratio": round(ratio, 3), "bound": bound, "unit": unit, "n": n, "at_least": at_least}


def run_all(names: Iterable[str], *, quick: bool) -> list[Result]:
    """Runs benchmarks one after the other; each stamps its own time."""
    results: list[Result] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        results += stamped(importlib.import_module(f"benchmarks.bench_{name}").run(quick=quick))
    return results


def stamped(found: Iterable[Result]) -> list[Result]:
    """Results with the verdict, the moment and the commit."""
    stamp = {"at": datetime.now(timezone.utc).isoformat(timespec="seconds"), "commit": _commit()}
    return [{**one, "ok": _ok(one), **stamp} for one in found]


def _ok(one: Result) -> bool:
    return bool(one["ratio"] >= one["bound"] if one.get("at_least") else one["ratio"] <= one["bound"])


def _commit() -> str:
    asked = subprocess.run(
        ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def print_table(results: list[Result]) -> None:
    """The results as a person reads them."""
    print(f"{'benchmark':<58} {'ratio':>9} {'bound':>9}  {'n':>9}  unit")
    for one in results:
        sign = "≥" if one.get("at_least") else "≤"
        mark = "" if one["ok"] else "  MISSED"
        print(f"{one['name']:<58} {one['ratio']:>9.3f} {sign}{one['bound']:>8}  {one['n']:>9,}  {one['unit']}{mark}")


def write_results(results: list[Result]) -> None:
    """Replaces the results of the benchmarks that ran and keeps those of the others."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    names = {one["name"] for one in results}
    keys = ("name", "ratio", "bound", "unit", "n", "at", "commit")
    rows = [one for one in kept if one["name"] not in names] + [{k: one[k] for k in keys} for one in results]
    RESULTS.write_text(json.dumps(sorted(rows, key=lambda one: one["name"]), indent=1) + "\n", encoding="utf-8")
