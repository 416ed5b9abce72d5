"""Assessing a city and issuing a quarter's bills, against a plain COPY of the same rows into the same tables.

The bill run writes bills, lines, ledger entries, ledger lines, hashes, the seal and the standings; the COPY writes
the very same rows, hashes ready made, through the same indexes, checks and foreign keys.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.databases import RowCopy, cloned
from benchmarks.harness import Result, alternated, result, seconds

SIZE, QUICK_SIZE = 100_000, 2_000
_AT = datetime(2026, 10, 4, 6, 0, tzinfo=timezone.utc)
# What was there before the quarter and is changed by it: who owes, and the counter of a ward that had a bill already.
_REWRITTEN = ("tax_standing", "imis_counter")


@dataclass
class _Bench:
    """A database state and the work measured on copies of it."""

    database: str
    rounds: int
    folder: Path

    def ratio(self, work: Callable[[], object], rewritten: tuple[str, ...] = ()) -> tuple[float, float]:
        """(ours ÷ COPY, our median seconds) of `work`, which adds rows and changes those of the tables `rewritten`."""
        rows = RowCopy(self.folder)
        with cloned(self.database) as name:
            mark = rows.mark(name)
            work()
            rows.take(name, mark, rewritten)

        def ours() -> float:
            with cloned(self.database):
                _warm()
                return seconds(work)

        def copied() -> float:
            with cloned(self.database) as name:
                return rows.copy_into(name)

        taken = alternated(self.rounds, ours=ours, copied=copied)
        return taken["ours"] / taken["copied"], taken["ours"]


def run(size: int = SIZE, quick: bool = False) -> list[Result]:
    """Both benchmarks at `size` holdings and the growth at ten times as many."""
    size = QUICK_SIZE if quick else size
    rounds = 3 if quick else 5
    with tempfile.TemporaryDirectory(prefix="imis-bench-bills-") as folder:
        results, small = _measured(size, rounds, Path(folder), name="", bounds=(3.0, 2.0))
        results.append(_in_arrears(size, rounds, Path(folder)))
        if quick:
            return results
        more, big = _measured(10 * size, 1, Path(folder), name=" at 10 ×", bounds=(3.0, 2.0))
        return [
            *results,
            *more,
            result("assessment: time at 10 × the holdings", big[0] / small[0], 11.0, "× time", 10 * size),
            result("quarter's bills: time at 10 × the holdings", big[1] / small[1], 11.0, "× time", 10 * size),
        ]


def _measured(
    size: int, rounds: int, folder: Path, *, name: str, bounds: tuple[float, float]
) -> tuple[list[Result], tuple[float, float]]:
    from django.db import connection

    base = str(connection.settings_dict["NAME"])
    with cloned(base) as database:
        users = _register(size)
        bench = _Bench(database, rounds, folder)
        assessed, assess_time = bench.ratio(lambda: _assess(users))
        _assess(users)
        _settled()
        billed, bill_time = bench.ratio(lambda: _issue(users))
    return [
        result(f"assessment with explanations{name}", assessed, bounds[0], "× COPY", size),
        result(f"quarter's bills with ledger and hashes{name}", billed, bounds[1], "× COPY", size),
    ], (assess_time, bill_time)


def _in_arrears(size: int, rounds: int, folder: Path) -> Result:
    """The first quarter of a year, when two quarters of the last one were billed and two thirds of the people paid."""
    from django.db import connection, transaction

    from demo.history import history_steps
    from demo.story import History

    with cloned(str(connection.settings_dict["NAME"])) as database:
        users = _register(size, facts=False)
        for _name, work in history_steps(History(size, date(2026, 7, 1), users, quarters=2), lambda _: None):
            with transaction.atomic():
                work()
            _settled()
        ratio, _ = _Bench(database, rounds, folder).ratio(lambda: _issue(users, quarter=1), _REWRITTEN)
    return result("quarter's bills with arrears", ratio, 2.0, "× COPY", size)


def _register(size: int, *, facts: bool = True) -> dict[str, Any]:
    from django.db import transaction

    from demo.accounts import ensure_accounts
    from demo.facts_of_tax import write_tax_facts
    from demo.plan import plan
    from demo.register import load_register

    users = ensure_accounts(at=_AT)
    with transaction.atomic():
        load_register(plan(size), lambda _: None)
        if facts:
            write_tax_facts(users, date(2021, 7, 1))
    _settled()
    return users


def _settled() -> None:
    """Statistics and visibility as they are on a database that has lived for a day."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _warm() -> None:
    """Opens the connection and loads the catalogue outside the measured time."""
    from django.db import connection

    from tax.models import RuleSet

    connection.ensure_connection()
    list(RuleSet.objects.all())


def _wards() -> list[int]:
    from demo.story import built_up_wards

    return built_up_wards()


def _assess(users: dict[str, Any]) -> None:
    from tax.models import RuleSet
    from tax.services.assessments import assess_ward

    rule_set = RuleSet.objects.get(code="kcc-2026")
    assess_ward(ward=_wards(), rule_set=rule_set, valid_from=date(2026, 7, 1), by=users["assessor"], at=_AT)


def _issue(users: dict[str, Any], quarter: int = 2) -> None:
    from tax.services import issue_bills

    at = datetime(2026, 3 * quarter + 4, 5, 6, 0, tzinfo=timezone.utc)
    issue_bills(
        ward=_wards(),
        fiscal_year=2026,
        quarter=quarter,
        issued_on=at.date(),
        due_on=date(2026, 9, 30) if quarter == 1 else date(2026, 12, 31),
        by=users["collection_officer"],
        at=at,
    )
