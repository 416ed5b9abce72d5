"""Finds the named SQL statements of this app (fsm/sql/)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HOME = Path(__file__).resolve().parent / "sql"


@cache
def statement(name: str) -> str:
    """The text of sql/<name>.sql; parameters are psycopg2's %(name)s."""
    return (_HOME / f"{name}.sql").read_text(encoding="utf-8")
