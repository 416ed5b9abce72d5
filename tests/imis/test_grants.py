"""The application role cannot rewrite what is written once; the database says so, not Python."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from imis.grants import declared, grant_to_application
from imis.models import AuditRow, User
from layers.database import logins_missing, rebuild_views
from layers.spec import Audience

Run = Callable[..., Any]
APPEND_ONLY = declared("append_only")
KEPT = declared("never_deleted")
ONLY_READ = declared("only_read")


def first_column(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum", [table]
        )
        return str(cursor.fetchone()[0])


def test_the_books_are_declared() -> None:
    assert {"ledger_entry", "ledger_line", "ledger_receipt", "imis_auditrow", "tax_bill", "tax_payment"} <= set(
        APPEND_ONLY
    )
    tables = {model._meta.db_table for model in apps.get_models()}
    assert set(APPEND_ONLY) | set(KEPT) | set(ONLY_READ) <= tables


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_are_read_and_added_to_only(table: str, as_app_role: Run) -> None:
    column = first_column(table)
    as_app_role(f"SELECT count(*) FROM {table}")
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_app_role(statement)
    rights = "SELECT has_table_privilege(current_user, %s, 'INSERT')"
    assert as_app_role(rights, [table]) == [(True,)]


@pytest.mark.parametrize("table", KEPT)
def test_kept_tables_lose_no_row(table: str, as_app_role: Run) -> None:
    column = first_column(table)
    as_app_role(f"UPDATE {table} SET {column} = {column} WHERE false")
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_app_role(statement)


def test_the_other_tables_serve_the_application(as_app_role: Run) -> None:
    limited = {*APPEND_ONLY, *KEPT, *ONLY_READ, "django_migrations"}
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in limited and model._meta.managed:
            assert as_app_role(
                "SELECT has_table_privilege(current_user, %s, 'SELECT, INSERT, UPDATE, DELETE')", [table]
            )


def test_the_role_can_neither_switch_triggers_off_nor_make_tables(as_app_role: Run) -> None:
    for statement in (
        "ALTER TABLE imis_auditrow DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (n int)",
        "DROP TABLE imis_auditrow",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            as_app_role(statement)


def test_changes_of_offices_are_written_by_the_database_alone(as_app_role: Run) -> None:
    user = User.objects.create(username="karim")
    as_app_role("UPDATE imis_user SET roles = '{administrator}' WHERE id = %s", [user.pk])
    before, after = as_app_role(
        "SELECT before->>'roles', after->>'roles' FROM audit.office_change ORDER BY id DESC LIMIT 1"
    )[0]
    assert (before, after) == ("[]", '["administrator"]')
    for statement in (
        "DELETE FROM audit.office_change",
        "UPDATE audit.office_change SET username = 'x'",
        "INSERT INTO audit.office_change (database_user, operation, user_id, username) VALUES ('x', 'x', 1, 'x')",
        "ALTER TABLE imis_user DISABLE TRIGGER user_keep_office_change",
        "CREATE FUNCTION audit.office_of() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            as_app_role(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE imis_auditrow SET action = 'x'",
        "DELETE FROM imis_auditrow",
        "TRUNCATE imis_auditrow",
        "UPDATE audit.office_change SET username = 'x'",
    ],
)
def test_audit_rows_are_refused_a_change_even_from_their_owner(statement: str, db: None) -> None:
    with pytest.raises(IntegrityError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert not AuditRow.objects.exists()


def test_a_misspelt_table_stops_the_release(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.get_app_config("imis"), "append_only", ("imis_auditrows",))
    with pytest.raises(LookupError, match="imis_auditrows"):
        grant_to_application(settings.DB_APP_ROLE)


@pytest.mark.django_db(transaction=True)
def test_release_is_repeatable_and_limits_the_role() -> None:
    said = StringIO()
    call_command("release", stdout=said, verbosity=0)
    call_command("release", stdout=said, verbosity=0)
    first, second = said.getvalue().strip().splitlines()
    assert first == second and f"{len(APPEND_ONLY)} to add to" in first
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
               JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = current_database() AND r.rolname = %s""",
            [settings.DB_APP_ROLE],
        )
        limits = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == connection.settings_dict["USER"], "the command leaves the session as it was"
    assert {"statement_timeout=60s", "lock_timeout=15s"} <= limits


_MEMBERS = """
    SELECT l.rolname, array_agg(r.rolname::text) FROM pg_auth_members m JOIN pg_roles l ON l.oid = m.member
    JOIN pg_roles r ON r.oid = m.roleid WHERE l.rolname LIKE 'ows\\_%%' GROUP BY 1
"""


@pytest.mark.django_db(transaction=True)
def test_release_makes_a_login_of_the_map_server_for_each_audience_and_for_no_other() -> None:
    call_command("release", verbosity=0)
    assert logins_missing() == []
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS)
        assert dict(cursor.fetchall()) == {each.login: [each.schema] for each in Audience}
        cursor.execute(
            """SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ows\\_%%' AND rolcanlogin
               AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"""
        )
        assert cursor.fetchone() == (len(Audience),)


@pytest.mark.django_db
def test_what_an_administrator_must_do_for_the_map_server_is_said() -> None:
    """An owner that may not grant gets through where an administrator did it, and else is told what to run."""
    rebuild_views()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("REVOKE gis_staff FROM ows_staff")
        assert logins_missing() == ["GRANT gis_staff TO ows_staff"]
        rebuild_views()
        assert logins_missing() == []


@pytest.mark.django_db(transaction=True)
def test_release_refuses_a_superuser_as_application_role(settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY rolname LIMIT 1")
        settings.DB_APP_ROLE = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="superuser"):
        call_command("release", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_release_takes_the_right_to_make_tables_from_everybody() -> None:
    """As PostgreSQL 14 gives it."""
    with connection.cursor() as cursor:
        cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        call_command("release", verbosity=0)
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [settings.DB_APP_ROLE])
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db(transaction=True)
def test_release_says_what_to_do_where_it_cannot_take_it() -> None:
    role = connection.ops.quote_name(settings.DB_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger")
        try:
            cursor.execute("GRANT stranger TO CURRENT_USER")
            cursor.execute("GRANT CREATE ON SCHEMA public TO stranger WITH GRANT OPTION")
            cursor.execute(f"SET ROLE stranger; GRANT CREATE ON SCHEMA public TO {role}; RESET ROLE")
            cursor.execute("REVOKE stranger FROM CURRENT_USER")  # whose grants a member might take back
            with pytest.raises(CommandError, match="REVOKE CREATE ON SCHEMA public FROM PUBLIC"):
                call_command("release", verbosity=0)
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("REVOKE ALL ON SCHEMA public FROM stranger CASCADE")
            cursor.execute("DROP ROLE stranger")


def test_what_a_trigger_guards_is_also_withheld_from_the_role(db: None) -> None:
    """Two locks on each table of the books: neither is forgotten when a table is added."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE t.tgname = 'append_only' AND n.nspname = 'public' AND t.tgtype & 24 = 24"""
        )
        guarded = {name for (name,) in cursor.fetchall()}
    assert set(APPEND_ONLY) <= guarded <= {*APPEND_ONLY, *ONLY_READ}
