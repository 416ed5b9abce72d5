"""Tiles: decoded content, valid and rightly wound shapes, status classes, ward scope, and nobody's data."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import OperationalError, connection
from shapely.geometry import shape

from holdings.models import Building
from layers import tiles
from layers.catalogue import BUILDINGS_BY_TAX_STATUS, BUILDINGS_LAYER, LAYERS, ROADS, WARDS
from layers.services import refresh_summaries
from layers.spec import Audience, Layer
from layers.tiles import NoSuchTile, box_of, draw, parameters, statement
from tests.layers.city import X0, Y0, YEAR, tile_at
from tests.layers.conftest import City, square

# What a public tile may say. Adding to this list is a decision, not a repair.
PUBLIC_MAY_SAY = {"ward", "hierarchy", "buildings"}


def decoded(layer: Layer, z: int, *, wards: tuple[int, ...] | None = None, year: int = YEAR) -> dict[str, Any]:
    """The features of the one source layer of the city's tile."""
    content = draw(layer, *tile_at(z), wards=wards, fiscal_year=year).content
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}) if content else {}


def features(layer: Layer, z: int, **options: Any) -> list[dict[str, Any]]:
    band = layer.band_at(z)
    assert band is not None
    return decoded(layer, z, **options).get(band.name, {"features": []})["features"]


def statuses(city: City, **options: Any) -> dict[str, str]:
    names = {building.pk: name for name, building in city.buildings.items()}
    return {
        names[each["id"]]: each["properties"]["status"] for each in features(BUILDINGS_BY_TAX_STATUS, 16, **options)
    }


def test_a_building_has_the_status_of_its_worst_holding(city: City) -> None:
    assert statuses(city) == {
        "paid": "paid",
        "current": "current",
        "arrears_1": "arrears_1",
        "arrears_2": "arrears_2",
        "not_billed": "not_billed",
        "mixed": "arrears_2",
        "other": "arrears_1",
    }


def test_the_current_year_is_a_parameter(city: City) -> None:
    later = statuses(city, year=YEAR + 1)
    assert (later["current"], later["arrears_1"], later["paid"]) == ("arrears_1", "arrears_2", "paid")
    assert statuses(city, year=YEAR - 1)["arrears_1"] == "current"


def test_a_payment_changes_the_next_tile(city: City) -> None:
    city.holdings["current"].standing.__class__.objects.filter(pk=city.holdings["current"].pk).update(
        unpaid_amount=0, oldest_unpaid_year=None
    )
    assert statuses(city)["current"] == "paid"


def test_the_ward_scope_limits_a_tile(city: City) -> None:
    assert set(statuses(city, wards=(23,))) == {"other"}
    assert statuses(city, wards=()) == {}


_OF_THE_CITY = (WARDS, ROADS, BUILDINGS_LAYER, BUILDINGS_BY_TAX_STATUS)


@pytest.mark.parametrize("z", range(0, 19))
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_every_zoom_gives_a_tile_that_decodes(city: City, layer: Layer, z: int) -> None:
    refresh_summaries(by=None, at=_now())
    band = layer.band_at(z)
    found = decoded(layer, z)
    drawn = {band.name} if band else set()
    # The small city has nothing of the neighbours: their tiles are empty.
    assert set(found) == drawn if layer in _OF_THE_CITY else set(found) <= drawn
    if band and found:
        allowed = {attribute.name for attribute in band.tile_attributes}
        for feature in found[band.name]["features"]:
            assert set(feature["properties"]) <= allowed
            assert feature["id"]


def test_public_tiles_say_only_what_everyone_may_know(city: City) -> None:
    refresh_summaries(by=None, at=_now())
    said = {
        name
        for layer in LAYERS
        if layer.audience is Audience.PUBLIC
        for z in range(8, 19)
        for feature in features(layer, min(max(z, layer.min_zoom), layer.max_zoom))
        for name in feature["properties"]
    }
    assert said == PUBLIC_MAY_SAY


def test_a_tile_holds_no_owner_number_or_money(city: City) -> None:
    for layer in LAYERS:
        content = draw(layer, *tile_at(layer.max_zoom), wards=None, fiscal_year=YEAR).content
        for secret in (b"201", b"202", "সড়ক".encode(), b"unpaid", b"bin"):
            assert secret not in content


@pytest.mark.parametrize("z", [15, 16, 17, 18])
def test_small_shapes_are_valid_and_wound_for_the_specification(city: City, z: int) -> None:
    found = features(BUILDINGS_LAYER, z)
    assert found
    for feature in found:
        outline = shape(feature["geometry"])
        assert outline.is_valid and outline.area > 0
        assert _first_ring_area(feature["geometry"]) > 0


def _first_ring_area(geometry: dict[str, Any]) -> float:
    """The surveyor's formula of the specification in tile coordinates (y down): positive for an exterior ring."""
    ring = geometry["coordinates"][0] if geometry["type"] == "Polygon" else geometry["coordinates"][0][0]
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=False)) / 2


def test_small_shapes_lie_where_clipping_would_put_them(city: City) -> None:
    """The lean map of a building equals ST_AsMVTGeom's to one grid unit."""
    z, x, y = tile_at(16)
    box = box_of(z, x, y)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, ST_AsText(ST_AsMVTGeom(geom, ST_MakeEnvelope(%s, %s, %s, %s, 3857), 4096, 64))
               FROM holdings_building""",
            [box.west, box.south, box.east, box.north],
        )
        clipped = {
            pk: Polygon.from_ewkt(text.replace("MULTIPOLYGON(((", "POLYGON((").replace(")))", "))"))
            for pk, text in cursor.fetchall()
            if text
        }
    for feature in features(BUILDINGS_LAYER, 16):
        west, north, east, south = shape(feature["geometry"]).bounds
        assert clipped[feature["id"]].extent == pytest.approx((west, north, east, south), abs=1)


def test_a_hole_stays_a_hole(city: City) -> None:
    outer = square(150, 60, 40)[0][0]
    hole = Polygon(tuple(outer), _ring(160, 70, 10)).tuple
    Building.objects.filter(bin="other").update(
        geom=MultiPolygon(Polygon(*hole), srid=3857), point=Point(X0 + 152, Y0 + 62, srid=3857)
    )
    yard = next(each for each in features(BUILDINGS_LAYER, 16) if each["id"] == city.buildings["other"].pk)
    found = shape(yard["geometry"])
    assert found.is_valid and len(found.interiors) == 1


def _ring(x: float, y: float, size: float) -> list[tuple[float, float]]:
    """A counter-clockwise ring."""
    w, s = X0 + x, Y0 + y
    return [(w, s), (w + size, s), (w + size, s + size), (w, s + size), (w, s)]


def test_a_shape_larger_than_its_neighbourhood_is_clipped(city: City) -> None:
    """MapLibre refuses coordinates far outside a tile; a huge hall must not send them."""
    Building.objects.filter(bin="other").update(geom=square(-900, -900, 2000))
    hall = next(each for each in features(BUILDINGS_LAYER, 18) if each["id"] == city.buildings["other"].pk)
    assert max(abs(value) for value in shape(hall["geometry"]).bounds) <= 4096 + 64


def test_neighbouring_wards_share_a_tile_and_clip_to_it(city: City) -> None:
    found = features(WARDS, 13)
    assert {each["properties"]["ward"] for each in found} == {22, 23}
    assert [each["properties"] for each in features(ROADS, 16)] == [{"ward": 22, "hierarchy": "main"}]


@pytest.mark.parametrize("place", [(-1, 0, 0), (19, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_no_tile_outside_the_pyramid(place: tuple[int, int, int]) -> None:
    with pytest.raises(NoSuchTile):
        box_of(*place)


@pytest.mark.django_db
@pytest.mark.parametrize("layer", [BUILDINGS_LAYER, BUILDINGS_BY_TAX_STATUS, ROADS], ids=lambda layer: layer.name)
def test_a_tile_reads_through_the_spatial_index(layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN " + statement(layer, layer.features, True), parameters(box_of(*tile_at(16)), (22,), YEAR)
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "_geom_" in plan and "Index Cond: (geom &&" in plan.replace("b.geom", "geom")


def _now() -> Any:
    from django.utils import timezone

    return timezone.localtime()


@pytest.mark.django_db(transaction=True)
def test_a_dead_connection_costs_one_more_question_not_an_error() -> None:
    draw(WARDS, *tile_at(13), wards=None, fiscal_year=YEAR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    assert draw(WARDS, *tile_at(13), wards=None, fiscal_year=YEAR).content == b""


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_fails_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(tiles, "_LOCAL", "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1); ")
    monkeypatch.setattr(tiles, "row", lambda *args, real=tiles.row, **named: asked.append(1) or real(*args, **named))
    with pytest.raises(OperationalError):
        draw(WARDS, *tile_at(13), wards=None, fiscal_year=YEAR)
    assert asked == [1]
