"""What is worked out in memory beside the check is what PostGIS says of the same outlines."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy
import pytest
import shapely
from django.db import connection

from holdings.copying import Outlines, copy_numbers
from holdings.models import SurveyFile, Ward
from holdings.outlines import City
from tests.holdings.bringing import row
from tests.holdings.conftest import bow_tie, placed, stored

EAST, NORTH = 760_000, 2_525_000


def _city(rows: str) -> City:
    outlines = Outlines()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT binary)", outlines)
    wards = Ward.objects.order_by("number").values_list("number", "geom")
    return City(outlines, [number for number, _ in wards], [bytes(geom.ewkb) for _, geom in wards])


@pytest.fixture
def footprints(wards: list[Ward]) -> str:
    """200 turned squares, many across each other and across ward lines; one is drawn twice, one is a point."""
    chance = Random(11)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE drawn (row_id bigint, n int, g geometry, point geometry) ON COMMIT DROP")
        for n in range(200):
            x, y = EAST + chance.uniform(-30, 3030), NORTH + chance.uniform(400, 500)
            shape = shapely.affinity.rotate(shapely.box(x, y, x + 25, y + 15), chance.uniform(0, 90))
            drawn = stored(shapely.MultiPolygon([placed(shape, "storage")]))
            cursor.execute(
                "INSERT INTO drawn SELECT %s, %s, g, ST_PointOnSurface(g) FROM (SELECT %s::geometry AS g) d",
                [1000 + n, 200 - n, drawn.hexewkb.decode()],
            )
        cursor.execute("INSERT INTO drawn SELECT 2000, 300, g, point FROM drawn WHERE row_id = 1100")
        cursor.execute("INSERT INTO drawn SELECT 2001, 301, NULL, point FROM drawn WHERE row_id = 1007")
    return (
        "SELECT row_id, n, ST_X(point), ST_Y(point),"
        " CASE WHEN g IS NULL THEN lpad('', 32, '0') ELSE md5(ST_AsBinary(g)) END::uuid, g FROM drawn"
    )


def _said(sql: str) -> dict[tuple[int, ...], tuple[float, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {tuple(found[:2]): tuple(map(float, found[2:])) for found in cursor.fetchall()}


@pytest.fixture(params=[50_000, 30], autouse=True)
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All outlines at once, and a few at a time as with a large city."""
    monkeypatch.setattr("holdings.outlines._PIECE", request.param)


def test_wards_and_straddlers_are_those_of_postgis(footprints: str) -> None:
    city = _city(footprints)
    found, crossing = city.stands(), city.straddles()
    stands = zip(found.rows.tolist(), found.wards.tolist(), found.whole.astype(float).tolist(), strict=True)
    assert {(r, w): (whole,) for r, w, whole in stands} == _said(
        "SELECT DISTINCT ON (row_id) row_id, number, (g IS NULL OR ST_Covers(geom, g))::int FROM drawn"
        " JOIN holdings_ward ON ST_Intersects(geom, point) ORDER BY row_id, number"
    )
    outside = _said(
        "SELECT row_id, number, 1 - ST_Area(ST_Intersection(geom, g)) / ST_Area(g) FROM drawn"
        " JOIN holdings_ward ON ST_Intersects(geom, point) WHERE NOT ST_Covers(geom, g)"
    )
    said = zip(crossing.rows.tolist(), crossing.wards.tolist(), crossing.outside.tolist(), strict=True)
    assert {(r, w): (part,) for r, w, part in said} == {k: pytest.approx(v, abs=1e-9) for k, v in outside.items()}
    assert len(outside) > 3


def test_overlaps_are_those_of_postgis(footprints: str) -> None:
    found = _city(footprints).overlaps()
    shared = _said(
        "SELECT b.row_id, a.row_id, a.n, s / least(ST_Area(a.g), ST_Area(b.g)),"
        " s / greatest(ST_Area(a.g), ST_Area(b.g))"
        " FROM drawn a JOIN drawn b ON a.n < b.n AND b.row_id <> 2000 AND a.row_id <> 2000 AND ST_Intersects(a.g, b.g)"
        " CROSS JOIN LATERAL (SELECT ST_Area(ST_Intersection(a.g, b.g)) AS s) x WHERE s > 1e-6"
    )
    columns = (found.late, found.early, found.early_n, found.share, found.mutual)
    said = {(late, early): tuple(rest) for late, early, *rest in zip(*(c.tolist() for c in columns), strict=True)}
    assert said == {k: pytest.approx(v, abs=1e-9) for k, v in shared.items()}
    assert len(shared) > 50


def test_a_file_without_any_place_has_nothing_beside_another(wards: list[Ward]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE drawn (row_id bigint, n int, g geometry, point geometry) ON COMMIT DROP")
    city = _city("SELECT row_id, n, 0::float8, 0::float8, lpad('', 32, '0')::uuid, g FROM drawn")
    assert not len(city.stands().rows) and not len(city.straddles().rows) and not len(city.overlaps().late)


def test_a_crossed_ring_beside_others_does_not_count_as_overlap(bring: Callable[..., SurveyFile]) -> None:
    file = bring([row(100, bin="B1"), (bow_tie(105, 100), {"ward_no": 21, "bin": "B2"})])
    assert set(file.rows.get(number=2).problems.values_list("code", flat=True)) == {"invalid_ring", "missing_number"}


def test_numbers_go_into_a_table_as_they_are(db: None) -> None:
    columns = (numpy.array([2**62, -1]), numpy.array([0.1, float("inf")]), numpy.array([True, False]))
    with connection.cursor() as cursor:
        copy_numbers(cursor, "CREATE TEMP TABLE numbers (a bigint, b float8, c boolean) ON COMMIT DROP", *columns)
        cursor.execute("SELECT * FROM numbers ORDER BY a DESC")
        assert cursor.fetchall() == [(2**62, 0.1, True), (-1, float("inf"), False)]
