"""What the door lets through: known operations, each parameter once, written anew; and what it refuses."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from geoserver.ows import reading
from geoserver.ows.asked import Asked
from geoserver.ows.by_geoserver import parameters as for_geoserver
from geoserver.ows.by_mapserver import parameters as for_mapserver
from geoserver.ows.refusals import Refusal
from layers.spec import Audience

MAP = {
    "service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": "wards", "styles": "", "crs": "EPSG:3857",
    "bbox": "1,2,3,4", "width": "10", "height": "10", "format": "image/png",
}  # fmt: skip
INFO = {**MAP, "request": "GetFeatureInfo", "query_layers": "wards", "i": "1", "j": "1"}
FEATURES = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "wards"}
TILE = {
    "service": "WMTS", "request": "GetTile", "layer": "wards", "tilematrixset": "EPSG:900913",
    "tilematrix": "EPSG:900913:12", "tilerow": "1", "tilecol": "2", "format": "image/png",
}  # fmt: skip


def _read(query: dict[str, str], audience: Audience = Audience.PUBLIC) -> Asked:
    return reading.read(QueryDict(urlencode(query)), audience)


@pytest.mark.parametrize("query", [MAP, INFO, FEATURES, TILE], ids=lambda query: query["request"])
def test_a_plain_request_is_read(query: dict[str, str]) -> None:
    asked = _read(query)
    assert (asked.service, asked.operation, asked.names) == (query["service"], query["request"], ("wards",))


@pytest.mark.parametrize(
    ("base", "change"),
    [
        (MAP, {"service": "WCS"}), (MAP, {"service": "WPS"}), (MAP, {"service": "CSW"}), (MAP, {"service": ""}),
        (MAP, {"request": "DescribeLayer"}), (MAP, {"request": "GetStyles"}), (MAP, {"request": "reflect"}),
        (MAP, {"version": "1.0.0"}), (MAP, {"version": "1.1.0"}),
        (MAP, {"sld_body": "<x/>"}), (MAP, {"SLD": "http://169.254.169.254/"}), (MAP, {"env": "a:b"}),
        (MAP, {"viewparams": "a:b"}), (MAP, {"cql_filter": "1=1"}), (MAP, {"remote_ows_url": "http://x"}),
        (MAP, {"map": "/etc/passwd"}), (MAP, {"wards": "all"}), (MAP, {"styles": "http://x/y.sld"}),
        (MAP, {"styles": "population"}), (MAP, {"format": "application/vnd.google-earth.kml+xml"}),
        (MAP, {"format": "application/vnd.mapbox-vector-tile"}), (MAP, {"format": "text/html"}),
        (MAP, {"format": "application/openlayers"}), (MAP, {"format": "image/svg+xml"}),
        (MAP, {"format": "image/png\n"}),
        (MAP, {"width": "5000"}), (MAP, {"width": "4096", "height": "4097"}), (MAP, {"width": "-1"}),
        (MAP, {"width": "1e3"}), (MAP, {"width": ""}), (MAP, {"bbox": "1,2,3"}), (MAP, {"bbox": "1,2,3,nan"}),
        (MAP, {"bbox": "1,2,3,4,5"}), (MAP, {"bbox": "1,2,3,4 OR 1=1"}), (MAP, {"crs": "EPSG:9999999"}),
        (MAP, {"crs": "AUTO:42001,1,2,3"}), (MAP, {"crs": ""}), (MAP, {"layers": "wards;roads"}),
        (MAP, {"layers": "../wards"}), (MAP, {"layers": "wards\x00"}), (MAP, {"layers": ",".join(["wards"] * 61)}),
        (INFO, {"info_format": "text/html"}), (INFO, {"info_format": "text/javascript"}),
        (INFO, {"feature_count": "51"}),
        (INFO, {"i": "x"}), (INFO, {"query_layers": ""}),
        (FEATURES, {"request": "Transaction"}), (FEATURES, {"request": "LockFeature"}),
        (FEATURES, {"request": "GetFeatureWithLock"}), (FEATURES, {"request": "CreateStoredQuery"}),
        (FEATURES, {"request": "GetPropertyValue"}), (FEATURES, {"version": "1.0.0"}),
        (FEATURES, {"storedquery_id": "urn:x"}), (FEATURES, {"outputformat": "shape-zip"}),
        (FEATURES, {"outputformat": "application/vnd.google-earth.kml+xml"}), (FEATURES, {"outputformat": "excel"}),
        (FEATURES, {"outputformat": "text/javascript"}), (FEATURES, {"typenames": "wards,roads"}),
        (FEATURES, {"typenames": "(wards)(roads)"}), (FEATURES, {"count": "-1"}), (FEATURES, {"count": "many"}),
        (FEATURES, {"startindex": "-1"}), (FEATURES, {"srsname": "EPSG:9999"}), (FEATURES, {"sortby": "ward;drop"}),
        (FEATURES, {"sortby": "area(geom)"}), (FEATURES, {"propertyname": "nothing"}), (FEATURES, {"bbox": "1,2,3"}),
        (FEATURES, {"featureid": "wards.1;drop"}), (FEATURES, {"filter": "<x/>"}), (FEATURES, {"filter": "not xml"}),
        (FEATURES, {"filter": "<Filter/>"}), (FEATURES, {"filter": "<Filter>" + " " * 30_000 + "</Filter>"}),
        (TILE, {"format": "image/jpeg"}), (TILE, {"tilematrix": "x"}), (TILE, {"tilematrixset": "EPSG:4326"}),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) and len(value) < 3 else "",
)  # fmt: skip
def test_everything_else_is_refused(base: dict[str, str], change: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        _read({**base, **change})


def test_a_parameter_given_twice_in_any_spelling_is_refused() -> None:
    for text in ("layers=wards&layers=roads", "LAYERS=wards&layers=wards", "layers=wards&LaYeRs=roads"):
        with pytest.raises(Refusal, match="LAYERS"):
            reading.read(QueryDict(f"service=WMS&request=GetMap&{text}"), Audience.PUBLIC)


def test_what_is_not_known_goes_nowhere() -> None:
    """What QGIS adds, what a browser adds, and what an attacker adds."""
    extra = {"dpi": "96", "map_resolution": "96", "format_options": "dpi:96", "_": "1", "tiled": "true",
             "exceptions": "application/vnd.ogc.se_inimage", "callback": "x", "namespaces": "xmlns(a,b)", "time": "now",
             "buffer": "9999", "authkey": "stolen", "x": "1"}  # fmt: skip
    for base in (MAP, FEATURES):
        asked = _read({**base, **extra})
        for parameters in (for_geoserver(asked, None), for_mapserver(asked, None)):
            assert not set(parameters) & set(extra)
            assert "stolen" not in repr(parameters)


@given(
    name=st.sampled_from([*MAP, *FEATURES, "filter", "propertyname", "sortby", "bgcolor", "count"]),
    value=st.text(max_size=60),
)
def test_no_text_breaks_the_reading(name: str, value: str) -> None:
    """Any text in any place is either refused or leaves only values we know."""
    for base in (MAP, FEATURES):
        try:
            asked = _read({**base, name: value})
        except Refusal:
            continue
        for key, text in for_geoserver(asked, (22,)).items():
            assert text.isprintable() and len(key) < 20


def test_the_number_of_features_is_limited_whatever_is_wished() -> None:
    assert _read({**FEATURES, "count": "999999999"}).parameters["count"] == "5000"
    assert _read(FEATURES).parameters["count"] == "5000"
    assert _read({**FEATURES, "count": "7", "maxfeatures": "9"}).parameters["count"] == "7"


def test_a_group_is_its_bands() -> None:
    assert _read({**MAP, "layers": "map_buildings"}).names == ("buildings_by_ward", "buildings_by_cell", "buildings")
    with pytest.raises(Refusal):
        _read({**FEATURES, "typenames": "map_buildings"})


def test_only_asking_is_possible(client: Client) -> None:
    for method in ("post", "put", "patch", "delete", "options"):
        assert getattr(client, method)("/ows/public/").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/ows/admin/", "/ows/gis_owner/", "/ows/public/rest/", "/ows/public/../tax/", "/ows/public/web/", "/ows/PUBLIC/",
     "/ows/public/wms/../../rest/workspaces", "/ows/public%2f..%2ftax/", "/ows/gis_public/gwc/rest/layers",
     "/ows/tax;x/"],
)  # fmt: skip
def test_no_path_leads_elsewhere(client: Client, path: str, db: None) -> None:
    response = client.get(path, MAP)
    assert response.status_code in (401, 404)
