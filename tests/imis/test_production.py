"""What a production host gets: no relaxed setting, closed headers, a health check that tells the truth."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tests.imis.fresh_settings import environment, read_settings

PRODUCTION: dict[str, str | None] = {
    "IMIS_DEMO": None,
    "IMIS_DEBUG": None,
    "IMIS_ALLOWED_HOSTS": "imis.khulnacity.gov.bd",
    "IMIS_PUBLIC_URL": "https://imis.khulnacity.gov.bd",
    "IMIS_SECRET_KEY": "m7Q!x2v9Zr-4kTbYw8LpGdEhNcSaUfJo35RiXq1VtBzKyMnHg6",
}


def test_check_deploy_is_clean_in_production() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        env=environment(**PRODUCTION), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_nothing_is_relaxed_unless_it_is_a_demo() -> None:
    production = read_settings(**PRODUCTION)
    assert not production["DEBUG"] and production["SECOND_FACTOR"]
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_HTTPONLY"):
        assert production.get(name, True) is True, name
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_a_missing_secret_key_is_named() -> None:
    with pytest.raises(RuntimeError, match="IMIS_SECRET_KEY is not set"):
        read_settings(IMIS_SECRET_KEY=None)


def test_every_page_forbids_inline_code_frames_and_foreign_hosts(client: Client, db: None) -> None:
    page = client.get("/sign-in/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in f"{policy};"
    assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
    for hole in ("unsafe-inline", "unsafe-eval", "http:", "*"):
        assert hole not in policy
    assert page["X-Content-Type-Options"] == "nosniff" and page["Referrer-Policy"] == "same-origin"


def test_health_says_down_when_the_database_is(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health").json() == {"status": "up", "database": True}

    def gone(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "down", "database": False})


def test_errors_are_pages_with_a_way_out(client: Client, db: None, settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]
    missing = client.get("/no-such-page/")
    assert missing.status_code == 404 and "To the home page" in missing.content.decode()
    strict = Client(enforce_csrf_checks=True)
    stale = strict.post("/sign-in/", {"username": "x", "password": "y"})
    assert stale.status_code == 403 and "send the form again" in stale.content.decode()


def test_a_defect_answers_with_a_page_and_the_number_of_the_request(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_args: object) -> None:
        raise ZeroDivisionError

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", defect)
        answer = client.get("/health")
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
