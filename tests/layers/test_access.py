"""Who sees which layer: every role, and a tile pass that is forged, old, of another session or of another ward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.test import Client
from django.urls import reverse

from imis.models import User
from imis.roles import Role
from layers.access import COOKIE, LIFETIME, NOBODY, pass_of, visible_layers
from layers.catalogue import LAYERS
from layers.exports.tilejson import TILES_PATH
from tests.doors import Browser
from tests.layers.city import tile_at
from tests.layers.conftest import City

_EVERYONE = {"wards", "roads", "buildings", "treatment_plants"}
_STAFF = _EVERYONE | {
    "buildings_near_sewers", "containments", "drains", "electricity_connections", "electricity_lines",
    "requests_by_state", "sewer_connections", "sewers", "water_connections", "water_mains",
}  # fmt: skip
_TAX = _STAFF | {"buildings_by_tax_status"}
# They may not open the map; a driver of a company sees of it what a stranger does.
_OUTSIDE = {Role.DRIVER, Role.PLANT_OPERATOR}
_SEES = {role: _TAX for role in Role} | {Role.PLANNER: _STAFF, Role.FSM_OFFICER: _STAFF}
_SEES |= {role: _EVERYONE for role in _OUTSIDE}
_STATUS = "buildings_by_tax_status"


def _tile(layer: str) -> str:
    z, x, y = tile_at(15)
    return reverse("layers:tile", args=[layer, z, x, y])


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
@pytest.mark.parametrize("role", list(Role))
def test_role_and_layer(city: City, person: Callable[..., User], client: Client, role: Role, layer: str) -> None:
    user = person(role)
    assert {each.name for each in visible_layers(user)} == _SEES[role]
    client.force_login(user)
    style = client.get(reverse("layers:style"))
    expected = 200 if layer in _SEES[role] else 403
    # A tile with nothing in it is 204.
    assert client.get(_tile(layer)).status_code in ({200, 204} if expected == 200 else {403})
    if role in _OUTSIDE:
        assert style.status_code == 403
        return
    assert set(style.json()["sources"]) == _SEES[role]
    for name in ("layers:tilejson", "layers:legend"):
        assert client.get(reverse(name, args=[layer])).status_code == (200 if expected == 200 else 404)


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_a_stranger_sees_public_tiles_only(city: City, client: Client, layer: str) -> None:
    assert pass_of(AnonymousUser()) == NOBODY
    assert client.get(_tile(layer)).status_code in ({200, 204} if layer in _EVERYONE else {403})


def test_somebody_dismissed_sees_what_a_stranger_sees(person: Callable[..., User]) -> None:
    user = person(Role.COLLECTOR)
    user.is_active = False
    assert {each.name for each in visible_layers(user)} == _EVERYONE


def test_a_collector_sees_the_statuses_of_their_wards(city: City, person: Callable[..., User], client: Client) -> None:
    client.force_login(person(Role.COLLECTOR, wards=(23,)))
    client.get(reverse("layers:style"))
    found = mapbox_vector_tile.decode(client.get(_tile(_STATUS), HTTP_ACCEPT_ENCODING="identity").content)
    assert {each["properties"]["ward"] for each in found[_STATUS]["features"]} == {23}


@pytest.fixture
def holder(city: City, person: Callable[..., User], client: Client) -> Client:
    """A browser with a good pass for tax layers."""
    client.force_login(person(Role.COLLECTOR))
    client.get(reverse("layers:style"))
    assert client.get(_tile(_STATUS)).status_code == 200
    return client


def test_the_pass_travels_with_tiles_only_and_scripts_cannot_read_it(holder: Client) -> None:
    morsel = holder.cookies[COOKIE]
    assert (morsel["path"], morsel["httponly"], morsel["samesite"]) == (TILES_PATH, True, "Strict")
    assert morsel["max-age"] == LIFETIME <= 600
    assert bool(morsel["secure"]) is settings.SESSION_COOKIE_SECURE
    assert _tile("wards").startswith(TILES_PATH)


def test_a_pass_ends_with_its_session(holder: Client) -> None:
    stolen = holder.cookies[COOKIE].value
    holder.logout()
    holder.cookies[COOKIE] = stolen
    assert holder.get(_tile(_STATUS)).status_code == 403


def test_a_pass_is_worth_nothing_in_another_session(holder: Client, person: Callable[..., User]) -> None:
    other = Browser()
    other.force_login(person(Role.PLANNER))
    other.cookies[COOKIE] = holder.cookies[COOKIE].value
    assert other.get(_tile(_STATUS)).status_code == 403


def test_an_old_pass_is_refused(holder: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + LIFETIME + 5)
    assert holder.get(_tile(_STATUS)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: "x" + value,
        lambda value: "",
        lambda value: "::",
    ],
)
def test_a_forged_pass_is_refused(holder: Client, change: Callable[[str], str]) -> None:
    holder.cookies[COOKIE] = change(holder.cookies[COOKIE].value)
    assert holder.get(_tile(_STATUS)).status_code == 403


def test_a_signature_made_for_something_else_is_refused(holder: Client) -> None:
    holder.cookies[COOKIE] = signing.TimestampSigner(salt="elsewhere").sign_object([3, None, ""])
    assert holder.get(_tile(_STATUS)).status_code == 403


@pytest.mark.parametrize("half", ["before the second factor", "with a temporary password"])
def test_whoever_is_half_signed_in_is_a_stranger(
    city: City, person: Callable[..., User], client: Client, half: str, settings: Any
) -> None:
    """OGC API Features is open to all, so the gate does not stop them on the way to it."""
    settings.SECOND_FACTOR = half == "before the second factor"
    user = person(Role.ASSESSOR)
    User.objects.filter(pk=user.pk).update(must_change_password=not settings.SECOND_FACTOR)
    client.force_login(user)
    assert client.get(reverse("layers:style")).status_code == 302
    listed = client.get(reverse("layers_ogc:collections")).json()["collections"]
    assert {each["id"] for each in listed} == _EVERYONE
    for route, more in (("layers_ogc:collection", []), ("layers_ogc:items", []), ("layers_ogc:item", [1])):
        assert client.get(reverse(route, args=[_STATUS, *more])).status_code == 404
    described = client.get(reverse("layers_ogc:api")).content.decode()
    assert (
        _STATUS not in described
        and "bin" not in client.get(reverse("layers_ogc:items", args=["buildings"])).json()["features"][0]["properties"]
    )
