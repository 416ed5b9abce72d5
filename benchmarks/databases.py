"""Databases made for a benchmark and dropped after it; the demo's own is never touched.

`own_database` makes an empty, migrated one and points Django at it. `cloned` copies the present state as files, so
that every round of every side begins with the same rows in the same pages. `RowCopy` is the yardstick: a plain COPY
of the rows that a piece of work added, into the same tables with the same indexes, checks and foreign keys.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.sql import SQL, Identifier

from benchmarks.harness import seconds


@contextmanager
def own_database() -> Iterator[str]:
    """Makes imis_bench_<pid> with all migrations, points Django at it, and drops it at the end, come what may."""
    name = f"imis_bench_{os.getpid()}"
    os.environ["IMIS_DB_NAME"] = name
    os.environ["IMIS_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imis.settings")
    with tempfile.TemporaryDirectory(prefix="imis-bench-") as folder:
        os.environ["IMIS_LOCAL_DIR"] = folder
        _command(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            _migrate()
            yield name
        finally:
            _leave()
            _drop(name)


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _leave() -> None:
    with suppress(Exception):  # Django may not have been set up
        from django.db import connections

        connections.close_all()


@contextmanager
def cloned(name: str) -> Iterator[str]:
    """A copy of database `name` that Django works in meanwhile; dropped at the end."""
    from django.db import connection

    copy = f"{name}_copy"
    before = connection.settings_dict["NAME"]
    connection.close()
    _drop(copy)
    _command(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(copy), Identifier(name)))
    with suppress(psycopg2.errors.InsufficientPrivilege):
        _command(SQL("CHECKPOINT"))
    connection.settings_dict["NAME"] = copy
    try:
        yield copy
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        _drop(copy)


def connect(name: str) -> Any:
    """A plain connection to a database of the cluster that the environment names."""
    return psycopg2.connect(
        host=os.environ.get("IMIS_DB_HOST") or None,
        port=os.environ.get("IMIS_DB_PORT") or None,
        user=os.environ.get("IMIS_DB_USER") or None,
        dbname=name,
    )


def _command(statement: Any) -> None:
    connection = connect("postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def _drop(name: str) -> None:
    _command(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


class RowCopy:
    """The rows that some work added to `tables` (parents before children), kept as COPY files."""

    def __init__(self, tables: Sequence[str], folder: Path) -> None:
        self.tables, self.folder, self.rows = tuple(tables), folder, 0

    def marks(self, name: str) -> dict[str, int]:
        """The present transaction of database `name`, to tell later rows from earlier ones."""
        with connect(name) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            return {"xid": cursor.fetchone()[0]}

    def take(self, name: str, marks: dict[str, int]) -> None:
        """Writes the rows added since `marks` to files, in the order in which they lie in the table."""
        self.rows = 0
        with connect(name) as connection, connection.cursor() as cursor:
            for table in self.tables:
                new = SQL("COPY (SELECT * FROM {} WHERE xmin::text::bigint >= {}) TO STDOUT (FORMAT binary)").format(
                    Identifier(table), SQL(str(marks["xid"] % 2**32))
                )
                with (self.folder / table).open("wb") as file:
                    cursor.copy_expert(new, file)
                self.rows += cursor.rowcount

    def copy_into(self, name: str) -> float:
        """Seconds to COPY the rows into database `name` in one transaction; our triggers rest, keys do not."""
        connection = connect(name)
        try:
            with connection.cursor() as cursor:
                for table in self.tables:
                    cursor.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
            connection.commit()
            return seconds(lambda: self._copy(connection))
        finally:
            connection.close()

    def _copy(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            for table in self.tables:
                with (self.folder / table).open("rb") as file:
                    cursor.copy_expert(SQL("COPY {} FROM STDIN (FORMAT binary)").format(Identifier(table)), file)
        connection.commit()
