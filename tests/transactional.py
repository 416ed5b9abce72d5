"""Empties the tables after a test that really commits, although the books refuse TRUNCATE.

Django's flush is wrapped: the triggers that refuse TRUNCATE are off for that one transaction, and the rows that
migrations put in (the chart of accounts, the charge heads …) come back. Only the owner of the tables can do this.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

# Tables that migrations fill; a new one is added here by whoever adds its migration.
REFERENCE_TABLES = ["ledger_account", "tax_chargehead", "tax_rentrate", "tax_ruleset", "utilities_provider"]

_kept: dict[str, str] = {}
_flush = DatabaseOperations.execute_sql_flush

_TRUNCATE_TRIGGERS = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
    WHERE NOT tgisinternal AND tgtype::integer & 32 <> 0
"""


def keep_reference_rows() -> None:
    """Remembers the rows of REFERENCE_TABLES as migrations left them; called once a session."""
    with connections["default"].cursor() as cursor:
        for table in REFERENCE_TABLES:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT coalesce(json_agg(t), '[]')::text FROM {table} t")
                _kept[table] = cursor.fetchone()[0]


def _flush_append_only(self: Any, sql_list: list[str]) -> None:
    alias = self.connection.alias
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(_TRUNCATE_TRIGGERS)
        triggers = cursor.fetchall()
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        _flush(self, sql_list)
        for table, rows in _kept.items():
            cursor.execute(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)", [rows])
            _number_on(cursor, table)
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def _number_on(cursor: Any, table: str) -> None:
    """The next row gets a number of its own: the flush began to count at one again."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'YES'", [table]
    )
    for (column,) in cursor.fetchall():
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table}))"
        )


def install() -> None:
    """Puts the wrapper in place; called on import of tests/conftest.py."""
    DatabaseOperations.execute_sql_flush = _flush_append_only  # type: ignore[method-assign]


def end_other_sessions() -> None:
    """Ends what killed workers and their threads left connected, so that the test database can be dropped."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
