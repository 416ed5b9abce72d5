"""Tokens of GIS programs: signed, bound to the person and their password, shown once, never stored."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from imis.models import AuditRow, User
from imis.roles import Role
from layers import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("planner", password="long-enough-words", roles=[Role.PLANNER], all_wards=True)


def _header(name: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


def test_a_token_names_its_person(user: User) -> None:
    assert tokens.basic(_header("planner", tokens.make_token(user))) == user


def _other_name(user: User, token: str) -> str:
    return _header("administrator", token)


def _dismissed(user: User, token: str) -> str:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return _header("planner", token)


def _new_password(user: User, token: str) -> str:
    user.set_password("quite-another-phrase")
    user.save()
    return _header("planner", token)


def _temporary_password(user: User, token: str) -> str:
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    return _header("planner", token)


def _password_itself(user: User, token: str) -> str:
    return _header("planner", "long-enough-words")


def _altered(user: User, token: str) -> str:
    return _header("planner", token[:-1] + ("A" if token[-1] != "A" else "B"))


def _of_something_else(user: User, token: str) -> str:
    return _header("planner", signing.TimestampSigner(salt="layers.pass").sign_object([user.pk, "x"]))


def _of_another_kind(user: User, token: str) -> str:
    return "Bearer " + token


def _no_base64(user: User, token: str) -> str:
    return "Basic ***"


def _too_long(user: User, token: str) -> str:
    return _header("planner", "x" * 5000)


@pytest.mark.parametrize(
    "change",
    [_other_name, _dismissed, _new_password, _temporary_password, _password_itself, _altered, _of_something_else,
     _of_another_kind, _no_base64, _too_long],
)  # fmt: skip
def test_nothing_else_names_anybody(user: User, change: Callable[[User, str], str]) -> None:
    assert tokens.basic(change(user, tokens.make_token(user))) is None


def test_a_token_ends(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    token, now = tokens.make_token(user), time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + tokens.LIFETIME + 5)
    assert tokens.basic(_header("planner", token)) is None


def test_the_page_gives_a_token_once_and_writes_down_that_it_did(user: User, client: Client) -> None:
    client.force_login(user)
    page = client.get(reverse("geoserver:connect"))
    assert (
        page.status_code == 200 and "/ows/staff/" in page.content.decode() and "/ows/tax/" not in page.content.decode()
    )
    response = client.post(reverse("geoserver:connect"))
    token = response.context["token"]
    assert token in response.content.decode() and tokens.basic(_header("planner", token)) == user
    row = AuditRow.objects.get(action="make_map_token")
    assert row.by == user and token not in str(row.details)
    assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"]


def test_a_token_opens_maps_and_nothing_else(user: User, client: Client) -> None:
    header = {"authorization": _header("planner", tokens.make_token(user))}
    for name in ("home", "layers:map", "geoserver:connect"):
        assert client.get(reverse(name), headers=header).status_code == 302


@pytest.mark.parametrize(
    "header", ["Basic \xe9\xe9", "Basic YTpi\xe9", "Basic \u0995", "Basic =", "Basic", "Basic \x00"]
)
def test_a_header_that_holds_no_base_64_names_nobody(client: Client, header: str) -> None:
    """Anybody can send it, so it must not fail on the server's side."""
    assert tokens.basic(header) is None
    asked = {"service": "WMS", "request": "GetCapabilities"}
    for address in (reverse("geoserver:door"), reverse("geoserver:audience", args=["public"])):
        answer = client.get(address, asked, HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Basic")
