"""The map page and its fragments: what they give, in both languages, inside and outside the ward scope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from holdings.models import Building
from imis.models import Job, User
from imis.roles import Role
from layers import queries
from layers.catalogue import LAYERS
from layers.exports.legend import sections
from tests.layers.conftest import City

SignIn = Callable[[User], Client]
Person = Callable[..., User]


def _data(html: str, name: str) -> dict[str, object]:
    block = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert block
    found: dict[str, object] = json.loads(block.group(1))
    return found


@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_page_explains_every_sign_it_draws(city: City, person: Person, signed_in: SignIn, language: str) -> None:
    browser = signed_in(person(Role.COLLECTOR))
    browser.cookies["django_language"] = language
    html = unescape(browser.get(reverse("layers:map")).content.decode())
    from django.utils import translation

    with translation.override(language):
        for section in sections(LAYERS):
            for row in section.rows:
                assert str(row.label) in html and row.colour in html
    assert f'lang="{language}"' in html


def test_the_page_has_no_inline_script_or_style(city: City, person: Person, signed_in: SignIn) -> None:
    html = signed_in(person(Role.COLLECTOR)).get(reverse("layers:map")).content.decode()
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert scripts
    for attributes, body in scripts:
        assert "src=" in attributes or 'type="application/json"' in attributes, body[:80]
    assert "<style" not in html and " style=" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_wards_to_choose_are_those_of_the_user(city: City, person: Person, signed_in: SignIn) -> None:
    html = signed_in(person(Role.COLLECTOR, wards=(23,))).get(reverse("layers:map")).content.decode()
    assert re.findall(r'<option value="(\d+)"', html) == ["23"]
    assert [each["number"] for each in _data(html, "map-data")["wards"]] == [22, 23]  # type: ignore[attr-defined]


def test_the_address_may_ask_for_layers(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.FSM_OFFICER))

    def shown(address: str) -> set[str]:
        html = browser.get(address).content.decode()
        return set(re.findall(r'name="(?:layer|theme-[a-z]+)" value="([a-z_]+)" checked', html))

    usual, wanted = reverse("layers:map"), {"containments", "requests_by_state", "drains"}
    assert shown(usual) and not shown(usual) & wanted
    assert shown(f"{usual}?show={','.join(wanted)},nonsense") == shown(usual) | wanted
    # Of alternatives one is shown: the one asked for.
    (before,) = shown(usual) & {"buildings", "water_connections"}
    assert before == "buildings"
    assert shown(f"{usual}?show=water_connections") & {"buildings", "water_connections"} == {"water_connections"}


def test_panels_of_points_are_for_those_who_may_read_them(city: City, person: Person, signed_in: SignIn) -> None:
    for role, panels in ((Role.FSM_OFFICER, {"containments", "requests_by_state"}), (Role.APPROVER, set())):
        html = signed_in(person(role)).get(reverse("layers:map")).content.decode()
        found = _data(html, "map-data")["panels"]
        assert isinstance(found, dict) and set(found) == panels
        assert all("/0/" in address for address in found.values())


def test_the_words_are_in_the_page_not_in_the_script(city: City, person: Person, signed_in: SignIn) -> None:
    html = signed_in(person(Role.PLANNER)).get(reverse("layers:map")).content.decode()
    words = _data(html, "map-words")
    assert {"ward", "nothing", "failed", "unplaced", "session", "tiles", "webgl"} <= set(words)
    assert all(words.values())


def test_the_panel_lists_the_holdings_of_a_building(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.COLLECTOR))
    several = browser.get(reverse("layers:building_panel", args=[city.buildings["mixed"].pk])).content.decode()
    for name in ("mixed_paid", "mixed_late"):
        assert f'hx-get="{reverse("tax:holding_panel", args=[city.holdings[name].pk])}"' in several
    assert 'hx-trigger="load"' not in several
    one = browser.get(reverse("layers:building_panel", args=[city.buildings["paid"].pk])).content.decode()
    assert 'hx-trigger="load"' in one


def test_a_planner_gets_the_register_panel(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.PLANNER))
    html = browser.get(reverse("layers:building_panel", args=[city.buildings["paid"].pk])).content.decode()
    assert reverse("holdings:panel", args=[city.holdings["paid"].pk]) in html
    assert "/tax/" not in html


def test_the_panel_names_no_holding_outside_the_scope(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.COLLECTOR, wards=(23,)))
    html = browser.get(reverse("layers:building_panel", args=[city.buildings["paid"].pk])).content.decode()
    assert "hx-get" not in html and "notice warning" in html


def test_the_panel_costs_the_same_however_many_holdings(
    city: City, person: Person, signed_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    browser = signed_in(person(Role.COLLECTOR))
    for name in ("paid", "mixed"):
        with django_assert_max_num_queries(6):
            browser.get(reverse("layers:building_panel", args=[city.buildings[name].pk]))


def test_a_building_that_is_not_there(city: City, person: Person, signed_in: SignIn) -> None:
    assert signed_in(person(Role.COLLECTOR)).get(reverse("layers:building_panel", args=[0])).status_code == 404


def test_where_a_holding_stands(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.COLLECTOR, wards=(22,)))
    holding = city.holdings["mixed_late"]
    place = browser.get(reverse("layers:holding_place", args=[holding.pk])).json()
    assert place["buildings"] == [city.buildings["mixed"].pk]
    west, south, east, north = place["bounds"]
    outline = city.buildings["mixed"].geom.transform(4326, clone=True).extent
    assert (west, south, east, north) == pytest.approx(outline)
    assert browser.get(reverse("layers:holding_place", args=[city.holdings["other"].pk])).status_code == 403
    holding.building_links.all().delete()
    assert browser.get(reverse("layers:holding_place", args=[holding.pk])).json() == {"buildings": [], "bounds": None}


def test_ward_places_surround_their_label(city: City) -> None:
    for ward in queries.ward_places():
        west, south, east, north = ward.bounds
        assert west < ward.label[0] < east and south < ward.label[1] < north
    bounds = queries.city_bounds(queries.ward_places())
    assert bounds[0] < bounds[2] and bounds[1] < bounds[3]
    assert queries.city_bounds(()) == queries.BANGLADESH


def test_asking_for_a_count_answers_what_happened(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.PLANNER))
    assert browser.post(reverse("layers:count_again")).status_code == 202
    assert browser.post(reverse("layers:count_again")).status_code == 204
    assert browser.get(reverse("layers:count_again")).status_code == 405
    assert Job.objects.filter(kind="map_summaries").count() == 1


@pytest.mark.django_db
def test_an_empty_register_still_has_a_map(person: Person, signed_in: SignIn) -> None:
    assert not Building.objects.exists()
    assert signed_in(person(Role.PLANNER)).get(reverse("layers:map")).status_code == 200


@pytest.mark.parametrize(
    ("role", "promised"),
    [(Role.PLANNER, "Holding number or code"), (Role.COLLECTOR, "Holding number, owner or mobile")],
)
def test_the_search_promises_what_its_reader_may_search(
    city: City, person: Person, signed_in: SignIn, role: Role, promised: str
) -> None:
    browser = signed_in(person(role))
    browser.cookies["django_language"] = "en"
    html = browser.get(reverse("layers:map")).content.decode()
    assert f'placeholder="{promised}"' in html
