"""Finds the named SQL statements of this app (holdings/sql/**)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_HOME = Path(__file__).resolve().parent / "sql"


@lru_cache(maxsize=None)
def statement(name: str) -> str:
    """The text of sql/<name>.sql; parameters are psycopg2's %(name)s."""
    return (_HOME / f"{name}.sql").read_text(encoding="utf-8")


def script(name: str) -> list[str]:
    """The statements of a file in which a line with ";" alone ends each."""
    return statement(name).split("\n;\n")
