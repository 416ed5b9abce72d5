"""Django's own checks: migrations complete, production safe, pairs of columns constrained together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from tests.house.sources import ROOT, packages


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


def production(**changes: str | None) -> dict[str, str]:
    """An environment as a production host sets it: no demo, a real key, a named host."""
    wanted = {
        "IMIS_SECRET_KEY": "k3y-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
        "IMIS_ALLOWED_HOSTS": "imis.example.org",
        "IMIS_DB_USER": "imis_app",
        "IMIS_PUBLIC_URL": "https://imis.example.org",
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("IMIS_") or key.startswith("IMIS_DB")}
    merged = {**kept, "IMIS_LOCAL_DIR": os.environ.get("IMIS_LOCAL_DIR", str(ROOT / ".local")), **wanted, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def check_deploy(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` where any warning fails."""
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_production_is_safe_by_default() -> None:
    done = check_deploy(production())
    assert done.returncode == 0, done.stderr


def test_the_deploy_check_bites() -> None:
    unsafe = check_deploy(production(IMIS_DEMO="1"))
    assert unsafe.returncode == 1 and "security.W" in unsafe.stderr
    keyless = check_deploy(production(IMIS_SECRET_KEY=None))
    assert keyless.returncode == 1 and "IMIS_SECRET_KEY is not set" in keyless.stderr


@pytest.mark.parametrize("address", [None, "imis.example.org", "http://imis.example.org", "https://"])
def test_paper_must_name_the_address_that_proves_it(address: str | None) -> None:
    done = check_deploy(production(IMIS_PUBLIC_URL=address))
    assert done.returncode == 1 and "imis.E001" in done.stderr and "QR codes" in done.stderr


def pairs(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Nullable columns that belong together: something_at or something_on with something_by."""
    nullable = {field.name for field in model._meta.concrete_fields if field.null}
    for what in sorted(nullable):
        stem, _, last = what.rpartition("_")
        if last in {"at", "on"} and f"{stem}_by" in nullable:
            yield what, f"{stem}_by"


def unconstrained_pairs(model: type[models.Model], definitions: list[str]) -> list[str]:
    """Pairs of which no CHECK of the table names both columns."""
    by_name = {field.name: field.column for field in model._meta.concrete_fields}
    return [
        f"{model._meta.label}: {when} and {who}"
        for when, who in pairs(model)
        if not any(by_name[when] in text and by_name[who] in text for text in definitions)
    ]


@pytest.mark.django_db
def test_who_and_when_are_constrained_together() -> None:
    sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass"
    wrong: list[str] = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in packages() or not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            cursor.execute(sql, [f'"{model._meta.db_table}"'])
            wrong += unconstrained_pairs(model, [row[0] for row in cursor.fetchall()])
    assert not wrong


@pytest.mark.django_db
def test_the_database_splits_bangla_into_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_length(show_trgm('রহমান'), 1)")
        assert cursor.fetchone()[0] > 3


@pytest.mark.django_db
def test_the_database_notices_rotten_pages() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_checksums")
        assert cursor.fetchone() == ("on",)
