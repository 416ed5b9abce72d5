"""The general SQL of an intake, and the temporary tables it works in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

_HOME = Path(__file__).resolve().parent / "sql"


@cache
def statement(name: str) -> str:
    """The text of sql/<name>.sql; parameters are psycopg2's %(name)s."""
    return (_HOME / f"{name}.sql").read_text(encoding="utf-8")


def parts(script: str) -> Iterator[str]:
    """The statements of a script in which a line with ";" alone ends each."""
    return (part for part in script.split("\n;\n") if part.strip())


def begin(cursor: Any) -> None:
    """Drops the temporary intake_… tables of an earlier step, so that two steps may share one transaction."""
    cursor.execute(
        "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class"
        " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname LIKE 'intake%'"
    )
    (tables,) = cursor.fetchone()
    if tables:
        cursor.execute(f"DROP TABLE {tables}")


def copy_in(cursor: Any, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Creates a temporary table and COPYs the rows into it."""
    cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
    lines = ("\t".join(map(_cell, row)) for row in rows)
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("\n".join(lines)))
    cursor.execute(f"ANALYZE {table}")


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
