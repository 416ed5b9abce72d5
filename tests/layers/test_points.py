"""What stands at a point and which road is nearest: content, both languages, permission, audience and ward scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.gis.geos import Point as Shape
from django.test import Client
from django.urls import reverse

from holdings.models import Building, Road
from imis.models import User
from imis.roles import Role
from layers.points import Point, point_of, road_near, road_near_holding
from tests.layers.city import X0, Y0
from tests.layers.conftest import City

SignIn = Callable[[User], Client]
Person = Callable[..., User]
EVERY = "wards,roads,buildings,buildings_by_tax_status"


def place(x: float, y: float) -> dict[str, str]:
    """The parameters of a click at units of the test city."""
    degrees = Shape(X0 + x, Y0 + y, srid=3857).transform(4326, clone=True)
    return {"lat": f"{degrees.y:.7f}", "lng": f"{degrees.x:.7f}"}


def asked(browser: Client, x: float, y: float, layers: str = EVERY, zoom: int = 17, language: str = "en") -> str:
    browser.cookies["django_language"] = language
    answer = browser.get(reverse("layers:info"), {**place(x, y), "zoom": zoom, "layers": layers})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def shown(html: str) -> list[str]:
    return re.findall(r'data-layer="(\w+)"', html)


def test_a_click_finds_every_shown_layer_topmost_first(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.COLLECTOR))
    html = asked(browser, 116, 26)
    assert shown(html) == ["buildings_by_tax_status", "buildings", "wards"]
    assert "Two years or more in arrears" in html and "Pucca" in html and "mixed" in html
    assert shown(asked(browser, 116, 26, layers="wards")) == ["wards"]
    assert shown(asked(browser, 350, 100.5)) == ["roads", "wards"]
    assert shown(asked(browser, 116, 26, language="bn")) == shown(html)
    assert "দুই বছর" in asked(browser, 116, 26, language="bn")
    nothing = asked(browser, -500, -500)
    assert shown(nothing) == [] and "None of the layers shown" in nothing


def test_a_click_beside_a_road_is_on_it_as_far_as_a_finger_reaches(
    city: City, person: Person, signed_in: SignIn
) -> None:
    browser = signed_in(person(Role.PLANNER))
    assert shown(asked(browser, 350, 103, layers="roads", zoom=17)) == ["roads"]
    assert shown(asked(browser, 350, 110, layers="roads", zoom=17)) == []
    assert shown(asked(browser, 350, 110, layers="roads", zoom=14)) == ["roads"]


def test_what_is_here_keeps_to_audience_and_wards(city: City, person: Person, signed_in: SignIn) -> None:
    planner = asked(signed_in(person(Role.PLANNER)), 116, 26)
    assert shown(planner) == ["buildings", "wards"] and "arrears" not in planner
    narrow = signed_in(person(Role.COLLECTOR, wards=(23,)))
    assert shown(asked(narrow, 116, 26)) == ["buildings", "wards"]
    assert shown(asked(narrow, 226, 26))[0] == "buildings_by_tax_status"


def test_at_low_zooms_the_sums_answer(city: City, person: Person, signed_in: SignIn) -> None:
    from django.utils import timezone

    from layers.services import refresh_summaries

    refresh_summaries(by=None, at=timezone.localtime())
    html = asked(signed_in(person(Role.COLLECTOR)), 116, 26, layers="buildings_by_tax_status", zoom=10)
    assert "Billed buildings in arrears, by ward" in html and "<dd>60</dd>" in html


@pytest.mark.parametrize(
    "wrong",
    [{}, {"lat": "x"}, {"lat": "nan"}, {"lat": "91"}, {"lng": "inf"}, {"zoom": "-1"}, {"zoom": "999"}, {"zoom": ""}],
)
def test_no_such_place(person: Person, signed_in: SignIn, wrong: dict[str, str]) -> None:
    asked_for = {"lat": "22.8", "lng": "89.5", "zoom": "15", **wrong} if wrong else {}
    assert signed_in(person(Role.PLANNER)).get(reverse("layers:info"), asked_for).status_code == 400


def test_points_that_are_none() -> None:
    assert point_of("22.8", "89.5") == Point(22.8, 89.5)
    assert [point_of(*pair) for pair in (("nan", "1"), ("1", "inf"), ("86", "1"), ("", ""))] == [None] * 4


def test_the_nearest_road_and_how_far_it_is(city: City, person: Person, signed_in: SignIn) -> None:
    """50 map units at this latitude are 46 m on the ellipsoid; map units would be an eighth too long."""
    browser = signed_in(person(Role.PLANNER))
    browser.cookies["django_language"] = "en"
    html = browser.get(reverse("layers:nearest_road"), place(100, 50)).content.decode()
    assert "<dd>001</dd>" in html and "<dd>Main road</dd>" in html and "<dd>45.9</dd>" in html
    way = re.search(r'data-way="([^"]+)"', html)
    assert way
    lat, lng, to_lat, to_lng = (float(each) for each in way.group(1).split(","))
    assert lng == pytest.approx(to_lng, abs=1e-6) and 0.0003 < to_lat - lat < 0.0005
    assert browser.get(reverse("layers:nearest_road"), {"lat": "x", "lng": "1"}).status_code == 400


def test_the_road_of_a_holding_is_measured_from_its_wall(city: City, person: Person, signed_in: SignIn) -> None:
    holding = city.holdings["paid"]
    road = road_near_holding(holding)
    assert road is not None and road.code == "001"
    middle = Shape(X0 + 16, Y0 + 26, srid=3857).transform(4326, clone=True)
    from_middle = road_near(Point(middle.y, middle.x))
    assert from_middle is not None and 5 < from_middle.metres - road.metres < 6
    browser = signed_in(person(Role.COLLECTOR, wards=(22,)))
    assert "map-way" in browser.get(reverse("layers:holding_road", args=[holding.pk])).content.decode()
    other = reverse("layers:holding_road", args=[city.holdings["other"].pk])
    assert browser.get(other).status_code == 403
    holding.building_links.all().delete()
    assert road_near_holding(holding) is None


def test_of_two_roads_the_nearer(city: City) -> None:
    from django.contrib.gis.geos import LineString, MultiLineString

    near = MultiLineString(LineString([(X0, Y0 + 60), (X0 + 400, Y0 + 60)]), srid=3857)
    Road.objects.create(ward=city.wards[22], code="002", name_bn="গলি", name_en="Lane", geom=near)
    Road.objects.create(ward=city.wards[22], code="003", name_bn="গলি", name_en="Lane", geom=None)
    point = Shape(X0 + 100, Y0 + 70, srid=3857).transform(4326, clone=True)
    found = road_near(Point(point.y, point.x))
    assert found is not None and found.code == "002"
    Road.objects.all().delete()
    assert road_near(Point(point.y, point.x)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["layers:info", "layers:nearest_road"])
def test_a_stranger_is_asked_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name), {**place(1, 1), "zoom": 15, "layers": EVERY})
    assert answer.status_code == 302 and "sign-in" in answer["Location"]


def test_the_panel_of_a_building_offers_the_road(city: City, person: Person, signed_in: SignIn) -> None:
    browser = signed_in(person(Role.COLLECTOR))
    building: Building = city.buildings["paid"]
    html = browser.get(reverse("layers:building_panel", args=[building.pk])).content.decode()
    assert reverse("layers:holding_road", args=[city.holdings["paid"].pk]) in html
