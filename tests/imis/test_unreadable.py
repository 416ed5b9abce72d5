"""What no database can keep is refused on every route: a NUL in an address, a parameter, a form or a cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls.converters import StringConverter

from imis.roles import Role
from tests.doors import Browser
from tests.imis.test_routes import OURS, Route

pytestmark = pytest.mark.django_db

# What the views read from an address; the door asks for no names.
ASKED = {"q": "a\0b", "ward": "2\x002", "page": "\0", "code": "\0", "state": "\0", "number": "\0", "service": "\0"}
# A NUL in a cookie is written in octal.
WITH_NUL = r'"abcdefgh\000ijklmnop"'


@pytest.fixture
def everybody(signed_in: Callable[..., Client]) -> Client:
    """The browser of somebody who may do everything, in English."""
    client = signed_in(*Role)
    client.cookies["django_language"] = "en"
    return client


def unread(answer: Any) -> bool:
    """A page of words, or the form in which a door for programs refuses."""
    said = answer.content.decode()
    words = ("This request cannot be read", "This value is not understood.", "text without NUL")
    return bool(answer.status_code == 400 and any(each in said for each in words))


@pytest.mark.parametrize("route", OURS, ids=[route.name for route in OURS])
def test_no_route_reads_a_nul(route: Route, everybody: Client) -> None:
    assert unread(everybody.get(route.address(), ASKED)) and unread(everybody.post(route.address(), ASKED))


def test_the_name_of_a_parameter_is_a_text_too(everybody: Client) -> None:
    assert unread(everybody.get("/people/", {"a\0b": "1"})) and unread(everybody.post("/people/add/", {"a\0b": "1"}))
    fragment = everybody.get("/people/", {"q": "\0"}, headers={"HX-Request": "true"})
    assert unread(fragment) and "<html" not in fragment.content.decode()


WORDED = [
    route for route in OURS if any(type(each) is StringConverter for each in route.pattern.pattern.converters.values())
]


@pytest.mark.parametrize("route", WORDED, ids=[route.name for route in WORDED])
def test_no_address_holds_a_nul(route: Route, everybody: Client) -> None:
    words = {
        name: "a\0b" if type(route.pattern.pattern.converters.get(name)) is StringConverter else value
        for name, value in route.arguments.items()
    }
    assert "%00" in route.address(words) and unread(everybody.get(route.address(words)))


def test_the_public_proof_of_a_bill_is_among_them() -> None:
    assert "verify_bill" in {route.name for route in WORDED}


def test_nor_does_the_room_of_the_administrator(everybody: Client) -> None:
    assert unread(everybody.get("/admin/axes/accessattempt/", {"q": "\0"}))


def test_a_stranger_is_answered_too_and_in_the_language_of_the_page(client: Client) -> None:
    answer = client.get("/verify/bill/a%00b/ABCDEFGHIJKLMNOP")
    assert answer.status_code == 400 and "অনুরোধটি পড়া যাচ্ছে না" in answer.content.decode()
    assert client.post("/sign-in/", {"username": "a\0b", "password": "x"}).status_code == 400


def test_the_code_box_says_that_the_paper_is_not_ours(client: Client) -> None:
    for code in ("a%00b/ABCDEFGHIJKLMNOP", "https://imis.example.org/verify/bill/a%00b/ABCDEFGHIJKLMNOP", "কখ", "é"):
        answer = client.post("/verify/", {"token": code}, follow=True)
        assert answer.status_code == 404, code


def test_a_program_is_told_in_json_which_parameter_it_is(everybody: Client) -> None:
    answer = everybody.get("/api/v1/holdings/", {"limit": "1", "number": "\0"})
    assert (answer.status_code, answer.json()) == (400, {"number": ["This value is not understood."]})
    answer = everybody.get("/ogc/collections", {"f": "\0"})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameterValue")
    assert answer.json()["description"].startswith("f: ")


def test_a_cookie_that_is_no_text_counts_as_not_sent(client: Client) -> None:
    names = ("sessionid", "django_language", "csrftoken", "messages")
    sent = "; ".join(f"{name}={WITH_NUL}" for name in names)  # as it travels: newer Pythons write no such cookie
    assert client.get("/", HTTP_COOKIE=sent).status_code == 302
    assert client.get("/sign-in/", HTTP_COOKIE=sent).status_code == 200


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16", "raw_unicode_escape", "latin-1"])
def test_another_charset_is_refused(everybody: Client, charset: str) -> None:
    """`unicode_escape` would make half a surrogate pair of \\ud800."""
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert unread(everybody.get("/people/?q=%5Cud800%41", CONTENT_TYPE=f"text/plain; charset={charset}"))
    body = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n\\ud800\r\n--x--\r\n'
    assert unread(everybody.generic("POST", "/verify/", body, content_type=kind))


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8", "no-such-charset"])
def test_ours_is_taken(everybody: Client, charset: str) -> None:
    answer = everybody.get("/people/?q=%E0%A6%95", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert answer.status_code == 200


@pytest.mark.parametrize("credentials", ["\u00e9", "bm8=", "AGE6Yg==", "7aCAOmI=", "="])
def test_no_name_and_token_break_the_door_to_the_maps(client: Client, credentials: str) -> None:
    answer = client.get(
        "/ows/", {"service": "WMS", "request": "GetCapabilities"}, HTTP_AUTHORIZATION=f"Basic {credentials}"
    )
    assert answer.status_code == 401


def test_the_door_of_the_tiles_survives_it(db: None) -> None:
    browser = Browser(HTTP_COOKIE=f"sessionid={WITH_NUL}")
    for layer in ("wards", "containments"):
        assert browser.get(f"/map/tiles/{layer}/12/3082/1766.mvt?v=%00").status_code in (200, 204, 403)
    assert browser.get("/map/tiles/wards%00/12/3082/1766.mvt").status_code in (400, 404)
