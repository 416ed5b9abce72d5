"""The commands: plan, apply, check with their exit codes; secrets made and kept; database logins."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from geoserver import config, roles
from geoserver.security import SHIPPED
from layers.spec import Audience
from tests.geoserver.fake import Fake, running
from tests.verification import town


@pytest.fixture(scope="module")
def committed_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The town in the test database, visible to other connections."""
    with django_db_blocker.unblock():
        town.build()
        try:
            yield
        finally:
            town.tear_down()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Secrets made by the command, in a folder of their own."""
    settings.GEOSERVER_SECRETS = tmp_path / "secrets"
    settings.GEOSERVER_PASSWORD = ""
    call_command("geoserver_secrets", stdout=StringIO())
    return tmp_path / "secrets"


@pytest.fixture
def fresh(committed_town: None, folder: Path, settings: Any, db: None) -> Iterator[Fake]:
    """A GeoServer as it was installed, named by the settings."""
    with running() as fake:
        settings.GEOSERVER_URL = fake.url
        database = config.database()
        fake.database_passwords = {database.user(audience): database.password(audience) for audience in Audience}
        yield fake


def _run(*options: str) -> str:
    out = StringIO()
    call_command("publish_geoserver", *options, stdout=out)
    return out.getvalue()


def test_from_a_fresh_server_to_one_that_is_as_wanted(fresh: Fake) -> None:
    with pytest.raises(CommandError, match="differences"):
        _run("--check")
    planned = _run("--plan")
    assert "administrator: the shipped password works" in planned and "workspace gis_tax: missing" in planned
    assert fresh.users["admin"]["password"] == SHIPPED and "/rest/workspaces/gis_tax" not in fresh.documents
    applied = _run("--apply")
    assert "shipped password is replaced" in applied and "restart GeoServer: tile cache" in applied
    assert "0 changes made" in _run("--apply")
    assert "0 differences" in _run("--check")
    assert "0 differences" in _run("--plan")
    assert fresh.master != SHIPPED
    fresh.tiles.add("gis_public:wards/x")
    _run("--forget-tiles")
    assert fresh.tiles == set()


def test_a_restart_is_no_drift(fresh: Fake) -> None:
    _run("--apply")
    fresh.restart()
    assert fresh.tiles_guarded
    assert "0 differences" in _run("--check")


def test_no_secret_is_printed(fresh: Fake, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secrets = [path.read_text().strip() for path in folder.iterdir()]
    fresh.database_passwords.clear()
    said = ""
    with pytest.raises(CommandError) as caught:
        said = _run("--apply")
    said += str(caught.value) + "".join(capsys.readouterr())
    assert "the database does not let it in" in said
    assert len(secrets) == 8 and not [secret for secret in secrets if secret in said]


def test_drift_fails_the_check_by_name(fresh: Fake) -> None:
    _run("--apply")
    fresh.rules["layers"]["gis_tax.*.r"] = "*"
    with pytest.raises(CommandError, match="differences"):
        _run("--check")
    _run("--apply")
    assert fresh.rules["layers"]["gis_tax.*.r"] == "ADMIN,GIS_TAX"


def test_without_an_address_the_command_says_so(settings: Any) -> None:
    settings.GEOSERVER_URL = ""
    with pytest.raises(CommandError, match="IMIS_GEOSERVER_URL"):
        _run("--plan")


def test_secrets_are_made_once_and_are_for_the_owner_alone(folder: Path) -> None:
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(before) == set(config.secret_names()) and len(set(before.values())) == len(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    call_command("geoserver_secrets", stdout=StringIO())
    assert before == {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.django_db
def test_the_database_logins_only_read_their_views(folder: Path) -> None:
    from layers.database import rebuild_views

    rebuild_views()
    assert roles.make_logins() == roles.make_logins() == len(Audience)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolconnlimit, rolconfig,
                      array(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid)
               FROM pg_roles r WHERE rolname LIKE 'geoserver\\_%%' ORDER BY 1"""
        )
        rows = cursor.fetchall()
    assert [row[0] for row in rows] == ["geoserver_public", "geoserver_staff", "geoserver_tax"]
    for name, login, superuser, databases, others, limit, limits, member in rows:
        assert (login, superuser, databases, others, limit) == (True, False, False, False, roles.CONNECTIONS)
        assert member == [name.replace("geoserver_", "gis_")]
        assert {"default_transaction_read_only=on", "statement_timeout=60s"} <= set(limits)


def test_the_verifier_is_that_of_the_standard() -> None:
    """Password and salt of RFC 7677, section 3."""
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    assert roles.verifier("pencil", salt) == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
