"""What the application role may do to each table: everything it needs, nothing to the books.

Each app names its tables in its AppConfig; their partitions follow. In `only_read` tables the role may read, in
`append_only` ones also add rows, in `never_deleted` ones also change them; it truncates none. Of functions that
are closed to the public it may call those in `may_call`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction

# Written by Django's migrate as the owner; the application only looks.
_READ_ONLY = ("django_migrations",)
_LOOK, _ADD, _KEEP = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"

_TABLES = """
    WITH RECURSIVE family AS (
        SELECT c.oid, c.relname, c.relname AS root FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
              AND pg_has_role(current_user, c.relowner, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        UNION ALL
        SELECT c.oid, c.relname, f.root FROM family f JOIN pg_inherits i ON i.inhparent = f.oid
        JOIN pg_class c ON c.oid = i.inhrelid
    )
    SELECT relname, root FROM family ORDER BY relname
"""


@dataclass(frozen=True)
class Granted:
    """How many tables got which rights."""

    writable: int
    never_deleted: int
    append_only: int
    read_only: int


def declared(kind: str) -> tuple[str, ...]:
    """The tables (or functions) that the apps declare as `kind`: only_read, append_only, never_deleted, may_call."""
    return tuple(table for config in apps.get_app_configs() for table in getattr(config, kind, ()))


@transaction.atomic
def grant_to_application(role: str) -> Granted:
    """Gives `role` its rights on every table of the owner, in one transaction and from nothing each time.

    Run as the owner of the tables. Raises LookupError for a declared table that does not exist: a
    misspelt name would leave the real one open.
    """
    limited = dict.fromkeys(declared("append_only"), _ADD) | dict.fromkeys(declared("never_deleted"), _KEEP)
    limited |= dict.fromkeys((*_READ_ONLY, *declared("only_read")), _LOOK)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables: list[tuple[str, str]] = cursor.fetchall()
        missing = limited.keys() - {root for _table, root in tables}
        if missing:
            raise LookupError(f"Declared but not in the database: {', '.join(sorted(missing))}.")
        counts = dict.fromkeys((_ALL, _KEEP, _ADD, _LOOK), 0)
        quote = connection.ops.quote_name
        for table, root in tables:
            rights = limited.get(root, _ALL)
            counts[rights] += 1
            cursor.execute(f"REVOKE ALL ON TABLE {quote(table)} FROM PUBLIC, {quote(role)}")
            cursor.execute(f"GRANT {rights} ON TABLE {quote(table)} TO {quote(role)}")
        for statement in (
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",  # PostgreSQL 14 gives it to everybody
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE ALL ON SCHEMA audit FROM {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM {role}",
            "GRANT USAGE ON SCHEMA audit TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA audit TO {role}",
        ):
            cursor.execute(statement.format(role=quote(role)))
        for function in declared("may_call"):
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quote(role)}")
    return Granted(*counts.values())
