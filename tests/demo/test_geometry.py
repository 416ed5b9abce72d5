"""The generated ground: wards that fill the city, houses that stand on their own plots."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from demo.chance import Chance
from demo.facts import ward_facts
from demo.frame import CITY_KM2, MIDDLE_LAT, MIDDLE_LON, ward_shape, wards
from demo.plan import WardPlan, plan


@pytest.fixture(scope="module")
def small() -> list[WardPlan]:
    return plan(3_000)


def test_wards_fill_the_city_without_gap_or_overlap() -> None:
    shapes = [ward_shape(ward) for ward in wards()]
    together = shapely.union_all(shapes)
    assert [ward.number for ward in wards()] == list(range(1, 32))
    assert shapely.is_valid(shapes).all()
    assert together.geom_type == "Polygon"
    assert len(together.interiors) == 0
    assert together.area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-12)
    on_ground = together.area * np.cos(np.radians(MIDDLE_LAT)) ** 2 / 1e6
    assert on_ground == pytest.approx(CITY_KM2, rel=0.001)


def test_the_city_lies_at_khulna() -> None:
    shapes = shapely.union_all([ward_shape(ward) for ward in wards()])
    x, y = np.radians(MIDDLE_LON) * 6_378_137, np.log(np.tan(np.pi / 4 + np.radians(MIDDLE_LAT) / 2)) * 6_378_137
    assert shapes.distance(shapely.Point(x, y)) < 1_000


def test_neighbours_share_a_line_and_each_ward_has_some() -> None:
    shapes = np.array([ward_shape(ward) for ward in wards()])
    for shape in shapes:
        shared = shapely.length(shapely.intersection(shape, shapes[shapely.touches(shape, shapes)]))
        assert (shared > 100).sum() >= 1


def test_footprints_are_valid_clockwise_and_apart(small: list[WardPlan]) -> None:
    shapes = np.concatenate([ward_facts(one)[1].prints.shapes for one in small if len(one.homes)])
    assert len(shapes) > 3_000
    assert shapely.is_valid(shapes).all()
    assert not any(shapely.is_ccw(shapely.get_exterior_ring(shapes)))
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (left == right).all()


def test_footprints_stand_in_their_ward_and_off_the_roads(small: list[WardPlan]) -> None:
    for one in (one for one in small if len(one.homes)):
        _, buildings = ward_facts(one)
        outline = ward_shape(one.frame)
        shapely.prepare(outline)
        assert shapely.contains(outline, buildings.prints.shapes).mean() > 0.999
        assert shapely.intersects(outline, buildings.prints.shapes).all()


def test_houses_are_of_many_shapes_and_sizes(small: list[WardPlan]) -> None:
    _, buildings = ward_facts(small[21])
    corners = shapely.get_num_coordinates(buildings.prints.shapes)
    assert {5, 7, 9} <= set(corners.tolist())
    assert any(shapely.get_num_interior_rings(buildings.prints.shapes))
    assert buildings.prints.area.min() >= 4
    assert np.percentile(buildings.prints.area, 95) > 5 * np.percentile(buildings.prints.area, 5)


@pytest.mark.parametrize("size", [1, 57, 3_000, 9_999])
def test_a_plan_has_exactly_its_holdings(size: int) -> None:
    assert sum(int(one.homes.sum()) for one in plan(size)) == size


def test_a_city_has_a_hundred_thousand_buildings_in_every_ward() -> None:
    city = plan(77_000)
    buildings = [len(ward_facts(one)[1].storeys) for one in city]
    assert sum(int(one.homes.sum()) for one in city) == 77_000
    assert 95_000 < sum(buildings) < 105_000
    # Ward 1 lies farthest out and is the last to be built up.
    assert sum(count > 500 for count in buildings) >= 30


def test_a_bigger_city_is_denser_not_larger() -> None:
    crowded = plan(150_000)
    assert sum(int(one.homes.sum()) for one in crowded) == 150_000
    assert all(len(one.homes) > 0 for one in crowded)
    prints = ward_facts(crowded[21])[1].prints
    left, right = shapely.STRtree(prints.shapes).query(prints.shapes, predicate="intersects")
    assert (left == right).all()


def test_chance_depends_on_subject_and_label_only() -> None:
    first = Chance("ward", 22).unit("x", 5)
    assert (Chance("ward", 22).unit("x", 9)[:5] == first).all()
    assert not (Chance("ward", 23).unit("x", 5) == first).any()
    assert not (Chance("ward", 22).unit("y", 5) == first).any()
    many = Chance("spread").unit("u", 100_000)
    assert abs(many.mean() - 0.5) < 0.01
    assert abs(np.histogram(many, 10, (0, 1))[0] / 10_000 - 1).max() < 0.05
