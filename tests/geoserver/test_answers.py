"""What the door gives back: our address, no other host, no error in disguise, no word of the map server's own."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from geoserver.ows import reading
from geoserver.ows.answers import relayed, rewritten
from geoserver.ows.asked import Asked
from geoserver.ows.refusals import Refusal, response
from geoserver.ows.upstream import Answer
from layers.spec import Audience
from tests.geoserver.test_reading import FEATURES, MAP

_ROOT = "https://imis.example/ows/public/"


def _asked(query: dict[str, str]) -> Asked:
    return reading.read(QueryDict(urlencode(query)), Audience.PUBLIC)


def _answer(body: bytes | list[bytes], kind: str = "text/xml", status: int = 200) -> Answer:
    pieces: Iterator[bytes] = iter([body] if isinstance(body, bytes) else body)
    return Answer(status, kind, pieces, lambda: None)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080/geoserver/gis_public/wms?", "http://geoserver.internal:8080/geoserver/gis_public/ows?SERVICE=WMS&amp;",
     "https://imis.example/ows/gis_public/wfs", "http://door.invalid/gis_public/mapserv?", "http://evil.example/x",
     "http://127.0.0.1:8080/geoserver/gis_public/gwc/service/wmts?SERVICE=wmts&amp;", "http://127.0.0.1:8080/geoserver/"],
)  # fmt: skip
def test_every_address_is_ours(address: str) -> None:
    body = rewritten(f'<a href="{address}" xmlns="http://www.opengis.net/wms"/>'.encode(), _ROOT).decode()
    assert "127.0.0.1" not in body and "internal" not in body and "evil" not in body and "invalid" not in body
    assert _ROOT in body and 'xmlns="http://www.opengis.net/wms"' in body


def test_schemas_lie_where_everybody_finds_them() -> None:
    body = rewritten(b'"http://127.0.0.1:8080/geoserver/schemas/wms/1.3.0/x.xsd"', _ROOT)
    assert body == b'"http://schemas.opengis.net/wms/1.3.0/x.xsd"'


def test_an_error_in_disguise_is_an_error() -> None:
    text = b'<?xml version="1.0"?><ServiceExceptionReport><ServiceException code="LayerNotDefined">'
    text += b"relation gis_tax.x at 10.0.0.5"
    with pytest.raises(Refusal) as caught:
        relayed(_asked(MAP), _answer(text + b"</ServiceException></ServiceExceptionReport>"), _ROOT)
    sent = response("WMS", caught.value)
    assert sent.status_code == 400 and b"LayerNotDefined" in sent.content
    assert b"gis_tax" not in sent.content and b"10.0.0.5" not in sent.content


@pytest.mark.parametrize(("status", "expected"), [(500, 502), (401, 502), (403, 502), (404, 400), (302, 400)])
def test_a_failure_behind_the_door_is_told_as_ours(status: int, expected: int) -> None:
    with pytest.raises(Refusal) as caught:
        relayed(_asked(MAP), _answer(b"<html>Jetty</html>", "text/html", status), _ROOT)
    assert caught.value.status == expected and "Jetty" not in caught.value.text


def test_html_is_never_passed_on() -> None:
    for query in (MAP, FEATURES, {**FEATURES, "outputformat": "application/json"}):
        with pytest.raises(Refusal):
            relayed(_asked(query), _answer(b"<script>alert(1)</script>", "text/html"), _ROOT)


def test_features_come_as_they_are_with_our_links_around_them() -> None:
    head = b'<wfs:FeatureCollection next="http://127.0.0.1:8080/geoserver/gis_public/wfs?STARTINDEX=5">'
    value = b"<wfs:member><a>http://127.0.0.1/wfs?</a></wfs:member>"
    pieces = [head + value, *[value] * 9000, b"</wfs:FeatureCollection>"]
    sent = b"".join(relayed(_asked(FEATURES), _answer(pieces, "text/xml; subtype=gml"), _ROOT).streaming_content)  # type: ignore[attr-defined]
    assert sent.startswith(f'<wfs:FeatureCollection next="{_ROOT}?STARTINDEX=5">'.encode())
    assert sent.endswith(value + b"</wfs:FeatureCollection>") and sent.count(value) == 9001


def test_the_links_after_json_are_ours_too() -> None:
    tail = b'],"links":[{"rel":"next","href":"http://127.0.0.1:8080/geoserver/gis_public/wfs?STARTINDEX=5"}]}'
    pieces = [b'{"features":[', *[b'{"a":"x"},'] * 20_000, b'{"a":"\\"links\\":"}', tail]
    asked = _asked({**FEATURES, "outputformat": "application/json"})
    sent = b"".join(relayed(asked, _answer(pieces, "application/json"), _ROOT).streaming_content)  # type: ignore[attr-defined]
    assert b"127.0.0.1" not in sent and f'"href":"{_ROOT}?STARTINDEX=5"'.encode() in sent
    assert sent.count(b'{"a":"x"},') == 20_000


def test_a_refusal_escapes_what_was_asked() -> None:
    sent = response("WFS", Refusal('x"><y', "<script>&"))
    assert b"<script>" not in sent.content and b'"><y' not in sent.content
    assert sent["Content-Type"].startswith("text/xml")
