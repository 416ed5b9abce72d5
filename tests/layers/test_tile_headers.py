"""What tiles tell caches: public ones may be kept by their version, private ones never."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import mapbox_vector_tile
import pytest
from django.test import Client
from django.urls import reverse

from holdings.models import Building
from imis.log import UNLOGGED
from imis.models import User
from imis.roles import Role
from layers.access import COOKIE
from layers.catalogue import BUILDINGS_LAYER
from layers.versions import catalogue_version, data_version, full_version
from layers.views import tiles as tile_view
from tests.layers.city import tile_at
from tests.layers.conftest import City


def _tile(layer: str = "buildings", zoom: int = 16) -> str:
    return reverse("layers:tile", args=[layer, *tile_at(zoom)])


def _environment(answer: Any) -> dict[str, Any]:
    """What the request of a test client's answer carried; Django's stubs do not know that the client keeps it."""
    return answer.wsgi_request.environ


def _version() -> str:
    return full_version(data_version(BUILDINGS_LAYER))


def test_a_dated_public_tile_may_be_kept_for_ever(city: City, client: Client) -> None:
    answer = client.get(_tile(), {"v": _version()})
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert catalogue_version() in answer["ETag"]
    assert "Set-Cookie" not in answer and "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("version", [None, "", "00000000-1", "next"])
def test_a_public_tile_with_another_version_must_be_asked_for_again(
    city: City, client: Client, version: str | None
) -> None:
    """Nobody may fill a cache with today's tile under tomorrow's address."""
    answer = client.get(_tile(), {} if version is None else {"v": version})
    assert answer["Cache-Control"] == "public, no-cache"


def test_a_change_ends_the_version_and_the_etag(city: City, client: Client) -> None:
    before, etag = _version(), client.get(_tile())["ETag"]
    assert client.get(_tile(), HTTP_IF_NONE_MATCH=etag).status_code == 304
    Building.objects.filter(bin="paid").update(storeys=5)
    assert _version() != before
    assert client.get(_tile(), {"v": before})["Cache-Control"] == "public, no-cache"
    assert client.get(_tile(), HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_a_tile_unchanged_is_not_drawn_again(city: City, client: Client) -> None:
    etag = client.get(_tile())["ETag"]
    with patch.object(tile_view, "draw") as draw:
        assert client.get(_tile(), HTTP_IF_NONE_MATCH=etag).status_code == 304
    draw.assert_not_called()


def test_a_private_tile_is_never_kept(city: City, person: Callable[..., User], client: Client) -> None:
    client.force_login(person(Role.COLLECTOR))
    client.get(reverse("layers:style"))
    answer = client.get(_tile("buildings_by_tax_status"))
    assert answer["Cache-Control"] == "private, no-store" and "ETag" not in answer
    client.cookies.pop(COOKIE)
    assert client.get(_tile("buildings_by_tax_status"))["Cache-Control"] == "no-store"


def test_gzip_only_for_those_who_take_it(city: City, client: Client) -> None:
    plain = client.get(_tile(), HTTP_ACCEPT_ENCODING="identity")
    packed = client.get(_tile(), HTTP_ACCEPT_ENCODING="gzip, br")
    assert "Content-Encoding" not in plain and packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert plain["Vary"] == packed["Vary"] == "Accept-Encoding"
    assert len(mapbox_vector_tile.decode(plain.content)["buildings"]["features"]) == 7


def test_an_empty_place_is_an_empty_answer(city: City, client: Client) -> None:
    answer = client.get(reverse("layers:tile", args=["buildings", 16, 1, 1]))
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/map/tiles/nothing/1/0/0.mvt",
        "/map/tiles/wards/3/8/0.mvt",
        "/map/tiles/wards/19/0/0.mvt",
        "/map/tiles/wards/99/0/0.mvt",
    ],
)
@pytest.mark.django_db
def test_no_such_tile(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_tiles_are_only_read(city: City, client: Client) -> None:
    assert client.post(_tile()).status_code == 405


def test_a_tile_costs_one_query(
    city: City, client: Client, django_assert_num_queries: Callable[..., object], person: Callable[..., User]
) -> None:
    client.force_login(person(Role.COLLECTOR))
    client.get(reverse("layers:style"))
    for layer in ("wards", "buildings_by_tax_status"):
        client.get(_tile(layer, 15))  # a connection is given the plan once
        with django_assert_num_queries(1):
            client.get(_tile(layer, 15))


def test_a_tile_passes_by_django(city: City, client: Client) -> None:
    """The door answers before sessions, languages and forms are looked at, and Django's own way says the same."""
    with patch("django.core.handlers.base.BaseHandler.get_response") as looked:
        drawn = client.get(_tile(), HTTP_ACCEPT_ENCODING="identity")
    looked.assert_not_called()
    other = Client().get(_tile(), HTTP_ACCEPT_ENCODING="identity")
    assert (drawn.status_code, drawn.content) == (other.status_code, other.content)
    for name in ("Cache-Control", "ETag", "Content-Type", "Content-Length", "X-Content-Type-Options"):
        assert drawn[name] == other[name], name


def test_only_a_look_at_the_headers(city: City, client: Client) -> None:
    whole, head = (ask(_tile(), HTTP_ACCEPT_ENCODING="identity") for ask in (client.get, client.head))
    assert head.status_code == 200 and head.content == b"" and head["Content-Length"] == str(len(whole.content))


def test_what_is_no_tile_goes_on_to_django(city: City, client: Client) -> None:
    for path in ("/map/tiles/nothing/1/0/0.mvt", "/map/tiles/wards/3/8/0.mvt"):
        answer = client.get(path)
        assert answer.status_code == 404 and "<html" in answer.content.decode(), "in words, as every other page"


def test_a_failure_is_told_and_the_next_tile_drawn(
    city: City, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(tile_view, "draw", side_effect=RuntimeError("secret words")):
        answer = client.get(_tile())
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (500, b"", "no-store")
    assert [record.message for record in caplog.records if record.name == "layers.door"] == ["tile_failed"]
    assert client.get(_tile()).status_code == 200


def test_a_tile_drawn_leaves_no_line_in_the_access_log_and_one_refused_does(city: City, client: Client) -> None:
    drawn = client.get(_tile())
    asked_for = {
        "drawn": drawn,
        "known": client.get(_tile(), HTTP_IF_NONE_MATCH=drawn["ETag"]),
        "refused": client.get(_tile("buildings_by_tax_status")),
        "no such layer": client.get("/map/tiles/nothing/16/0/0.mvt"),
    }
    unlogged = {name: UNLOGGED in _environment(answer) for name, answer in asked_for.items()}
    assert unlogged == {"drawn": True, "known": True, "refused": False, "no such layer": False}
