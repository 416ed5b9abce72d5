"""Requests over REST: where they stand, what happened to them, and who asked only for those who may see people."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from fsm import services
from fsm.models import Request
from imis.roles import Role
from tests.fsm.office import WARD, Office, ward

pytestmark = pytest.mark.django_db
_PEOPLE = ("করিম", "01711000000", "খান জাহান আলী", "গেট বন্ধ, রহিমকে ডাকুন")


def _get(client: Client, route: str, query: str = "", status: int = 200, **arguments: Any) -> Any:
    answer = client.get(reverse(f"api:{route}", kwargs=arguments) + query, headers={"accept-language": "en"})
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


@pytest.fixture
def reader(signed_in: Callable[..., Client]) -> Client:
    return signed_in(Role.FSM_OFFICER, username="reader")


@pytest.fixture
def planner(signed_in: Callable[..., Client]) -> Client:
    return signed_in(Role.PLANNER, username="planner")


def test_a_request_stands_at_its_containment(office: Office, reader: Client) -> None:
    request = office.verified(office.containment(), urgent=True)
    (feature,) = _get(reader, "requests")["features"]
    assert (feature["type"], feature["id"]) == ("Feature", str(request.pk))
    place = request.containment.geom.transform(4326, clone=True)  # type: ignore[union-attr]
    assert feature["geometry"]["type"] == "Point"
    assert feature["geometry"]["coordinates"] == pytest.approx(place.coords, abs=1e-7)
    said = feature["properties"]
    assert (said["number"], said["state"], said["ward"], said["urgent"]) == (request.number, "verified", WARD, True)
    assert said["containment"] == "C22-1"
    assert said["requester"] == {"name": "করিম", "mobile": "01711000000", "address": "২২/১ খান জাহান আলী রোড"}


def test_it_stands_at_its_building_else_nowhere(office: Office, reader: Client) -> None:
    building = office.containment().building_links.get().building
    at_building, nowhere = office.asked(building=building.pk), office.asked()
    found = {each["id"]: each["geometry"] for each in _get(reader, "requests")["features"]}
    assert found[str(nowhere.pk)] is None
    place = building.point.transform(4326, clone=True)
    assert found[str(at_building.pk)]["coordinates"] == pytest.approx(place.coords, abs=1e-7)


def test_its_steps_are_those_of_the_books(office: Office, reader: Client) -> None:
    request = office.emptied(office.containment(), "1.50", "0.75")
    office.receive(request, 1, "1.40")
    said = _get(reader, "request", pk=request.pk)["properties"]
    assert [(each["step"], each["trip"], each["volume_m3"]) for each in said["events"]] == [
        ("request", None, None), ("verify", None, None), ("assign", None, None), ("start", None, None),
        ("depart", 1, "1.50"), ("depart", 2, "0.75"), ("finish", None, None), ("receive", 1, "1.40"),
    ]  # fmt: skip
    assert [each["n"] for each in said["events"]] == list(range(1, 9))
    assert all(left["after"] == right["before"] for left, right in zip(said["events"], said["events"][1:]))  # noqa: B905
    assert said["events"][-1]["after"] == said["state"] == Request.objects.get(pk=request.pk).state
    times = [datetime.fromisoformat(each["at"]) for each in said["events"]]
    assert times == sorted(times)


def test_people_are_for_those_who_may_see_them(office: Office, reader: Client, planner: Client) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    said = {"event_id": uuid4(), "reason": _PEOPLE[3], "by": office.driver_user, "at": office.now()}
    services.report_failure(request=request.pk, **said)
    for route, arguments in (("requests", {}), ("request", {"pk": request.pk})):
        shown = json.dumps(_get(planner, route, **arguments), ensure_ascii=False)
        assert not [word for word in _PEOPLE if word in shown]
        assert request.number in shown
    assert _get(planner, "request", pk=request.pk)["properties"]["requester"] is None
    every = json.dumps(_get(reader, "request", pk=request.pk), ensure_ascii=False)
    assert not [word for word in _PEOPLE if word not in every]


def test_the_list_is_narrowed(office: Office, reader: Client) -> None:
    ward(24)
    verified = office.verified(office.containment())
    waiting, elsewhere = office.asked(), office.asked(ward=24)

    def ids(query: str) -> list[str]:
        return [each["id"] for each in _get(reader, "requests", query)["features"]]

    assert ids("") == [str(each.pk) for each in (elsewhere, waiting, verified)]  # the newest first
    assert ids("?state=verified") == [str(verified.pk)]
    assert ids("?state=requested&ward=22") == [str(waiting.pk)]
    assert ids("?state=closed") == []
    bangla = waiting.number.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert ids(f"?number={bangla}") == [str(waiting.pk)]


def test_pages_meet_and_cost_the_same(office: Office, reader: Client, django_assert_max_num_queries: Any) -> None:
    moment = office.now()
    for place in range(9):
        office.at = moment + timedelta(minutes=place // 4)  # several of one moment
        office.asked()
    found, query = [], "?limit=2"
    while query:
        with django_assert_max_num_queries(6):
            page = _get(reader, "requests", query)
        found += [each["id"] for each in page["features"]]
        query = "?" + page["next"].split("?")[1] if page["next"] else ""
    assert len(found) == 9 and set(found) == {str(pk) for pk in Request.objects.values_list("pk", flat=True)}


@pytest.mark.parametrize(
    "query", ["?state=nonsense", "?state=", "?ward=x", "?requester_mobile=01711000000", "?number=%00"]
)
def test_what_is_not_understood_is_named(office: Office, reader: Client, query: str) -> None:
    assert list(_get(reader, "requests", query, status=400)) == [query[1:].split("=")[0]]


@pytest.mark.parametrize("route", ["requests", "holdings", "dues"])
@pytest.mark.parametrize("cursor", ["p=abc", "p=2026-99-99", "p=%00", "o=-1", "p=1' OR 1=1", "r=1&p=é"])
def test_a_made_up_cursor_is_no_error_of_ours(
    office: Office, signed_in: Callable[..., Client], route: str, cursor: str
) -> None:
    office.asked()
    client = signed_in(Role.AUDITOR, username="reader")
    made_up = b64encode(cursor.encode()).decode()
    assert client.get(reverse(f"api:{route}"), {"cursor": made_up}).status_code in (200, 404)


def test_other_wards_do_not_exist(office: Office, signed_in: Callable[..., Client]) -> None:
    request = office.asked()
    client = signed_in(Role.FSM_OFFICER, wards=[24])
    assert _get(client, "requests")["features"] == []
    assert _get(client, "requests", f"?ward={WARD}")["features"] == []
    _get(client, "request", status=404, pk=request.pk)


@pytest.mark.parametrize("role", list(Role))
def test_roles(office: Office, signed_in: Callable[..., Client], role: Role) -> None:
    """Written out: who reads requests is a decision, not a consequence."""
    request = office.asked()
    readers = {
        Role.ADMINISTRATOR, Role.COLLECTION_OFFICER, Role.CASHIER, Role.PLANNER, Role.AUDITOR, Role.FSM_OFFICER,
    }  # fmt: skip
    client = signed_in(role, username="reader")
    status = 200 if role in readers else 403
    _get(client, "requests", status=status)
    _get(client, "request", status=status, pk=request.pk)


def test_strangers_are_told_to_sign_in(office: Office, client: Client) -> None:
    assert "detail" in _get(client, "requests", status=401)
