"""The REST doors: shapes in degrees, people for those who may see them, wards kept apart, the document true."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
import schemathesis.core.failures
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck
from schemathesis.specs.openapi.checks import ignored_auth
from shapely.geometry import shape

from holdings.models import Holding, Owner
from imis.models import User
from imis.roles import Role
from tests.imis.route_samples import OTHER_WARD, WARD, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(person: Callable[..., User]) -> World:
    """A billed holding with an owner."""
    made = World(person)
    Owner.objects.filter(ownerships__holding=made.bill.holding).update(name_bn="রহিমা খাতুন")
    return made


def _get(client: Client, route: str, status: int = 200, query: str = "", **arguments: Any) -> Any:
    answer = client.get(reverse(f"api:{route}", kwargs=arguments) + query)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_nobody_is_told_to_sign_in_not_redirected(world: World, client: Client) -> None:
    assert "detail" in _get(client, "holdings", 401)


def test_a_holding_and_its_people(world: World, signed_in: Callable[..., Client]) -> None:
    seen = _get(signed_in(Role.ASSESSOR, username="reader"), "holding", pk=world.holding.pk)
    assert (seen["ward"], seen["number"]) == (WARD, world.holding.number_written)
    assert "রহিমা খাতুন" in [owner["name_bn"] for owner in seen["owners"]]
    assert seen["buildings"] == [world.building.pk]


def test_a_planner_sees_no_people(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.PLANNER, username="reader")
    assert _get(client, "holding", pk=world.holding.pk)["owners"] is None
    assert "রহিমা" not in client.get(reverse("api:holdings")).content.decode()


def test_other_wards_do_not_exist(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.COLLECTOR, wards=[OTHER_WARD])
    assert _get(client, "holdings")["results"] == []
    assert _get(client, "buildings")["features"] == []
    assert _get(client, "dues")["results"] == []
    _get(client, "holding", 404, pk=world.holding.pk)
    _get(client, "building", 404, pk=world.building.pk)
    _get(client, "holding_dues", 403, holding_id=world.holding.pk)


def test_a_building_stands_where_it_stands(world: World, signed_in: Callable[..., Client]) -> None:
    found = _get(signed_in(Role.PLANNER, username="reader"), "buildings", query=f"?ward={WARD}")
    (feature,) = found["features"]
    assert found["type"] == "FeatureCollection" and feature["id"] == world.building.pk
    wanted = world.building.geom.transform(4326, clone=True)
    assert shape(feature["geometry"]).centroid.distance(shape(json.loads(wanted.geojson)).centroid) < 1e-6


def test_dues_are_those_of_the_screen(world: World, signed_in: Callable[..., Client]) -> None:
    from django.utils import timezone

    from tax.queries import quote_for

    seen = _get(signed_in(Role.COLLECTOR, username="reader"), "holding_dues", holding_id=world.holding.pk)
    quote = quote_for(world.holding.pk, timezone.localdate())
    assert [offer["payable"] for offer in seen["offers"]] == [str(offer.payable) for offer in quote.offers]
    assert sum(float(line["unpaid"]) for line in seen["lines"] if line["bill"]) == float(quote.position.unpaid)


def test_pages_follow_the_key_with_a_fixed_number_of_queries(
    world: World, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    for place in range(2, 30):
        Holding.objects.create(ward_id=WARD, number_written=str(1000 + place), number_key=str(1000 + place))
    client, found, query = signed_in(Role.ASSESSOR, username="reader"), [], "?limit=7"
    while True:
        with django_assert_max_num_queries(8):
            document = _get(client, "holdings", query=query)
        found += [row["id"] for row in document["results"]]
        if document["next"] is None:
            break
        query = "?" + document["next"].split("?")[1]
    assert found == sorted(Holding.objects.values_list("pk", flat=True)) and len(found) == 29


@pytest.mark.parametrize("query", ["?nonsense=1", "?ward=x", "?ward=%00", "?number=%00", "?ward=১"])
def test_what_is_not_understood_is_named(world: World, signed_in: Callable[..., Client], query: str) -> None:
    said = _get(signed_in(Role.ASSESSOR, username="reader"), "holdings", 400, query=query)
    assert list(said) == [query[1:].split("=")[0]]


def test_a_number_is_found_as_people_write_it(world: World, signed_in: Callable[..., Client]) -> None:
    Holding.objects.filter(pk=world.holding.pk).update(number_key="12/A")
    client = signed_in(Role.ASSESSOR, username="reader")
    assert [row["id"] for row in _get(client, "holdings", query="?number=১২/a")["results"]] == [world.holding.pk]


@pytest.fixture
def described(request: pytest.FixtureRequest, world: World, signed_in: Callable[..., Client]) -> Iterator[Any]:
    """The doors as their document describes them, opened by an auditor, to whom all of them open, or by `param`."""
    client = signed_in(getattr(request, "param", Role.AUDITOR), username="reader")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    served = get_wsgi_application()

    def through(environ: dict[str, Any], start_response: Any) -> Any:
        return served({**environ, "HTTP_COOKIE": cookie}, start_response)

    # As Django's own test client does: the end of a request would close the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(reverse("api:schema") + "?format=json", through)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def _checked(operation: Any) -> set[int]:
    seen = set()

    @hypothesis.settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        answer = case.call()
        seen.add(answer.status_code)
        assert answer.status_code < 500
        if answer.status_code == 200:
            # The cookie is put in below the generator, which therefore believes it asked as a stranger.
            case.validate_response(answer, excluded_checks=[ignored_auth])

    check()
    return seen


def test_answers_are_as_the_document_says(world: World, described: Any) -> None:
    assert world.tank_emptied
    seen = {each.ok().label: _checked(each.ok()) for each in described.get_all_operations()}
    assert len(seen) >= 8
    assert all(200 in codes for label, codes in seen.items() if "{" not in label), seen


@pytest.mark.parametrize("thing", ["holding", "holding_dues", "building", "request"])
@pytest.mark.parametrize("described", [Role.AUDITOR, Role.PLANNER], indirect=True)
def test_one_thing_is_as_the_document_says(
    world: World, described: Any, thing: str, request: pytest.FixtureRequest
) -> None:
    """By its real number, which no generator guesses, with people (the auditor) and without (the planner)."""
    place = {"request": lambda: world.tank_emptied, "building": lambda: world.building}
    one = place.get(thing, lambda: world.holding)()
    (operation,) = (
        each.ok() for each in described.get_all_operations() if each.ok().definition.raw["operationId"] == thing
    )
    (argument,) = (each.name for each in operation.path_parameters)
    case = operation.Case(path_parameters={argument: str(one.pk)})
    answer = case.call()
    closed = thing == "holding_dues" and request.node.callspec.params["described"] is Role.PLANNER
    assert answer.status_code == (403 if closed else 200)
    if not closed:
        case.validate_response(answer, excluded_checks=[ignored_auth])


def test_the_check_bites(described: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdings.api import HoldingOut

    monkeypatch.setattr(HoldingOut, "to_representation", lambda *_: {"id": "no number"})
    (operation,) = (each.ok() for each in described.get_all_operations() if each.ok().label == "GET /api/v1/holdings/")
    with pytest.raises(schemathesis.core.failures.FailureGroup):
        _checked(operation)
