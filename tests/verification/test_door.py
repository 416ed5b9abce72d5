"""`/ows/` before each map server: who gets in, what may be asked, what comes out, and what is written down."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from geoserver import desired, views
from imis.models import AuditRow
from imis.roles import Role
from layers.catalogue import LAYERS
from layers.database import columns_for
from layers.spec import Audience
from tests.verification.doors import BEHIND, FEATURES, MAP, behind, person, signed
from tests.verification.town import BUILDINGS

pytestmark = pytest.mark.django_db
_STATUS = "buildings_by_tax_status"
_OFFICES = {Audience.PUBLIC: None, Audience.STAFF: Role.PLANNER, Audience.TAX: Role.COLLECTOR}


def _compare(operator: str, name: str, value: str) -> str:
    tag = f"PropertyIs{operator.partition(' ')[0]}"
    inside = f"<PropertyName>{name}</PropertyName><Literal>{value}</Literal>"
    return f"<PropertyIs{operator}>{inside}</{tag}>"


@pytest.fixture(scope="module", params=BEHIND)
def map_server(request: pytest.FixtureRequest, committed_town: None, tmp_path_factory: Any) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("ows")
    with behind(request.param, folder) as (server, fake):
        yield server, fake


@pytest.fixture
def door(map_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The map server behind the door; its fake, when it is one, forgets what it was asked."""
    monkeypatch.setattr(views, "map_server", lambda: map_server[0])
    if map_server[1] is not None:
        map_server[1].asked.clear()
    return map_server


def _get(
    audience: str, query: dict[str, str], headers: dict[str, str] | None = None, client: Client | None = None
) -> Any:
    return (client or Client()).get(reverse("geoserver:audience", args=[audience]), query, headers=headers or {})


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _features(response: Any) -> list[dict[str, Any]]:
    body = _body(response)
    assert response.status_code == 200, body[:500]
    return json.loads(body)["features"]


def _headers(audience: Audience) -> dict[str, str]:
    office = _OFFICES[audience]
    return signed(person(office)) if office else {}


@pytest.mark.parametrize("audience", list(Audience), ids=lambda each: each.name.lower())
def test_every_layer_is_drawn_and_handed_out(door: Any, audience: Audience) -> None:
    headers = _headers(audience)
    for item in desired.published(audience):
        picture = _get(audience.name.lower(), {**MAP, "layers": item.name}, headers)
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/png"), (item.name, picture.content[:300])
        for feature in _features(
            _get(audience.name.lower(), {**FEATURES, "typenames": item.name, "count": "1"}, headers)
        ):
            assert {*feature["properties"]} - {"id"} == {*item.attributes} - {"id", "geom"}


@pytest.mark.parametrize("audience", [Audience.STAFF, Audience.TAX], ids=lambda each: each.name.lower())
def test_a_circle_opens_to_its_people_only(door: Any, audience: Audience) -> None:
    query = {**FEATURES, "typenames": "buildings", "count": "1"}
    stranger = _get(audience.name.lower(), query)
    assert stranger.status_code == 401 and stranger["WWW-Authenticate"].startswith("Basic")
    planner = _get(audience.name.lower(), query, signed(person(Role.PLANNER)))
    assert planner.status_code == (200 if audience is Audience.STAFF else 403)
    assert _get(audience.name.lower(), query, {"authorization": "Basic bm9ib2R5OndhbGs="}).status_code == 401


def test_a_layer_of_a_wider_circle_is_unknown(door: Any) -> None:
    for name in (_STATUS, f"gis_tax:{_STATUS}", "gis_tax:buildings", "map_buildings_by_tax_status", "nowhere", ""):
        assert _get("public", {**MAP, "layers": name}).status_code == 404
        assert _get("public", {**FEATURES, "typenames": name}).status_code == 404
        assert _get("public", {**MAP, "layers": f"wards,{name}"}).status_code == 404


def test_no_column_of_a_wider_circle_can_be_reached(door: Any) -> None:
    """The building's number is for staff: it can be neither selected, filtered by, nor sorted by, in any form."""
    base = {**FEATURES, "typenames": "buildings"}
    text = _compare("Like wildCard='*' singleChar='_' escapeChar='!'", "bin", "secret*")
    attempts = [
        {"propertyname": "bin"}, {"propertyname": "ward,gis_staff:bin"}, {"sortby": "bin"}, {"sortby": "ward,bin D"},
        {"filter": f"<Filter>{text}</Filter>"}, {"filter": f"<Filter><Not>{text}</Not></Filter>"},
        {"cql_filter": "bin='secret-22-10'"}, {"propertyname": "*,bin"},
        {"FILTER": f"<Filter><Or>{text}{text}</Or></Filter>"},
    ]  # fmt: skip
    for attempt in attempts:
        assert _get("public", {**base, **attempt}).status_code in (400, 403), attempt
    body = _body(_get("public", {**base, "outputformat": ""}))
    assert b"secret-" not in body and b"buildings" in body
    info = {
        **MAP,
        "request": "GetFeatureInfo",
        "layers": "buildings",
        "query_layers": "buildings",
        "i": "40",
        "j": "150",
    }
    for form in ("application/json", "text/plain", "application/vnd.ogc.gml"):
        assert b"secret-" not in _body(_get("public", {**info, "info_format": form}))
    described = _body(_get("public", {"service": "WFS", "request": "DescribeFeatureType", "typenames": "buildings"}))
    assert b"storeys" in described and b'"bin"' not in described


def test_a_collector_gets_the_features_of_their_wards(door: Any) -> None:
    query = {**FEATURES, "typenames": _STATUS}
    assert len(_features(_get("tax", query, signed(person(Role.COLLECTOR))))) == sum(BUILDINGS.values())
    found = _features(_get("tax", query, signed(person(Role.COLLECTOR, wards=(23,)))))
    assert len(found) == BUILDINGS[23] and {each["properties"]["ward"] for each in found} == {23}
    assert _features(_get("tax", query, signed(person(Role.COLLECTOR, wards=())))) == []
    # What is not scoped shows the whole city.
    every = _features(_get("tax", {**query, "typenames": "buildings"}, signed(person(Role.COLLECTOR, wards=(22,)))))
    assert len(every) == sum(BUILDINGS.values())


_ANY, _W22 = _compare("GreaterThan", "ward", "0"), _compare("EqualTo", "ward", "22")


@pytest.mark.parametrize(
    "attempt",
    [
        {"filter": f"<Filter>{_ANY}</Filter>"},
        {"filter": f"<Filter><Or>{_W22}{_ANY}</Or></Filter>"},
        {"filter": f"<Filter><Not>{_W22}</Not></Filter>"},
        {"filter": "<Filter>" + "".join(f'<FeatureId fid="{_STATUS}.{n}"/>' for n in range(1, 50)) + "</Filter>"},
        {"resourceid": ",".join(f"{_STATUS}.{n}" for n in range(1, 50))},
        {"bbox": MAP["bbox"] + ",EPSG:3857"},
        {"startindex": "0", "count": "1000"},
        {"wards": "all"}, {"cql_filter": "INCLUDE"}, {"CQL_FILTER": "1=1"}, {"viewparams": "wards:all"}, {"map": "/x"},
        {"filter": f"<Filter>{_W22}</Filter><Filter>{_ANY}</Filter>"},
        {"filter": f"<Filter>{_W22}</Filter>) OR (ward=22"},
        {"filter": f"<Filter>{_compare('EqualTo', 'status', 'x&apos; OR &apos;1&apos;=&apos;1')}</Filter>"},
    ],
    ids=lambda attempt: str(attempt)[:40],
)  # fmt: skip
def test_no_question_reaches_around_the_wards(door: Any, attempt: dict[str, str]) -> None:
    headers = signed(person(Role.COLLECTOR, wards=(23,)))
    response = _get("tax", {**FEATURES, "typenames": _STATUS, **attempt}, headers)
    body = _body(response)
    assert response.status_code in (200, 400, 403)
    if response.status_code == 200:
        assert {each["properties"]["ward"] for each in json.loads(body)["features"]} <= {23}


def test_a_map_of_wards_that_are_not_mine_is_empty(door: Any) -> None:
    mine, other = (signed(person(Role.COLLECTOR, wards=wards)) for wards in ((22, 23), (1,)))
    query = {**MAP, "layers": _STATUS, "transparent": "true"}
    full, empty = (_get("tax", query, headers).content for headers in (mine, other))
    assert full != empty and _colours(empty) == 1 < _colours(full) or door[1] is not None and full != empty
    info = {
        **query,
        "request": "GetFeatureInfo",
        "query_layers": _STATUS,
        "info_format": "application/json",
        "i": "46",
        "j": "115",
    }
    assert _features(_get("tax", info, other)) == []


def _colours(png: bytes) -> int:
    """Different bytes of a picture without its filters; one for an empty picture."""
    start = png.index(b"IDAT") - 4
    parts = b""
    while png[start + 4 : start + 8] == b"IDAT":
        length = int.from_bytes(png[start : start + 4], "big")
        parts += png[start + 8 : start + 8 + length]
        start += length + 12
    return 1 if len(set(zlib.decompress(parts)) - {0, 1, 2, 3, 4}) <= 1 else 2


@pytest.mark.parametrize("audience", list(Audience), ids=lambda each: each.name.lower())
@pytest.mark.parametrize("service", ["WMS", "WFS"])
def test_capabilities_name_this_door_and_no_other_host(door: Any, service: str, audience: Audience) -> None:
    import re

    query = {"service": service, "request": "GetCapabilities"}
    evil = {"x-forwarded-host": "evil.example", "x-forwarded-server": "evil.example", "forwarded": "host=evil.example"}
    response = _get(audience.name.lower(), query, {**_headers(audience), **evil})
    body = _body(response)
    assert response.status_code == 200 and b"evil" not in body
    root = f"http://testserver/ows/{audience.name.lower()}/".encode()
    hosts = {found for found in re.findall(rb"https?://[^\s\"'<>]+", body)}
    assert root in body
    known = (
        root,
        b"http://www.opengis.net/",
        b"http://www.w3.org/",
        b"http://schemas.opengis.net/",
        b"http://mapserver.gis.umn.edu/",
    )
    assert [each for each in hosts if not each.startswith(known)] == []
    for layer in LAYERS:
        for band in layer.bands:
            named = re.search(rb"<Name>(?:\w+:)?" + band.name.encode() + rb"</Name>", body)
            assert bool(named) is (layer.audience <= audience), band.name


def test_a_host_that_is_not_ours_is_refused(door: Any) -> None:
    response = Client().get(
        "/ows/public/", {"service": "WMS", "request": "GetCapabilities"}, headers={"host": "evil.example"}
    )
    assert response.status_code == 400 and b"WMS_Capabilities" not in response.content


def test_pages_meet_and_ids_stay(door: Any) -> None:
    query = {**FEATURES, "typenames": "buildings", "count": "3", "sortby": "id"}
    pages = [_features(_get("public", {**query, "startindex": str(start)})) for start in (0, 3, 6)]
    ids = [str(each["id"]).rpartition(".")[2] for page in pages for each in page]
    assert len(ids) == len(set(ids)) == sum(BUILDINGS.values())


def test_what_the_map_server_says_of_itself_stays_inside(door: Any) -> None:
    """An error in disguise (status 200, XML) is an error here, in words that name no table and no host."""
    query = {**MAP, "layers": "buildings", "bbox": "5,5,1,1"}
    response = _get("public", query)
    assert response.status_code in (400, 502), response.content[:200]
    assert b"ServiceException" in response.content
    for word in (b"java", b"gis_public", b"127.0.0.1", b"mapserv", b"SELECT"):
        assert word not in response.content


def test_downloads_are_written_down(door: Any) -> None:
    collector = person(Role.COLLECTOR, wards=(23,))
    _get("tax", {**FEATURES, "typenames": _STATUS, "count": "2"}, signed(collector))
    row = AuditRow.objects.get(action="download_features")
    assert (row.by, row.object_id, row.details["wards"], row.details["most"]) == (collector, _STATUS, [23], 2)
    _get("public", {**FEATURES, "typenames": "wards"})
    _get("tax", {**MAP, "layers": _STATUS}, signed(collector))
    assert AuditRow.objects.filter(action="download_features").count() == 1


def test_a_session_opens_the_door_too(door: Any) -> None:
    client = Client()
    client.force_login(person(Role.COLLECTOR))
    assert _get("tax", {**MAP, "layers": _STATUS}, client=client).status_code == 200
    widest = client.get(reverse("geoserver:door"), {**MAP, "layers": _STATUS})
    assert widest.status_code == 200
    assert Client().get(reverse("geoserver:door"), {**MAP, "layers": _STATUS}).status_code == 404


def test_columns_are_those_of_the_circle(door: Any) -> None:
    band = next(layer.features for layer in LAYERS if layer.name == "buildings")
    staff = _features(_get("staff", {**FEATURES, "typenames": "buildings"}, signed(person(Role.PLANNER))))
    assert set(staff[0]["properties"]) - {"id"} == {each.name for each in columns_for(band, Audience.STAFF)}
