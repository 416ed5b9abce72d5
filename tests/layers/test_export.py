"""Layers as files: readable by other programs, limited to the audience and wards, and written down."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
from django.test import Client
from django.urls import reverse

from holdings.models import Building
from imis.models import AuditRow, User
from imis.roles import Permission, Role, may
from layers import services
from layers.exports.files import FORMATS
from tests.layers.conftest import City

_PAGE = "layers:export"


def _taken(client: Client, **given: object) -> bytes:
    answer = client.post(reverse(_PAGE), {"layer": "buildings", "format": "gpkg", "ward": "", "bbox": "", **given})
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    return b"".join(answer.streaming_content)


def _frame(content: bytes, kind: str, folder: Path) -> geopandas.GeoDataFrame:
    path = folder / f"taken{FORMATS[kind][0]}"
    path.write_bytes(content)
    return geopandas.read_file(path)


@pytest.fixture
def planner(city: City, person: Callable[..., User], client: Client) -> Client:
    client.force_login(person(Role.PLANNER))
    return client


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp"])
def test_a_file_holds_every_feature_where_it_stands(planner: Client, city: City, tmp_path: Path, kind: str) -> None:
    Building.objects.filter(pk=city.buildings["paid"].pk).update(storeys=None, structure="")
    frame = _frame(_taken(planner, format=kind), kind, tmp_path)
    assert len(frame) == 7 and frame.crs.to_epsg() == 4326
    assert sorted(int(number) for number in frame["id"]) == sorted(each.pk for each in city.buildings.values())
    row = frame[frame["bin"] == "paid"].iloc[0]
    wanted = city.buildings["paid"].geom.transform(4326, clone=True)
    assert (
        row.geometry.symmetric_difference(geopandas.GeoSeries.from_wkt([wanted.wkt])[0]).area < 1e-10
    )  # GeoJSON keeps seven decimals
    assert row["storeys"] is None or row["storeys"] != row["storeys"]  # unknown is empty, not nought


def test_bangla_comes_through(planner: Client, tmp_path: Path) -> None:
    for kind in ("gpkg", "shp"):
        frame = _frame(_taken(planner, layer="wards", format=kind), kind, tmp_path)
        assert set(frame["name_bn"]) == {"ওয়ার্ড 22", "ওয়ার্ড 23"}


def test_a_shapefile_comes_with_its_parts(planner: Client) -> None:
    names = zipfile.ZipFile(io.BytesIO(_taken(planner, format="shp"))).namelist()
    assert {Path(name).suffix for name in names} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}


def test_a_spreadsheet_gets_a_point_and_no_formula(planner: Client, city: City) -> None:
    Building.objects.filter(pk=city.buildings["paid"].pk).update(bin="=1+1")
    rows = list(csv.DictReader(io.StringIO(_taken(planner, format="csv").decode("utf-8-sig"))))
    assert len(rows) == 7 and all(88 < float(row["longitude"]) < 93 for row in rows)
    assert {row["bin"] for row in rows} >= {"'=1+1", "other"}


def test_a_ward_and_a_part_of_the_map(planner: Client, city: City, tmp_path: Path) -> None:
    frame = _frame(_taken(planner, ward=23), "gpkg", tmp_path)
    assert set(frame["ward"]) == {23}
    box = ",".join(map(str, city.buildings["paid"].geom.transform(4326, clone=True).extent))
    assert list(_frame(_taken(planner, bbox=box), "gpkg", tmp_path)["bin"]) == ["paid"]


def test_what_was_taken_is_written_down(planner: Client) -> None:
    _taken(planner, ward=22, format="csv")
    row = AuditRow.objects.get(action="export_layer")
    assert (row.by.username, row.object_id) == ("planner", "buildings")
    assert row.details["features"] == 6 and row.details["wards"] == [22] and row.details["format"] == "csv"


def test_a_layer_of_another_audience_cannot_be_chosen(planner: Client) -> None:
    answer = planner.post(reverse(_PAGE), {"layer": "buildings_by_tax_status", "format": "csv"})
    assert answer.status_code == 400 and not AuditRow.objects.filter(action="export_layer").exists()


def test_somebody_of_one_ward_gets_that_ward(
    city: City, person: Callable[..., User], client: Client, tmp_path: Path
) -> None:
    client.force_login(person(Role.COLLECTION_OFFICER, wards=(23,)))
    frame = _frame(_taken(client, layer="buildings_by_tax_status"), "gpkg", tmp_path)
    assert set(frame["ward"]) == {23}
    assert client.post(reverse(_PAGE), {"layer": "wards", "format": "csv", "ward": 22}).status_code == 400


def test_too_much_for_one_file_is_said_and_nothing_is_written_down(
    planner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_EXPORTED", 3)
    answer = planner.post(reverse(_PAGE), {"layer": "buildings", "format": "csv"}, headers={"Accept-Language": "bn"})
    assert answer.status_code == 400 and "৭" in answer.content.decode()
    assert not AuditRow.objects.filter(action="export_layer").exists()


@pytest.mark.parametrize("box", ["1,2,3", "x", "5,5,1,1,1"])
def test_a_bad_box_is_told_with_its_remedy(planner: Client, box: str) -> None:
    answer = planner.post(reverse(_PAGE), {"layer": "buildings", "format": "csv", "bbox": box})
    assert answer.status_code == 400 and b"west,south,east,north" in answer.content


@pytest.mark.parametrize("role", list(Role))
def test_only_some_offices_take_files(city: City, person: Callable[..., User], client: Client, role: Role) -> None:
    user = person(role)
    client.force_login(user)
    assert (client.get(reverse(_PAGE)).status_code == 200) is may(user, Permission.EXPORT_LAYERS)


def test_nothing_is_left_on_the_disk(planner: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    _taken(planner)
    assert list(tmp_path.iterdir()) == []
