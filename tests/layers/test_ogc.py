"""OGC API Features: what the standard asks, page by page, and that nobody gets more than their audience."""

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
from schemathesis.specs.openapi.checks import positive_data_acceptance
from shapely.geometry import shape

from imis.models import AuditRow, User
from imis.roles import Role
from layers.access import pass_of
from layers.catalogue import LAYERS
from layers.given import boxes_of
from layers.spec import Audience
from tests.layers.conftest import City

_STATUS = "buildings_by_tax_status"


def _get(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def _items(client: Client, name: str, query: str = "", status: int = 200) -> Any:
    return _get(client, reverse("layers_ogc:items", args=[name]) + query, status)


def test_the_landing_page_leads_to_every_part(city: City, client: Client) -> None:
    landing = _get(client, reverse("layers_ogc:landing"))
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert set(links) == {"self", "service-desc", "conformance", "data"}
    for address in links.values():
        assert client.get(address).status_code == 200
    assert any(name.endswith("/conf/core") for name in _get(client, links["conformance"])["conformsTo"])


@pytest.mark.parametrize("role", [None, *Role])
def test_collections_are_those_of_the_audience(
    city: City, client: Client, person: Callable[..., User], role: Role | None
) -> None:
    widest = Audience.PUBLIC
    if role is not None:
        client.force_login(person(role))
        widest = pass_of(User.objects.get(roles=[role])).audience
    seen = {layer.name for layer in LAYERS if layer.audience <= widest}
    assert {each["id"] for each in _get(client, reverse("layers_ogc:collections"))["collections"]} == seen
    for layer in LAYERS:
        expected = 200 if layer.name in seen else 404
        for route in ("layers_ogc:collection", "layers_ogc:items"):
            assert client.get(reverse(route, args=[layer.name])).status_code == expected


def test_pages_follow_each_other_and_miss_nothing(city: City, client: Client) -> None:
    address, found = reverse("layers_ogc:items", args=["buildings"]) + "?limit=3", []
    while address:
        document = _get(client, address)
        assert document["numberMatched"] == 7
        assert document["numberReturned"] == len(document["features"]) <= 3
        found += [feature["id"] for feature in document["features"]]
        address = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
    assert found == sorted(building.pk for building in city.buildings.values())


def test_a_box_in_degrees_finds_what_it_touches(city: City, client: Client) -> None:
    one = city.buildings["paid"].geom.transform(4326, clone=True).extent
    inside = ",".join(str(number) for number in one)
    document = _items(client, "buildings", f"?bbox={inside}")
    assert [feature["id"] for feature in document["features"]] == [city.buildings["paid"].pk]
    with_heights = f"{one[0]},{one[1]},0,{one[2]},{one[3]},10"
    assert _items(client, "buildings", f"?bbox={with_heights}")["numberMatched"] == 1
    assert _items(client, "buildings", "?bbox=10,10,11,11")["numberMatched"] == 0
    assert _items(client, "buildings", "?bbox=170,-10,-170,10")["numberMatched"] == 0
    assert boxes_of("170,-10,-170,10") == ((170.0, -10.0, 180.0, 10.0), (-180.0, -10.0, -170.0, 10.0))


def test_an_envelope_that_only_touches_the_box_of_a_shape_does_not_count(city: City, client: Client) -> None:
    from django.contrib.gis.geos import MultiPolygon, Polygon

    building = city.buildings["paid"]
    west, south, east, north = building.geom.extent
    triangle = Polygon([(west, south), (west, north), (east, north), (west, south)])
    type(building).objects.filter(pk=building.pk).update(geom=MultiPolygon(triangle, srid=3857))
    corner = Polygon.from_bbox((east - 2, south, east - 1, south + 1))
    corner.srid = 3857
    box = ",".join(map(str, corner.transform(4326, clone=True).extent))
    assert _items(client, "buildings", f"?bbox={box}")["numberMatched"] == 0


def test_geometry_is_geojson_as_the_rfc_wants_it(city: City, client: Client) -> None:
    document = _items(client, "buildings")
    drawn = shape(document["features"][0]["geometry"])
    assert drawn.geom_type == "MultiPolygon" and drawn.is_valid
    assert all(part.exterior.is_ccw for part in drawn.geoms)
    assert 88 < drawn.centroid.x < 93 and 20 < drawn.centroid.y < 27


def test_values_of_columns_can_be_asked_for(city: City, client: Client) -> None:
    assert _items(client, "buildings", "?ward=23")["numberMatched"] == 1
    assert _items(client, "buildings", "?use=commercial")["numberMatched"] == 0
    assert _items(client, "roads", "?hierarchy=main&ward=22")["numberMatched"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0", "?limit=-1", "?limit=ten", "?limit=১", "?bbox=1,2,3", "?bbox=a,b,c,d", "?bbox=1,2,3,nan",
        "?bbox=0,5,1,2", "?bbox=200,0,210,1", "?nonsense=1", "?ward=x", "?ward=99999999999", "?use=%00", "?after=x",
        "?limit=1&limit=2", "?f=html", "?bin=B-1",
        "?bbox=1_0,1,12,3", "?bbox=১,1,2,3", "?bbox=%201,1,2,3", "?bbox=inf,1,2,3", "?bbox=1e999,1,2,3", "?bbox=",
        "?ward=1_0", "?ward=%2010", "?ward=১", "?ward=", "?datetime=", "?datetime=nonsense", "?datetime=2026",
        "?datetime=2026-13-01", "?datetime=2026-01-01T25:00:00Z", "?datetime=2026-01-01T00:00:00", "?datetime=..",
        "?datetime=/", "?datetime=../..", "?datetime=2026-01-01/x", "?datetime=2026-01-01/2026-01-02/..",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(city: City, client: Client, query: str) -> None:
    said = _items(client, "buildings", query, 400)
    assert said["code"] == "InvalidParameterValue"
    assert said["description"].startswith(query[1:].split("=")[0])


def test_a_limit_above_the_most_is_lowered_not_refused(city: City, client: Client) -> None:
    assert _items(client, "buildings", "?limit=999999&datetime=2026-01-01T00:00:00Z")["numberReturned"] == 7


@pytest.mark.parametrize(
    "moment",
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5%2B06:00", "2026-01-01", "../2026-01-01", "2026-01-01/",
     "2026-01-01/2026-01-01", "2026-01-01T00:00:00Z/.."],
)  # fmt: skip
def test_a_moment_is_read_and_filters_nothing(city: City, client: Client, moment: str) -> None:
    """The collections say no extent in time."""
    assert _items(client, "buildings", f"?datetime={moment}")["numberMatched"] == 7


def test_what_is_no_number_is_a_missing_feature(city: City, client: Client) -> None:
    for number in ("abc", "1_0", "-1", "১", "1.0", "9" * 5000):
        address = reverse("layers_ogc:items", args=["buildings"])
        assert _get(client, f"{address}/{number}", 404)["code"] == "NotFound"


def test_whoever_takes_features_is_written_down(city: City, client: Client, person: Callable[..., User]) -> None:
    rows = AuditRow.objects.filter(action="download_features")
    _items(client, "buildings")
    assert not rows.exists(), "strangers get only what is public"
    collector = person(Role.COLLECTOR, wards=(23,))
    client.force_login(collector)
    found = _items(client, _STATUS, "?ward=23&limit=5")["features"]
    _get(client, reverse("layers_ogc:item", args=[_STATUS, found[0]["id"]]))
    _items(client, _STATUS, "?ward=x", 400)
    _get(client, reverse("layers_ogc:item", args=[_STATUS, 999_999_999]), 404)
    page, one = rows.order_by("pk")
    assert (page.by, page.object_id, page.details["features"], page.details["most"]) == (collector, _STATUS, 1, 5)
    assert page.details["wards"] == [23] and page.details["filtered"] and page.details["audience"] == "gis_tax"
    assert one.details["features"] == 1 and not one.details["filtered"]


def test_a_single_feature_and_none(city: City, client: Client) -> None:
    wanted = city.buildings["paid"].pk
    found = _get(client, reverse("layers_ogc:item", args=["buildings", wanted]))
    assert (found["type"], found["id"]) == ("Feature", wanted)
    assert {link["rel"] for link in found["links"]} == {"self", "collection"}
    for number in (999_999_999, 2**64):
        assert _get(client, reverse("layers_ogc:item", args=["buildings", number]), 404)["code"] == "NotFound"


def test_staff_columns_stay_with_staff(city: City, client: Client, person: Callable[..., User]) -> None:
    public = _items(client, "buildings")["features"][0]["properties"]
    client.force_login(person(Role.PLANNER))
    staff = _items(client, "buildings")["features"][0]["properties"]
    assert "bin" not in public and "bin" in staff
    assert _items(client, "buildings", "?bin=paid")["numberMatched"] == 1


def test_a_collector_gets_the_statuses_of_their_wards_only(
    city: City, client: Client, person: Callable[..., User]
) -> None:
    client.force_login(person(Role.COLLECTOR, wards=(23,)))
    found = _items(client, _STATUS)
    assert found["numberMatched"] == 1
    assert {feature["properties"]["ward"] for feature in found["features"]} == {23}
    other = city.buildings["paid"].pk
    _get(client, reverse("layers_ogc:item", args=[_STATUS, other]), 404)
    assert _items(client, _STATUS, "?ward=22")["numberMatched"] == 0


def test_what_depends_on_the_asker_is_never_kept(city: City, client: Client, person: Callable[..., User]) -> None:
    address = reverse("layers_ogc:items", args=["buildings"])
    assert client.get(address)["Cache-Control"].startswith("public")
    client.force_login(person(Role.PLANNER))
    assert client.get(address)["Cache-Control"] == "private, no-store"


@pytest.fixture
def described(city: City, client: Client, person: Callable[..., User]) -> Iterator[Any]:
    """The service as its own document describes it, asked by a collector of the whole city."""
    client.force_login(person(Role.COLLECTOR))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    served = get_wsgi_application()

    def signed_in(environ: dict[str, Any], start_response: Any) -> Any:
        return served({**environ, "HTTP_COOKIE": cookie}, start_response)

    # As Django's own test client does: the end of a request would close the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(reverse("layers_ogc:api"), signed_in)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def _checked(operation: Any) -> list[int]:
    """Asks as the document allows and as it forbids; each answer must be one that it describes."""
    seen = []

    @hypothesis.settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        # An OpenAPI schema cannot say that a box's south lies below its north: such a box is refused all the same.
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        seen.append(answer.status_code)

    check()
    return seen


def test_answers_are_as_the_api_document_says(described: Any) -> None:
    seen = {operation.ok().label: _checked(operation.ok()) for operation in described.get_all_operations()}
    assert len(seen) == 3 + 3 * len(LAYERS), sorted(seen)
    assert all(200 in codes for label, codes in seen.items() if not label.endswith("{featureId}")), seen


def test_the_check_bites(described: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.views.ogc.single", lambda *_: '{"type": "Nonsense"}')
    wanted = "GET /collections/wards/items/{featureId}"
    (operation,) = (each.ok() for each in described.get_all_operations() if each.ok().label == wanted)
    with pytest.raises(schemathesis.core.failures.FailureGroup):
        _checked(operation)
