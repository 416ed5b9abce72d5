"""Finds the named SQL statements of this app (holdings/sql/**)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_HOME = Path(__file__).resolve().parent / "sql"


@cache
def statement(name: str) -> str:
    """The text of sql/<name>.sql; parameters are psycopg2's %(name)s."""
    return (_HOME / f"{name}.sql").read_text(encoding="utf-8")


def script(name: str) -> list[str]:
    """The statements of a file in which a line with ";" alone ends each."""
    return statement(name).split("\n;\n")


def begin_bulk_work(cursor: Any) -> None:
    """Prepares the transaction for set-based work on rows that were written a moment ago.

    Temporary survey_… tables of an earlier step are dropped, so that two steps may share one transaction. Rows just
    staged have no statistics yet (only the tables' owner may ANALYZE), and a loop over them inside a loop took a
    minute where a hash join takes a second; spatial joins still loop, having no other way.
    """
    cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL default_statistics_target = 10")
    cursor.execute(
        "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class"
        " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'survey%'"
    )
    (tables,) = cursor.fetchone()
    if tables:
        cursor.execute(f"DROP TABLE {tables}")


def wait_for_surveys(cursor: Any, *, alone: bool) -> None:
    """Waits until no survey is being applied; `alone` also until none is being checked, and keeps others waiting.

    Two files applied at once could both find a door free, and a check beside an application would match against a
    register that is gone a moment later. The lock ends with the transaction.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    cursor.execute(f"SELECT {lock}(hashtextextended('survey_apply', 0))")


@contextmanager
def shared_out(cursor: Any) -> Iterator[None]:
    """Lets all processors take part in the statements within, where PostgreSQL allows it.

    Rows that have no statistics yet would be taken for too few to share out.
    """
    settings = {"parallel_setup_cost": "0", "parallel_tuple_cost": "0", "min_parallel_table_scan_size": "'256kB'"}
    cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
    yield
    cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))
