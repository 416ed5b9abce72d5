"""Users of every role, and the database as the application role sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client

from imis.grants import grant_to_application
from imis.models import User
from imis.roles import Role

PASSWORD = "river-Lantern-mango-48"


@lru_cache(maxsize=1)
def _hashed() -> str:
    return make_password(PASSWORD)


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
        user.password = _hashed()
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
def as_app_role(db: None) -> Callable[..., Any]:
    """Runs one statement as the application role, with the rights a release gives; refusals raise.

    `SET LOCAL ROLE` ends with the savepoint, so the test goes on as the owner.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DB_APP_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {connection.ops.quote_name(settings.DB_APP_ROLE)} LOGIN")
    grant_to_application(settings.DB_APP_ROLE)

    def run(sql: str, parameters: Any = None) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(settings.DB_APP_ROLE)}")
            cursor.execute(sql, parameters)
            rows = cursor.fetchall() if cursor.description else None
            cursor.execute("RESET ROLE")
        return rows

    return run
