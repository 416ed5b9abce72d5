"""A small city of three square wards, people of every role, and survey files made for the test."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import pyproj
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from holdings.intake import registry
from holdings.intake.models import IntakeFile
from holdings.intake.services import apply_intake, check_intake, stage_intake
from holdings.models import SurveyFile, Ward
from holdings.services import apply_survey, check_survey, map_columns, stage_survey
from imis.models import User
from imis.roles import Role

NOW = datetime(2026, 7, 14, 5, 30, tzinfo=timezone.utc)
# South-west corner of the city in UTM 45N; each ward is a square kilometre, 21 to 23 from west to east.
EAST, NORTH = 760_000, 2_525_000
_TO_LONLAT = pyproj.Transformer.from_crs(32645, 4326, always_xy=True)
_TO_STORAGE = pyproj.Transformer.from_crs(32645, 3857, always_xy=True)


def square(x: float, y: float, side: float = 10, *, crs: str = "lonlat") -> Any:
    """A square whose south-west corner lies (x, y) metres from the city's corner, in lon/lat or "utm"."""
    return placed(shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side), crs)


def placed(shape: Any, crs: str = "lonlat") -> Any:
    """A geometry in UTM 45N brought to lon/lat, to "storage", or left ("utm")."""
    if crs == "utm":
        return shape
    transform = (_TO_LONLAT if crs == "lonlat" else _TO_STORAGE).transform
    return shapely.transform(shape, lambda xy: numpy.column_stack(transform(xy[:, 0], xy[:, 1])))


def bow_tie(x: float, y: float) -> Any:
    """An outline that crosses itself: two triangles of 25 m² in a box of 100 m²."""
    corners = [(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]
    return placed(shapely.Polygon([(EAST + x + a, NORTH + y + b) for a, b in corners]))


def stored(shape: Any) -> GEOSGeometry:
    """A geometry in storage SRID as GeoDjango takes it, rings clockwise."""
    turned = shapely.orient_polygons(shape, exterior_cw=True) if shape.geom_type.endswith("Polygon") else shape
    return GEOSGeometry(memoryview(shapely.to_wkb(turned)), srid=3857)


@pytest.fixture
def wards(db: None) -> list[Ward]:
    made = []
    for place, number in enumerate((21, 22, 23)):
        box = placed(shapely.box(EAST + 1000 * place, NORTH, EAST + 1000 * (place + 1), NORTH + 1000), "storage")
        made.append(
            Ward.objects.create(
                number=number,
                name_bn=f"ওয়ার্ড {number}",
                name_en=f"Ward {number}",
                geom=stored(shapely.MultiPolygon([box])),
            )
        )
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows [(geometry, {column: value})] to a survey file: write("a.gpkg", rows, crs="EPSG:4326")."""

    def make(name: str, rows: list[tuple[Any, dict[str, Any]]], crs: str | None = "EPSG:4326", **more: Any) -> Path:
        path = tmp_path / name
        columns = list(dict.fromkeys(column for _, cells in rows for column in cells))
        data = [numpy.array([cells.get(column) for _, cells in rows], dtype=object) for column in columns]
        kinds = {shape.geom_type for shape, _ in rows if shape is not None}
        driver = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON", ".kml": "LIBKML"}[path.suffix]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a file without a coordinate system is what some tests want
            _write(path, rows, data, columns, kinds, crs, driver, more)
        return path

    def _write(path: Path, rows: Any, data: Any, columns: Any, kinds: Any, crs: Any, driver: str, more: Any) -> None:
        pyogrio.raw.write(
            path,
            numpy.array([None if s is None else shapely.to_wkb(s) for s, _ in rows], dtype=object),
            data,
            columns,
            geometry_type=more.pop("geometry_type", kinds.pop() if len(kinds) == 1 else "Unknown"),
            crs=crs,
            driver=driver,
            **more,
        )

    return make


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    def make(*roles: str, wards: list[int] | None = None, username: str = "") -> User:
        name = username or (roles[0] if roles else "nobody")
        return User.objects.create(username=name, roles=list(roles), all_wards=wards is None, ward_numbers=wards or [])

    return make


@pytest.fixture
def assessor(person: Callable[..., User]) -> User:
    return person(Role.ASSESSOR)


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    def make(*roles: str, **more: Any) -> Client:
        client = Client()
        client.force_login(person(*roles, **more), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def bring(wards: list[Ward], assessor: User, write: Callable[..., Path]) -> Callable[..., SurveyFile]:
    """Writes, stages and checks rows; bring(rows, apply=True) also applies them."""
    names = (f"survey-{n}.gpkg" for n in itertools.count(1))

    def run(
        rows: list[tuple[Any, dict[str, Any]]],
        *,
        apply: bool = False,
        columns: dict[str, str] | None = None,
        **more: Any,
    ) -> SurveyFile:
        path = write(more.pop("name", None) or next(names), rows, **more)
        file = stage_survey(path=path, name=path.name, by=assessor, at=NOW)
        if columns:
            map_columns(file=file, columns={**file.columns, **columns}, by=assessor, at=NOW)
        file = check_survey(file=file, by=assessor, at=NOW)
        return apply_survey(file=file, by=assessor, at=NOW) if apply else file

    return run


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intakes of the make-believe app beside the real ones."""
    from tests.holdings.intakes_for_tests import LANES, NOTES

    known = {**registry.intakes(), "lanes": LANES, "notes": NOTES}
    monkeypatch.setattr("holdings.intake.registry.intakes", lambda: known)


@pytest.fixture
def lanes(declared: None, wards: list[Ward], assessor: User, write: Callable[..., Path]) -> Callable[..., IntakeFile]:
    """Writes, stages and checks rows of lanes; apply=True also applies them."""

    def run(
        rows: list[tuple[Any, dict[str, Any]]], *, name: str = "lanes.gpkg", apply: bool = False, **more: Any
    ) -> IntakeFile:
        path = write(name, rows, **more)
        file = stage_intake(kind="lanes", path=path, name=name, by=assessor, at=NOW)
        file = check_intake(file=file, by=assessor, at=NOW)
        return apply_intake(file=file, by=assessor, at=NOW) if apply else file

    return run


@pytest.fixture
def notes(declared: None, wards: list[Ward], assessor: User, tmp_path: Path) -> Callable[..., IntakeFile]:
    def run(text: str) -> IntakeFile:
        path = tmp_path / "notes.csv"
        path.write_text(text, encoding="utf-8")
        file = stage_intake(kind="notes", path=path, name="notes.csv", by=assessor, at=NOW)
        return check_intake(file=file, by=assessor, at=NOW)

    return run
