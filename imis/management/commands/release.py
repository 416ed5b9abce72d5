"""Brings the database to this release: tables as the owner, rights and limits for the application role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, ProgrammingError, connection

from imis.grants import grant_to_application
from layers.database import drop_views, logins_missing, rebuild_views

# A page that takes longer than this is a defect; the worker sets its own, longer limits.
LIMITS = {"statement_timeout": "60s", "lock_timeout": "15s", "idle_in_transaction_session_timeout": "60s"}


class Command(BaseCommand):
    """`manage.py release`: safe to run again at any time; each run ends in the same state."""

    help = "Migrates as the owner role, then sets the rights and limits of the application role."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with the statement a database administrator must run when a right is missing."""
        owner, role = settings.DB_OWNER_ROLE, settings.DB_APP_ROLE
        self._become(owner)
        drop_views()
        call_command("migrate", interactive=False, verbosity=options["verbosity"], stdout=self.stdout)
        views = rebuild_views()
        self._ensure_role(role)
        granted = grant_to_application(role)
        self._makes_no_tables(role)
        # Where an administrator makes the roles, the owner may not: then these stand already, or are named.
        for statement in logins_missing():
            self._try(statement)
        self._limit(role)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        self.stdout.write(
            f"{role}: {granted.writable} tables to work on, {granted.never_deleted} to add to and change, "
            f"{granted.append_only} to add to, {granted.read_only} to read; {views} map views."
        )

    def _become(self, owner: str) -> None:
        with connection.cursor() as cursor:
            try:
                cursor.execute(f"SET ROLE {connection.ops.quote_name(owner)}")
            except DatabaseError as failure:
                raise CommandError(
                    f"The database user {connection.settings_dict['USER'] or '(of this login)'} may not act as "
                    f"{owner}, which owns the tables. Run the release with IMIS_DB_USER={owner}."
                ) from failure

    def _ensure_role(self, role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
            found = cursor.fetchone()
            if found is None:
                self._try(f"CREATE ROLE {connection.ops.quote_name(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
            elif found[0]:
                raise CommandError(f"{role} is a superuser, so no right of it can be limited. Use a plain role.")

    def _makes_no_tables(self, role: str) -> None:
        """Who may make functions and operators in the schema of the books may stand between them and a query."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
            if cursor.fetchone() == (True,):
                raise _for_an_administrator(
                    f"GRANT CREATE ON SCHEMA public TO {settings.DB_OWNER_ROLE}; "
                    f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role} CASCADE"
                )

    def _limit(self, role: str) -> None:
        quote = connection.ops.quote_name
        database = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT coalesce(setconfig, '{}') FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
                   JOIN pg_database d ON d.oid = s.setdatabase WHERE r.rolname = %s AND d.datname = %s""",
                [role, database],
            )
            row = cursor.fetchone()
        present = set(row[0]) if row else set()
        for name, value in LIMITS.items():
            if f"{name}={value}" not in present:
                self._try(f"ALTER ROLE {quote(role)} IN DATABASE {quote(database)} SET {name} = '{value}'")

    def _try(self, statement: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except ProgrammingError as failure:
            raise _for_an_administrator(statement) from failure


def _for_an_administrator(statement: str) -> CommandError:
    return CommandError(
        f"{settings.DB_OWNER_ROLE} may not do this. Run it once as a database administrator and start "
        f"the release again:\n    {statement};"
    )
