"""Databases made for a benchmark and dropped after it; the demo's own is never touched.

`own_database` makes an empty, migrated one and points Django at it. `cloned` copies the present state as files, so
that every round of every side begins with the same rows in the same pages. `RowCopy` is the yardstick: a plain COPY
of the rows that a piece of work added, into the same tables with the same indexes, checks and foreign keys.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
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
def cloned(name: str, suffix: str = "copy") -> Iterator[str]:
    """A copy of database `name` that Django works in meanwhile; dropped at the end."""
    from django.db import connection

    copy = f"{name}_{suffix}"
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


def _drop(name: str, tries: int = 20) -> None:
    """Drops a database and ends who is in it.

    FORCE may not end an autovacuum worker for an owner who is no superuser; without it PostgreSQL ends it itself.
    """
    for _try in range(tries):
        try:
            _command(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            return
        except psycopg2.errors.InsufficientPrivilege:
            with suppress(psycopg2.errors.ObjectInUse):
                _command(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
                return
        time.sleep(0.5)
    raise RuntimeError(f"somebody stays in the database {name}")


# Tables with rows that a transaction from mark on wrote, parents before children by their foreign keys.
_TABLES = """
    SELECT c.oid::regclass::text,
           array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum),
           c.oid,
           array(SELECT k.confrelid FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
                 AND k.confrelid <> c.oid)
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'spatial_ref_sys'
    ORDER BY 1
"""


class RowCopy:
    """The rows that some work added, kept as COPY files, one a table."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, 0
        self.tables: dict[str, Any] = {}  # each with its columns, but for those that the database computes

    def mark(self, name: str) -> int:
        """The present transaction of database `name`, to tell later rows from earlier ones."""
        with connect(name) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint % 4294967296")
            return int(cursor.fetchone()[0])

    def take(self, name: str, mark: int, rewritten: tuple[str, ...] = ()) -> None:
        """Writes the rows added since `mark` to files, in the order in which they lie in their table.

        Tables whose rows the work rewrites are left out, for a COPY would meet the old ones; the yardstick is shorter.
        """
        self.rows, self.tables = 0, {}
        with connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for table, names in _parents_first(cursor.fetchall()):
                if table in rewritten:
                    continue
                columns = SQL(", ").join(map(Identifier, names))
                new = SQL("COPY (SELECT {} FROM {} WHERE xmin::text::bigint >= {}) TO STDOUT")
                with (self.folder / table).open("wb") as file:
                    cursor.copy_expert(new.format(columns, Identifier(table), SQL(str(mark))), file)
                if cursor.rowcount:
                    self.tables[table] = columns
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
            for table, columns in self.tables.items():
                with (self.folder / table).open("rb") as file:
                    cursor.copy_expert(SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), columns), file)
        connection.commit()


def _parents_first(rows: list[tuple[str, list[str], int, list[int]]]) -> list[tuple[str, list[str]]]:
    """Tables and their columns, so ordered that each comes after the tables its foreign keys refer to."""
    named = {oid: (name, columns) for name, columns, oid, _ in rows}
    waiting = {oid: set(parents) for _, _, oid, parents in rows}
    ordered: list[tuple[str, list[str]]] = []
    while waiting:
        ready = [oid for oid, parents in waiting.items() if not parents & set(waiting)]
        if not ready:
            raise ValueError(f"foreign keys run in a circle: {sorted(named[oid][0] for oid in waiting)}")
        ordered += [named[oid] for oid in ready]
        waiting = {oid: parents for oid, parents in waiting.items() if oid not in ready}
    return ordered
