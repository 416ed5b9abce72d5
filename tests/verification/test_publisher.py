"""The publisher: everything as wanted, a second time nothing, damage found by name and put right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from geoserver import desired
from geoserver.publish import publish
from layers.catalogue import LAYERS
from layers.spec import Audience
from tests.verification.stand import Stand
from tests.verification.town import BUILDINGS

pytestmark = pytest.mark.django_db
_PUBLIC = "/rest/workspaces/gis_public"
_STORE = f"{_PUBLIC}/datastores/postgis"


def test_a_second_apply_changes_nothing(stand: Stand) -> None:
    client = stand.client()
    try:
        outcome = publish(client, stand.things())
        assert (outcome.mended, client.writes) == ([], 0)
    finally:
        client.close()
    assert stand.differences() == []


@pytest.mark.parametrize("audience", list(Audience), ids=lambda audience: audience.schema)
def test_every_layer_is_there_with_the_columns_of_its_audience(stand: Stand, audience: Audience) -> None:
    for item in desired.published(audience):
        status, found = stand.features(audience, audience.schema, item.name, count=1)
        assert status == 200, (item.name, found)
        for feature in found["features"]:
            assert set(feature["properties"]) == {*item.attributes} - {"geom"}, item.name
        status, picture = stand.map(audience, audience.schema, item.name)
        assert status == 200 and picture.startswith(b"\x89PNG"), (item.name, picture[:300])


def test_a_layer_of_many_bands_is_one_group(stand: Stand) -> None:
    grouped = [layer for layer in LAYERS if len(layer.bands) > 1 and layer.audience is Audience.PUBLIC]
    for layer in grouped:
        status, picture = stand.map(Audience.PUBLIC, "gis_public", desired.group_name(layer))
        assert status == 200 and picture.startswith(b"\x89PNG"), picture[:300]


def test_ids_are_keys_and_pages_meet(stand: Stand) -> None:
    first = stand.features(Audience.PUBLIC, "gis_public", "buildings", count=3)[1]
    second = stand.features(Audience.PUBLIC, "gis_public", "buildings", count=3, startindex=3)[1]
    again = stand.features(Audience.PUBLIC, "gis_public", "buildings", count=3)[1]
    ids = [each["id"] for each in first["features"]]
    assert ids == [each["id"] for each in again["features"]]
    assert ids == [f"buildings.{each['properties']['id']}" for each in first["features"]]
    assert not set(ids) & {each["id"] for each in second["features"]}
    assert first["numberMatched"] == sum(BUILDINGS.values())


def _partial_settings(stand: Stand) -> None:
    stand.rest("PUT", "/rest/settings", {"global": {"settings": {"proxyBaseUrl": "http://evil.example"}}})


def _partial_parameters(stand: Stand) -> None:
    entry = [{"@key": "max connections", "$": "3"}]
    stand.rest("PUT", _STORE, {"dataStore": {"connectionParameters": {"entry": entry}}})


def _another_style(stand: Stand) -> None:
    stand.rest("PUT", f"{_PUBLIC}/styles/wards?raw=true", "<x/>", kind="application/vnd.ogc.sld+xml")


def _all_columns(stand: Stand) -> None:
    listed = [{"name": name} for name in ("id", "ward", "geom")]
    body = {"featureType": {"attributes": {"attribute": listed}}}
    stand.rest("PUT", f"{_STORE}/featuretypes/wards", body)


def _open_rule(stand: Stand) -> None:
    stand.rest("POST", "/rest/security/acl/layers", {"gis_tax.wards.r": "*"})


def _writers(stand: Stand) -> None:
    stand.rest("PUT", "/rest/security/acl/layers", {"*.*.w": "*"})


def _published_by_hand(stand: Stand) -> None:
    body = {"featureType": {"name": "by_hand", "nativeName": "wards", "srs": "EPSG:3857"}}
    assert stand.rest("POST", f"{_STORE}/featuretypes", body)[0] == 201


def _transactions(stand: Stand) -> None:
    path = "/rest/services/wfs/workspaces/gis_public/settings"
    document = stand.rest("GET", f"{path}.json")[1]
    document["wfs"]["serviceLevel"] = "COMPLETE"
    stand.rest("PUT", path, document)


def _kml(stand: Stand) -> None:
    path = "/rest/services/wms/workspaces/gis_public/settings"
    document = stand.rest("GET", f"{path}.json")[1]
    document["wms"]["getMapMimeTypeCheckingEnabled"] = False
    stand.rest("PUT", path, document)


def _lost_layer(stand: Stand) -> None:
    stand.rest("DELETE", f"{_STORE}/featuretypes/roads?recurse=true")


def _tiles_of_scoped_layer(stand: Stand) -> None:
    body = (
        "<GeoServerLayer><name>gis_tax:buildings_by_tax_status</name><enabled>true</enabled><mimeFormats>"
        "<string>image/png</string></mimeFormats><gridSubsets><gridSubset><gridSetName>EPSG:900913</gridSetName>"
        "</gridSubset></gridSubsets><metaWidthHeight><int>4</int><int>4</int></metaWidthHeight></GeoServerLayer>"
    )
    assert stand.rest("PUT", "/gwc/rest/layers/gis_tax:buildings_by_tax_status.xml", body, kind="text/xml")[0] == 200


def _stranger_with_a_role(stand: Stand) -> None:
    stand.rest("POST", "/rest/security/roles/role/GIS_TAX/user/door_public")


def _visible_catalogue(stand: Stand) -> None:
    stand.rest("PUT", "/rest/security/acl/catalog", {"mode": "CHALLENGE"})


def _unguarded_tiles(stand: Stand) -> None:
    text = stand.client().text("/rest/resource/gwc-gs.xml") or ""
    changed = text.replace("<securityEnabled>true", "<securityEnabled>false")
    stand.rest("PUT", "/rest/resource/gwc-gs.xml", changed, kind="application/xml")


# What is damaged, and words that the check must say of it.
_DAMAGE: dict[str, tuple[Callable[[Stand], Any], str]] = {
    "partial settings": (_partial_settings, "settings: settings.charset"),
    "partial connection parameters": (_partial_parameters, "store gis_public:postgis: dbtype"),
    "another style": (_another_style, "style gis_public:wards: another style"),
    "other columns": (_all_columns, "feature type gis_public:wards: attributes.attribute"),
    "a rule that opens": (_open_rule, "layers rules: gis_tax.wards.r: expected no rule"),
    "writers": (_writers, "layers rules: *.*.w"),
    "published by hand": (_published_by_hand, "feature types of gis_public: by_hand"),
    "transactions": (_transactions, "wfs settings of gis_public: serviceLevel"),
    "any format": (_kml, "wms settings of gis_public: getMapMimeTypeCheckingEnabled"),
    "a layer lost": (_lost_layer, "feature type gis_public:roads: missing"),
    "tiles of a scoped layer": (_tiles_of_scoped_layer, "tile layers of gis_tax: gis_tax:buildings_by_tax_status"),
    "a role too many": (_stranger_with_a_role, "account door_public: expected the role GIS_PUBLIC"),
    "a catalogue that tells": (_visible_catalogue, "catalogue mode: expected HIDE"),
    "unguarded tiles": (_unguarded_tiles, "tile cache: securityEnabled"),
}


@pytest.mark.parametrize("damage", _DAMAGE)
def test_damage_is_named_and_put_right(stand: Stand, damage: str) -> None:
    harm, words = _DAMAGE[damage]
    harm(stand)
    try:
        found = stand.differences()
        assert any(each.startswith(words) for each in found), found
    finally:
        outcome = stand.publish()
    assert any(str(each).startswith(words) for each in outcome.mended)
    assert stand.differences() == []
    status, features = stand.features(Audience.PUBLIC, "gis_public", "wards", count=1)
    assert status == 200 and features["numberReturned"] == 1
