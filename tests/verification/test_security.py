"""The security table: every row that the publisher can set, seen from outside as the people it is meant for."""

from __future__ import annotations

import pytest

from geoserver import desired
from geoserver.publish import shipped_password_works
from layers.spec import Audience
from tests.verification.stand import Stand

pytestmark = pytest.mark.django_db
_TRANSACTION = '<wfs:Transaction xmlns:wfs="http://www.opengis.net/wfs/2.0" service="WFS" version="2.0.0"/>'
_OTHERS = [(who, of) for who in Audience for of in Audience if who is not of]


@pytest.mark.parametrize("audience", list(Audience), ids=lambda audience: audience.schema)
def test_a_stranger_finds_nothing_at_all(stand: Stand, audience: Audience) -> None:
    workspace = audience.schema
    query = {"service": "WFS", "version": "2.0.0", "request": "GetCapabilities"}
    assert stand.ask(f"/{workspace}/wfs", "", **query)[0] == 404
    assert stand.features("", workspace, "wards")[0] == 404
    assert stand.map("", workspace, "wards")[0] == 404
    for _ in (1, 2):
        stand.tile(audience, workspace, "wards")
    assert stand.tile("", workspace, "wards")[0] == 404


@pytest.mark.parametrize(("who", "of"), _OTHERS, ids=lambda audience: audience.schema)
def test_an_account_reads_its_own_workspace_and_no_other(stand: Stand, who: Audience, of: Audience) -> None:
    assert stand.features(who, who.schema, "wards", count=1)[0] == 200
    assert stand.features(who, of.schema, "wards", count=1)[0] == 404
    assert stand.map(who, of.schema, "wards")[0] == 404


def test_a_prefix_does_not_lead_into_another_workspace(stand: Stand) -> None:
    status, found = stand.features(Audience.PUBLIC, "gis_public", "gis_tax:buildings", count=1)
    assert status != 200 or "bin" not in found["features"][0]["properties"]
    status, _ = stand.features(Audience.PUBLIC, "gis_public", "gis_tax:buildings_by_tax_status")
    assert status == 400


def test_an_account_of_the_door_is_no_administrator(stand: Stand) -> None:
    for path in ("/rest/workspaces.json", "/rest/security/masterpw.json", "/gwc/rest/layers.json"):
        assert stand.ask(path, Audience.TAX)[0] in (401, 403)
        assert stand.ask(path, "")[0] in (401, 403)


def test_the_shipped_password_is_dead(stand: Stand) -> None:
    assert not shipped_password_works(stand.server)


def test_there_are_no_global_services(stand: Stand) -> None:
    for path in ("/wfs", "/wms", "/gwc/service/wmts"):
        service = path.rpartition("/")[2].upper()
        status, body = stand.ask(path, "admin", service=service, request="GetCapabilities")
        assert status == 200 and (b"No workspace specified" in body or b"global services are off" in body)


def test_nobody_writes(stand: Stand) -> None:
    for who, expected in ((Audience.PUBLIC, 403), ("admin", 500)):
        client = _as(stand, who)
        status, body = client.ask("POST", "/gis_public/wfs", _TRANSACTION.encode(), {"Content-Type": "text/xml"})
        client.close()
        assert status == expected, body[:300]
    assert b"Transaction" in body


def _as(stand: Stand, who: Audience | str):  # type: ignore[no-untyped-def]
    from geoserver.client import Client

    return Client(stand.server, account=stand.server.door(who) if isinstance(who, Audience) else None)


def test_coverages_are_switched_off(stand: Stand) -> None:
    status, body = stand.ask("/gis_public/wcs", "admin", service="WCS", request="GetCapabilities")
    assert b"disabled" in body


@pytest.mark.parametrize("form", ["application/vnd.google-earth.kml+xml"])
def test_a_map_is_a_picture_and_nothing_else(stand: Stand, form: str) -> None:
    status, body = stand.map(Audience.PUBLIC, "gis_public", "wards", format=form)
    assert status == 200 and b"ForbiddenFormat" in body


@pytest.mark.parametrize("given", [{"sld_body": "<StyledLayerDescriptor/>"}, {"sld": "http://127.0.0.1/x.sld"}])
def test_no_style_comes_from_outside(stand: Stand, given: dict[str, str]) -> None:
    status, body = stand.map(Audience.PUBLIC, "gis_public", "wards", **given)
    assert status == 200 and b"ynamic style usage is forbidden" in body


def test_a_picture_has_its_limits(stand: Stand) -> None:
    status, body = stand.map(Audience.PUBLIC, "gis_public", "wards", width=9000, height=9000)
    assert status == 200 and b"ServiceException" in body and b"memory" in body


def test_a_forwarded_host_is_not_believed(stand: Stand) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for service in ("WMS", "WFS"):
        query = {"service": service, "request": "GetCapabilities"}
        status, body = stand.ask(f"/gis_public/{service.lower()}", Audience.PUBLIC, headers, **query)
        assert status == 200 and b"evil.example" not in body


def test_no_rule_but_ours_is_left(stand: Stand) -> None:
    for kind, wanted in (("layers", desired.layer_rules()), ("services", desired.service_rules())):
        seen = stand.rest("GET", f"/rest/security/acl/{kind}.json")[1]
        assert {rule: set(text.split(",")) for rule, text in seen.items()} == {
            rule: set(text.split(",")) for rule, text in wanted.items()
        }


def test_every_service_is_limited_for_the_server_and_for_each_workspace(stand: Stand) -> None:
    for place in ("", *(f"/workspaces/{audience.schema}" for audience in Audience)):
        wfs = stand.rest("GET", f"/rest/services/wfs{place}/settings.json")[1]["wfs"]
        assert (wfs["serviceLevel"], wfs["maxFeatures"]) == ("BASIC", desired.MOST_FEATURES)
        wms = stand.rest("GET", f"/rest/services/wms{place}/settings.json")[1]["wms"]
        assert wms["dynamicStylingDisabled"] and wms["maxRequestMemory"] == 65_536
        assert set(wms["getMapMimeTypes"]["string"]) == set(desired.MAP_FORMATS)


def test_scoped_layers_have_no_tiles(stand: Stand) -> None:
    kept = stand.rest("GET", "/gwc/rest/layers.json")[1]
    scoped = {f"gis_tax:{item.name}" for item in desired.published(Audience.TAX) if not item.cached}
    assert scoped and not scoped & set(kept)
    assert "gis_tax:wards" in kept
