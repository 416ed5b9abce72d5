"""What bites in GeoServer, each bite provoked: `docs/guide/geoserver.md` numbers them the same way.

Everything happens in workspaces of its own, `trap_a` and `trap_b`, that are taken away afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from geoserver.desired import STORE, feature_type, layer_document, published, store_parameters
from geoserver.things import Document, Store, Style
from layers.spec import Audience
from tests.verification.stand import Stand
from tests.verification.town import BUILDINGS, committed

pytestmark = pytest.mark.django_db
_SLD = "application/vnd.ogc.sld+xml"
_STYLE = published(Audience.PUBLIC)[0].style


@pytest.fixture
def traps(stand: Stand) -> Iterator[Stand]:
    """Two workspaces, of which only the administrator sees anything."""
    for name in ("trap_a", "trap_b"):
        stand.rest("DELETE", f"/rest/workspaces/{name}?recurse=true")
        assert stand.rest("POST", "/rest/workspaces", {"workspace": {"name": name}})[0] == 201
    yield stand
    for name in ("trap_a", "trap_b"):
        stand.rest("DELETE", f"/rest/workspaces/{name}?recurse=true")


def _parameters(
    stand: Stand, password: str | None = None, schema: str = "gis_public", **more: str
) -> list[dict[str, str]]:
    wanted = {
        "dbtype": "postgis", "host": stand.database.host, "port": stand.database.port,
        "database": stand.database.name, "schema": schema, "user": stand.database.user(Audience.PUBLIC),
        "passwd": password or stand.database.password(Audience.PUBLIC),
        **more,
    }  # fmt: skip
    return [{"@key": key, "$": value} for key, value in wanted.items()]


def _store(stand: Stand, workspace: str = "trap_a", **options: Any) -> int:
    body = {"name": "pg", "enabled": True, "connectionParameters": {"entry": _parameters(stand, **options)}}
    return stand.rest("POST", f"/rest/workspaces/{workspace}/datastores", {"dataStore": body})[0]


def _layer(stand: Stand, workspace: str = "trap_a", name: str = "wards", **more: Any) -> int:
    body = {"name": name, "nativeName": name, "srs": "EPSG:3857", "title": "A title", **more}
    path = f"/rest/workspaces/{workspace}/datastores/pg/featuretypes"
    return stand.rest("POST", path, {"featureType": body})[0]


def test_1_a_partial_put_of_the_settings_breaks_every_wfs(stand: Stand) -> None:
    try:
        status, _ = stand.rest("PUT", "/rest/settings", {"global": {"settings": {"verbose": False}}})
        assert status == 200
        seen = stand.rest("GET", "/rest/settings.json")[1]["global"]
        assert "charset" not in seen["settings"] and seen["settings"]["numDecimals"] == 0
        status, answer = stand.features("admin", "gis_public", "wards", count=1)
        assert status == 400 and "charset" in answer
    finally:
        stand.publish()
    assert stand.features("admin", "gis_public", "wards", count=1)[0] == 200


def test_2_a_bare_style_name_finds_another_workspace(traps: Stand) -> None:
    for workspace in ("trap_a", "trap_b"):
        path = f"/rest/workspaces/{workspace}/styles?name=drawn&raw=true"
        assert traps.rest("POST", path, _STYLE, kind=_SLD)[0] == 201
        assert _store(traps, workspace) == _layer(traps, workspace) == 201
    paths = [f"/rest/workspaces/{workspace}/layers/wards" for workspace in ("trap_a", "trap_b")]
    for each in paths:
        traps.rest("PUT", each, {"layer": {"defaultStyle": {"name": "drawn"}}})
    drawn = {traps.rest("GET", f"{each}.json")[1]["layer"]["defaultStyle"]["name"] for each in paths}
    assert len(drawn) == 1 and drawn < {"trap_a:drawn", "trap_b:drawn"}
    other = "trap_a" if drawn == {"trap_b:drawn"} else "trap_b"
    path = f"/rest/workspaces/{other}/layers/wards"
    traps.rest("PUT", path, {"layer": {"defaultStyle": {"name": "drawn", "workspace": other}}})
    assert traps.rest("GET", f"{path}.json")[1]["layer"]["defaultStyle"]["name"] == f"{other}:drawn"
    traps.rest("PUT", path, {"layer": {"defaultStyle": {"name": "drawn"}}})
    wanted = {"defaultStyle": {"name": f"{other}:drawn", "workspace": other}}
    _mend(traps, Document("layer", path, "layer", wanted))
    assert layer_document(published(Audience.STAFF)[0])["defaultStyle"]["workspace"] == "gis_staff"


def _mend(stand: Stand, thing: Any) -> None:
    client = stand.client()
    try:
        assert thing.differences(client)
        thing.put_right(client)
        assert thing.differences(client) == []
    finally:
        client.close()


def test_3_partial_connection_parameters_replace_all(traps: Stand) -> None:
    assert _store(traps) == 201 and _layer(traps) == 201
    assert traps.features("admin", "trap_a", "wards", count=1)[0] == 200
    path = "/rest/workspaces/trap_a/datastores/pg"
    entry = [{"@key": "max connections", "$": "3"}]
    assert traps.rest("PUT", path, {"dataStore": {"connectionParameters": {"entry": entry}}})[0] == 200
    assert traps.features("admin", "trap_a", "wards", count=1)[0] == 500
    _mend(traps, _thing(traps))
    assert traps.features("admin", "trap_a", "wards", count=1)[0] == 200


def _thing(stand: Stand) -> Store:
    given = {each["@key"]: each["$"] for each in _parameters(stand)}
    return Store("trap_a", "pg", given, given.pop("passwd"), frozenset({"wards", "roads"}))


def test_3_a_partial_title_is_merged(traps: Stand) -> None:
    assert _store(traps) == 201 and _layer(traps) == 201
    path = "/rest/workspaces/trap_a/datastores/pg/featuretypes/wards"
    traps.rest("PUT", path, {"featureType": {"title": "Another"}})
    seen = traps.rest("GET", f"{path}.json")[1]["featureType"]
    assert (seen["title"], seen["srs"]) == ("Another", "EPSG:3857")


def test_4_a_store_is_taken_untried_and_its_password_hidden(traps: Stand) -> None:
    assert _store(traps, password="wrong") == 201
    path = "/rest/workspaces/trap_a/datastores/pg"
    status, text = traps.rest("GET", f"{path}/featuretypes.json?list=available")
    assert status == 404 and "Could not load datastore" in text
    client = traps.client()
    assert [each.point for each in _thing(traps).differences(client)] == ["the database does not let it in"]
    client.close()
    _mend(traps, _thing(traps))
    assert traps.database.password(Audience.PUBLIC) not in str(traps.rest("GET", f"{path}.json"))


def test_5_wms_says_no_with_status_200(stand: Stand) -> None:
    status, body = stand.map(Audience.PUBLIC, "gis_public", "nowhere")
    assert status == 200 and b"LayerNotDefined" in body


def test_6_already_there_is_409_or_500(traps: Stand) -> None:
    assert traps.rest("POST", "/rest/workspaces", {"workspace": {"name": "trap_a"}})[0] == 409
    assert _store(traps) == 201 and _store(traps) == 500
    assert _layer(traps) == 201 and _layer(traps) == 500


@pytest.fixture
def keyless(committed_town: None) -> Iterator[None]:
    """A schema with a view and no table of keys."""
    committed(
        "CREATE SCHEMA trap_keyless",
        "CREATE VIEW trap_keyless.wards AS SELECT * FROM gis_public.wards",
        "GRANT USAGE ON SCHEMA trap_keyless TO gis_public",
        "GRANT SELECT ON trap_keyless.wards TO gis_public",
    )
    yield
    committed("DROP SCHEMA trap_keyless CASCADE")


def test_7_a_view_without_a_key_has_random_ids_and_no_pages(keyless: None, traps: Stand) -> None:
    assert _store(traps, schema="trap_keyless") == 201 and _layer(traps) == 201
    ids = [traps.features("admin", "trap_a", "wards", count=1)[1]["features"][0]["id"] for _ in (1, 2)]
    assert ids[0] != ids[1] and all("fid-" in each for each in ids)
    status, text = traps.features("admin", "trap_a", "wards", startindex=1)
    assert status == 400 and "natural order without a primary key" in text


def test_8_without_a_list_every_column_is_served(traps: Stand) -> None:
    assert _store(traps) == 201 and _layer(traps) == 201
    served = traps.features("admin", "trap_a", "wards", count=1)[1]["features"][0]["properties"]
    assert {"name_bn", "name_en", "zone"} <= set(served)


@pytest.mark.parametrize(
    "asked", [{"propertyname": "zone"}, {"cql_filter": "zone=1"}, {"sortby": "zone"}], ids=["select", "filter", "sort"]
)
def test_8_what_is_not_listed_cannot_be_asked_for(traps: Stand, asked: dict[str, str]) -> None:
    listed = [{"name": name} for name in ("ward", "geom")]
    assert _store(traps) == 201 and _layer(traps, attributes={"attribute": listed}) == 201
    served = traps.features("admin", "trap_a", "wards", count=1)[1]["features"][0]["properties"]
    assert set(served) == {"ward"}
    assert traps.features("admin", "trap_a", "wards", **asked)[0] == 400


def test_9_a_style_empties_the_tile_cache_and_data_does_not(stand: Stand) -> None:
    stand.tile(Audience.PUBLIC, "gis_public", "roads")
    assert stand.tile(Audience.PUBLIC, "gis_public", "roads")[2] == "HIT"
    committed("UPDATE holdings_road SET name_en = 'Renamed'")
    assert stand.tile(Audience.PUBLIC, "gis_public", "roads")[2] == "HIT"
    text = next(item.style for item in published(Audience.PUBLIC) if item.name == "roads")
    stand.rest("PUT", "/rest/workspaces/gis_public/styles/roads?raw=true", text, kind=_SLD)
    assert stand.tile(Audience.PUBLIC, "gis_public", "roads")[2] == "MISS"


def test_9_the_publisher_empties_the_tile_cache(stand: Stand) -> None:
    from geoserver.publish import forget_tiles

    for _ in (1, 2):
        stand.tile(Audience.PUBLIC, "gis_public", "roads")
    client = stand.client()
    forget_tiles(client, Audience.PUBLIC, ("roads",))
    client.close()
    assert stand.tile(Audience.PUBLIC, "gis_public", "roads")[2] == "MISS"


def test_10_wfs_settings_of_a_workspace_without_gml_break_gml(traps: Stand) -> None:
    assert _store(traps) == 201 and _layer(traps) == 201
    body = {"wfs": {"enabled": True, "name": "WFS", "serviceLevel": "BASIC", "maxFeatures": 5}}
    assert traps.rest("PUT", "/rest/services/wfs/workspaces/trap_a/settings", body)[0] == 200
    assert traps.features("admin", "trap_a", "wards", count=1)[0] == 200
    query = {"outputformat": "application/gml+xml; version=3.2", "count": 1}
    status, text = traps.features("admin", "trap_a", "wards", **query)
    assert status == 400 and "GMLInfo" in text


def test_11_a_raw_style_is_not_read_when_it_is_changed(traps: Stand) -> None:
    path = "/rest/workspaces/trap_a/styles"
    assert traps.rest("POST", f"{path}?name=broken&raw=true", "<not-xml", kind=_SLD)[0] == 500
    assert traps.rest("POST", f"{path}?name=broken&raw=true", _STYLE, kind=_SLD)[0] == 201
    assert traps.rest("PUT", f"{path}/broken?raw=true", "<not-xml", kind=_SLD)[0] == 200
    _mend(traps, Style("trap_a", "broken", _STYLE))


def test_12_a_tile_layer_of_two_formats_is_refused_as_json(stand: Stand) -> None:
    body = {"GeoServerLayer": {"name": "gis_public:wards", "mimeFormats": ["image/png", "image/jpeg"]}}
    status, text = stand.rest("PUT", "/gwc/rest/layers/gis_public:wards.json", body)
    assert status == 500 and "Duplicate field" in text


def test_13_a_title_in_one_language_fails_the_other(traps: Stand) -> None:
    both = {"internationalTitle": {"bn": "সড়ক", "en": "Roads"}}
    assert _store(traps) == 201 and _layer(traps) == 201 and _layer(traps, name="roads", **both) == 201
    query = {"service": "WMS", "version": "1.3.0", "request": "GetCapabilities", "acceptlanguages": "bn"}
    assert b"DID NOT FIND i18n CONTENT" in traps.ask("/trap_a/wms", "admin", **query)[1]
    assert "ওয়ার্ড".encode() in traps.ask("/gis_public/wms", Audience.PUBLIC, **query)[1]
    assert b"DID NOT FIND" not in traps.ask("/gis_public/wms", Audience.PUBLIC, **query)[1]


def test_14_a_parameter_given_twice_is_an_exception(stand: Stand) -> None:
    status, body = stand.ask("/gis_public/wms?layers=wards&layers=roads&service=WMS&request=GetMap&x=", Audience.PUBLIC)
    assert status == 200 and b"ClassCastException" in body


def test_15_tables_that_nobody_lists_are_offered_by_the_store_alone(stand: Stand) -> None:
    found = stand.rest("GET", f"/rest/workspaces/gis_public/datastores/{STORE}/featuretypes.json?list=available")[1]
    assert found["list"]["string"] in ("gt_pk_metadata", ["gt_pk_metadata"])
    assert sum(BUILDINGS.values()) == stand.features(Audience.PUBLIC, "gis_public", "buildings")[1]["numberMatched"]
    assert store_parameters(Audience.PUBLIC)["Primary key metadata table"] == "gis_public.gt_pk_metadata"
    assert feature_type(published(Audience.PUBLIC)[0], (89, 22, 90, 23))["attributes"]["attribute"][0] == {"name": "id"}


@pytest.mark.parametrize("mode", ["VERIFY_CA", "VERIFY_FULL"])
def test_17_a_store_that_would_verify_never_connects(traps: Stand, mode: str) -> None:
    """The publisher leaves the mode unset, and such a store serves."""
    path = "/rest/workspaces/trap_a/datastores/pg"
    assert _store(traps, **{"SSL mode": mode}) == 201
    status, text = traps.rest("GET", f"{path}/featuretypes.json?list=available")
    assert status == 404 and "Could not load datastore" in text
    assert "SSL mode" not in store_parameters(Audience.PUBLIC) and not traps.database.ssl
    assert traps.rest("DELETE", path)[0] == 200 and _store(traps) == 201
    assert traps.rest("GET", f"{path}/featuretypes.json?list=available")[0] == 200
