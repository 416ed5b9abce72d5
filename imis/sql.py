"""Lets a migration run a named SQL file of its app, with the file that undoes it."""

from __future__ import annotations

from pathlib import Path

from django.db.migrations.operations import RunSQL


def run_file(migration: str, name: str) -> RunSQL:
    """`migrations.RunSQL` of `sql/<name>.sql` with its reverse `sql/<name>.reverse.sql`.

    `migration` is the migration's `__file__`; the `sql` folder stands beside its `migrations` folder.
    Raises FileNotFoundError when either file is missing: a migration that cannot be undone is refused.
    """
    folder = Path(migration).resolve().parent.parent / "sql"
    forward = (folder / f"{name}.sql").read_text(encoding="utf-8")
    reverse = (folder / f"{name}.reverse.sql").read_text(encoding="utf-8")
    return RunSQL(forward, reverse)
