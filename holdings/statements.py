"""Finds the named SQL statements of this app (holdings/sql/**)."""

from __future__ import annotations

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
    minute where a hash join takes a second; spatial joins still loop, having no other way. For the same reason the
    planner takes the rows for too few to share out among processors, unless sharing is said to cost nothing.
    """
    cursor.execute(
        "SET LOCAL enable_nestloop = off; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;"
        " SET LOCAL min_parallel_table_scan_size = '256kB'; SET LOCAL default_statistics_target = 10"
    )
    cursor.execute(
        "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class"
        " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'survey%'"
    )
    (tables,) = cursor.fetchone()
    if tables:
        cursor.execute(f"DROP TABLE {tables}")
