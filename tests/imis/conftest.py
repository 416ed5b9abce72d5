"""Users of every role, and a database that can be emptied although its books refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from imis.models import User
from imis.roles import Role

PASSWORD = "river-Lantern-mango-48"


@pytest.fixture(autouse=True, scope="session")
def _empty_tables_as_superuser() -> Iterator[None]:
    """Lets the test runner truncate append-only tables between transactional tests.

    Only a superuser may set session_replication_role, so no application can do the same.
    """
    patch = pytest.MonkeyPatch()
    plain = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        plain(self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = DEFAULT"])
        ContentType.objects.clear_cache()

    patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
    yield
    patch.undo()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes a signed-up user: person(Role.CASHIER, wards=[22])."""

    def make(*roles: str, wards: list[int] | None = None, username: str = "", **columns: Any) -> User:
        user = User(
            username=username or (roles[0] if roles else "nobody"),
            roles=list(roles),
            all_wards=wards is None,
            ward_numbers=wards or [],
            **columns,
        )
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """A client signed in as someone with these roles."""

    def make(*roles: str, **more: Any) -> Client:
        client = Client()
        client.force_login(person(*roles, **more), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def administrator(person: Callable[..., User]) -> User:
    return person(Role.ADMINISTRATOR, username="boss")


@pytest.fixture
def as_app_role(db: None) -> Iterator[Callable[[str], Any]]:
    """Runs one statement as the application role and gives back its rows; refusals raise as they would in service."""

    def run(sql: str) -> Any:
        from django.conf import settings
        from django.db import transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DB_APP_ROLE}")
            cursor.execute(sql)
            rows = cursor.fetchall() if cursor.description else None
            cursor.execute("RESET ROLE")
            return rows

    yield run
