"""Catalogue -> map in real QGIS: the project of each audience opens whole, and QGIS reads every door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from geoserver.ows.workers import Workers
from imis.models import User
from imis.roles import Role
from layers.access import pass_of
from layers.catalogue import GROUPS, LAYERS
from layers.database import columns_for
from layers.exports.qgis import drawn_layers
from layers.spec import Audience
from tests import qgis
from tests.layers.city import tile_at
from tests.verification import town

_OPEN = Path(__file__).with_name("qgis_open.py")
_TILES = Path(__file__).with_name("qgis_tiles.py")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built() -> Iterator[None]:
    """A small town, really committed."""
    town.build()
    yield
    town.tear_down()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a planner's desk has: the service file with a user of its own."""
    ours = connection.settings_dict
    text = f"[imis]\nhost={ours['HOST']}\ndbname={ours['NAME']}\nuser={ours['USER']}\n"
    text += f"port={ours['PORT']}\n" if ours["PORT"] else ""
    (tmp_path / "pg_service.conf").write_text(text, encoding="utf-8")
    return qgis.environment(tmp_path / "pg_service.conf")


def _opened(content: bytes, folder: Path, environment: dict[str, str], picture: Path) -> Any:
    path = folder / "imis.qgs"
    path.write_bytes(content)
    box = ",".join(f"{number:.2f}" for number in town.BOX)
    done = qgis.run(str(_OPEN), str(path), str(picture), box, environment=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


_ROLES = {Audience.STAFF: Role.PLANNER, Audience.TAX: Role.AUDITOR}


@pytest.mark.parametrize("audience", list(_ROLES), ids=lambda audience: audience.schema)
def test_the_project_of_an_audience_opens_whole(
    built: None, client: Client, tmp_path: Path, environment: dict[str, str], audience: Audience
) -> None:
    user = User.objects.create(username="reader", roles=[_ROLES[audience]], all_wards=True)
    assert pass_of(user).audience is audience
    client.force_login(user)
    answer = client.get(reverse("layers:qgis_project"))
    for secret in ("password", str(connection.settings_dict["HOST"]) or "no-host"):
        assert secret not in answer.content.decode()
    seen = _opened(answer.content, tmp_path, environment, tmp_path / "map.png")
    assert seen["opened"] and seen["crs"] == "EPSG:3857" and seen["errors"] == []
    layers = tuple(each for each in LAYERS if each.audience <= audience)
    drawn = {each.key: each for each in drawn_layers(layers)}
    assert set(seen["layers"]) == set(drawn)
    for key, each in drawn.items():
        found = seen["layers"][key]
        assert found["valid"], (key, found["source"])
        columns = columns_for(each.band, audience)
        assert found["fields"] == ["id", *(column.name for column in columns)], key
        assert found["titles"] == ["", *(str(column.title) for column in columns)], key
        assert found["rules"] > 0 and f'"{audience.schema}"."{each.band.name}"' in found["source"]
    assert seen["layers"]["buildings_feature"]["features"] == sum(town.BUILDINGS.values())
    assert seen["order"] == list(drawn)
    assert set(seen["groups"]) <= {str(title) for title in GROUPS.values()}
    wanted = "#d9ccb6" if audience is Audience.STAFF else "#e3954f"  # a building, and one in arrears
    assert wanted in seen["colours"]


@pytest.fixture
def map_server(tmp_path: Path, settings: Any) -> Iterator[None]:
    """MapServer behind `/ows/`, as on an installation without a GeoServer."""
    settings.OWS_SOCKET = tmp_path / "ows.sock"
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"]
    with Workers(settings.OWS_SOCKET, 1):
        yield


@pytest.mark.parametrize("what", ["pg", "oapif", "wms", "wfs"])
def test_qgis_reads_every_door(
    built: None,
    map_server: None,
    live_server: Any,
    shared: Path,
    environment: dict[str, str],
    what: str,
) -> None:
    fields = ",".join(["id", *(each.name for each in columns_for(_BUILDINGS.features, Audience.PUBLIC))])
    box = ",".join(f"{number:.2f}" for number in town.BOX)
    asked = {
        "pg": ["--pg", "service=imis", "gis_public.buildings", "geom", "id", "--fields", fields],
        "oapif": ["--oapif", f"{live_server.url}/ogc", "buildings"],
        "wms": ["--wms", f"{live_server.url}/ows/", "buildings"],
        "wfs": ["--wfs", f"{live_server.url}/ows/", "ms:buildings"],
    }[what]
    asked += [] if what == "wms" else ["--expect", str(sum(town.BUILDINGS.values()))]
    asked += ["--extent", box]
    done = qgis.run(str(shared / "tools" / "qgis_client.py"), *asked, "--json", environment=environment)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout.splitlines()[0])
    assert done.returncode == 0 and said["ok"], said


def test_qgis_draws_the_tiles(built: None, live_server: Any, environment: dict[str, str]) -> None:
    where = list(map(str, tile_at(16)))
    for layer, drawn in (("buildings", True), ("no_such_layer", False)):
        address = f"{live_server.url}/map/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"
        done = qgis.run(str(_TILES), address, *where, environment=environment)
        assert done.stdout, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["ok"] is drawn, done.stdout


_BUILDINGS = next(layer for layer in LAYERS if layer.name == "buildings")


def test_the_service_file_holds_no_password(client: Client, person_of: Callable[[Role], User]) -> None:
    client.force_login(person_of(Role.PLANNER))
    text = client.get(reverse("layers:service_file")).content.decode()
    assert text.startswith("[imis]\n") and "password" not in text and "user=" not in text


@pytest.fixture
def person_of(db: None) -> Callable[[Role], User]:
    """Makes a user with a role in all wards."""
    return lambda role: User.objects.create(username=role.value, roles=[role], all_wards=True)
