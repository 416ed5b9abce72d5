"""The tile cache as deployed, in a real nginx before a real server: what it keeps is what a stranger may see.

Each way in which one audience might be answered from another's cache is tried against deploy/nginx as it is, and
against a configuration with that fault planted, to show that the trial would find it.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from benchmarks.nginx import nginx, program
from holdings.models import Building
from imis.models import User
from imis.roles import Role
from layers.access import COOKIE
from layers.catalogue import BUILDINGS_LAYER
from layers.versions import data_version, full_version
from tests.layers.city import tile_at
from tests.layers.conftest import City

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(program() is None, reason="nginx is not installed (apt-get install nginx-light)"),
]
STATUS = "buildings_by_tax_status"
Snippets = tuple[str, str]
Change = Callable[[str, str], Snippets]
Door = Callable[..., "Answer"]


class Answer:
    """What came through nginx."""

    def __init__(self, port: int, path: str, cookie: str = "", packing: str = "identity") -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": packing})
        found = line.getresponse()
        self.status, self.headers, self.body = found.status, found.headers, found.read()
        self.cache = found.headers["X-Tile-Cache"]
        line.close()

    @property
    def wards(self) -> set[int]:
        """The wards that the tile shows."""
        layers = mapbox_vector_tile.decode(self.body)
        return {each["properties"]["ward"] for part in layers.values() for each in part["features"]}


def _path(layer: str, version: str = "") -> str:
    return reverse("layers:tile", args=[layer, *tile_at(16)]) + (f"?v={version}" if version else "")


def _version() -> str:
    return full_version(data_version(BUILDINGS_LAYER))


def _as_it_is(cache: str, location: str) -> Snippets:
    return cache, location


@pytest.fixture
def door(city: City, live_server: Any, tmp_path: Path) -> Iterator[Door]:
    """Asks through the cache as deployed."""
    with _door(live_server, tmp_path, _as_it_is) as ask:
        yield ask


@contextmanager
def _door(live_server: Any, folder: Path, change: Change) -> Iterator[Door]:
    with nginx(folder, live_server.thread.port, change) as port:
        yield lambda path, **named: Answer(port, path, **named)


@pytest.fixture
def cookie_of(person: Callable[..., User]) -> Callable[..., str]:
    """The cookies of somebody who has opened the map."""

    def cookies(*roles: Role, wards: tuple[int, ...] | None = None) -> str:
        browser = Client()
        browser.force_login(person(*roles, wards=wards))
        browser.get(reverse("layers:style"))
        names = (settings.SESSION_COOKIE_NAME, COOKIE)
        return "; ".join(f"{name}={browser.cookies[name].value}" for name in names)

    return cookies


def test_a_dated_public_tile_is_drawn_once_for_everybody(door: Door, cookie_of: Callable[..., str]) -> None:
    path = _path("buildings", _version())
    first = door(path, cookie=cookie_of(Role.COLLECTOR))
    again = [door(path, cookie=each) for each in ("", cookie_of(Role.PLANNER), "anything=1")]
    assert (first.status, first.cache) == (200, "MISS") and first.wards == {22, 23}
    assert [(each.status, each.cache) for each in again] == [(200, "HIT")] * 3
    assert {each.body for each in again} == {first.body}
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_change_leads_to_a_fresh_tile(door: Door) -> None:
    old = _path("buildings", _version())
    assert (door(old).cache, door(old).cache) == ("MISS", "HIT")
    Building.objects.filter(bin="other").update(ward=22)
    new = _path("buildings", _version())
    assert new != old
    assert door(new).wards == {22} and door(new).cache == "HIT"


def test_packed_and_plain_are_two_tiles(door: Door) -> None:
    path = _path("buildings", _version())
    packed, plain = door(path, packing="br, gzip;q=1.0"), door(path)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert door(path, packing="deflate, gzip").cache == door(path, packing="br").cache == "HIT"


def test_an_empty_tile_is_kept_as_well(door: Door) -> None:
    path = reverse("layers:tile", args=["buildings", 16, 1, 1]) + f"?v={_version()}"
    assert [(each.status, each.cache) for each in (door(path), door(path))] == [(204, "MISS"), (204, "HIT")]


def test_only_tiles_and_only_reading(door: Door) -> None:
    assert door("/map/tiles/buildings/16/1/1.mvt.txt").status == 404
    assert door("/map/tiles/../../sign-in/").status in (400, 404)


# -- One audience never gets another's tile -----------------------------------------------------------------------


def _leaks(ask: Door, cookie_of: Callable[..., str]) -> list[str]:
    """Who got a tile of the tax status that is not theirs, after those who may see it filled what can be filled."""
    found = []
    all_wards, one_ward = cookie_of(Role.COLLECTOR), cookie_of(Role.COLLECTOR, wards=(23,))
    planner = cookie_of(Role.PLANNER)
    for path in (_path(STATUS), _path(STATUS, _version()), _path(STATUS, "x"), _path(STATUS) + "?w=1"):
        for _twice in range(2):
            ask(path, cookie=all_wards)
        narrow = ask(path, cookie=one_ward)
        if narrow.status == 200 and narrow.wards != {23}:
            found.append(f"{path}: the collector of ward 23 sees {sorted(narrow.wards)}")
        for name, cookie in (("a planner", planner), ("a stranger", ""), ("a forger", f"{COOKIE}=x")):
            if ask(path, cookie=cookie).status != 403:
                found.append(f"{path}: {name} sees it")
        wide = ask(path, cookie=all_wards)
        if wide.status == 200 and wide.wards != {22, 23}:
            found.append(f"{path}: the collector of all wards sees {sorted(wide.wards)}")
    return found


def test_no_audience_is_answered_from_the_cache_of_another(door: Door, cookie_of: Callable[..., str]) -> None:
    assert _leaks(door, cookie_of) == []
    own = door(_path(STATUS), cookie=cookie_of(Role.COLLECTOR, wards=(22,)))
    assert (own.status, own.wards, own.cache) == (200, {22}, "BYPASS")
    assert own.headers["Cache-Control"] == "private, no-store"


def test_a_dated_address_of_a_private_layer_is_nobodys(door: Door, cookie_of: Callable[..., str]) -> None:
    """The cache asks for dated tiles as a stranger, whoever stands before it."""
    cookie = cookie_of(Role.ADMINISTRATOR)
    for version in (_version(), "x"):
        answer = door(_path(STATUS, version), cookie=cookie)
        assert (answer.status, answer.body) == (403, b"")


def _keeps_everything(cache: str, location: str) -> Snippets:
    """Planted: private tiles are kept too, as if the audience were not in question."""
    cache = cache.replace('""      1;', '""      0;')
    location = location.replace("proxy_ignore_headers Vary;", "proxy_ignore_headers Vary Cache-Control Expires;")
    return cache, location + "\nproxy_cache_valid 200 1h;"


def _asks_with_the_cookie(cache: str, location: str) -> Snippets:
    """Planted: dated tiles are asked for with the cookie of whoever comes first, and kept."""
    location = location.replace("$imis_tile_cookie", "$http_cookie")
    location = location.replace("proxy_ignore_headers Vary;", "proxy_ignore_headers Vary Cache-Control Expires;")
    return cache, location + "\nproxy_cache_valid 200 1h;"


@pytest.mark.parametrize("fault", [_keeps_everything, _asks_with_the_cookie])
def test_the_trial_finds_a_leak(
    city: City, live_server: Any, tmp_path: Path, cookie_of: Callable[..., str], fault: Change
) -> None:
    with _door(live_server, tmp_path, fault) as ask:
        assert _leaks(ask, cookie_of)


# -- Nobody fills tomorrow's address with today's tile ------------------------------------------------------------


def _poisoned(ask: Door) -> bool:
    """Whether a guess at the next version, asked for now in any spelling, is later answered with the old tile."""
    now = _version()
    catalogue, number = now.rsplit("-", 1)
    coming = f"{catalogue}-{int(number) + 1}"
    for query in (f"?v={coming}", f"?v={coming}&v={now}", f"?v={now}&v={coming}", f"?v={coming}&V={now}"):
        ask(_path("buildings") + query)
    Building.objects.filter(bin="other").update(ward=22)
    assert _version() == coming
    return ask(_path("buildings", coming)).wards != {22}


def test_tomorrows_address_cannot_be_filled_today(door: Door) -> None:
    assert not _poisoned(door)


def test_the_trial_finds_a_poisoned_address(city: City, live_server: Any, tmp_path: Path) -> None:
    def passes_the_query_on(cache: str, location: str) -> Snippets:
        return cache, location.replace("$uri$imis_tile_query", "$request_uri")

    with _door(live_server, tmp_path, passes_the_query_on) as ask:
        assert _poisoned(ask)
