"""The database refuses what the register must never hold; every case here goes around Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, IntegrityError, InternalError, connection, transaction

from holdings.models import Building, Holding, Owner, Road, Ward
from tests.holdings.conftest import placed, stored

HULL = "0 0, 0 10, 10 10, 10 0, 0 0"  # clockwise


def run(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def refused(rule: str, sql: str, *parameters: Any) -> None:
    with pytest.raises(IntegrityError, match=rule):
        run(sql, *parameters)


def building(
    ring: str, *, point: str = "5 5", bin: str = "B", area: float = 100, extra: str = ""
) -> tuple[str, str, float, str, str]:
    return bin, f"MULTIPOLYGON((({ring}){extra}))", area, f"POINT({point})", ""


INSERT = (
    "INSERT INTO holdings_building (bin, ward_id, geom, area_m2, point, structure, use)"
    " VALUES (%s, 21, ST_GeomFromText(%s, 3857), %s, ST_GeomFromText(%s, 3857), %s, '')"
)


def test_a_right_building_is_taken(wards: list[Ward]) -> None:
    run(INSERT, *building(HULL))
    assert Building.objects.get().area_m2 == 100


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("building_geom_valid", building("0 0, 10 10, 10 0, 0 10, 0 0")),
        ("building_rings_clockwise", building("0 0, 10 0, 10 10, 0 10, 0 0")),
        ("building_rings_clockwise", building(HULL, extra=", (2 2, 2 4, 4 4, 4 2, 2 2)")),
        ("building_geom_in_bounds", building("3e7 0, 3e7 10, 30000010 10, 30000010 0, 3e7 0", point="30000005 5")),
        ("building_point_on_it", building(HULL, point="50 50")),
        ("building_area_positive", building(HULL, area=0)),
        ("building_bin_not_empty", building(HULL, bin="")),
    ],
)
def test_wrong_buildings_are_refused(wards: list[Ward], rule: str, values: tuple[Any, ...]) -> None:
    refused(rule, INSERT, *values)


def test_other_geometry_and_other_systems_are_refused(wards: list[Ward]) -> None:
    for wkt, srid in (("LINESTRING(0 0, 0 10)", 3857), (f"MULTIPOLYGON((({HULL})))", 4326)):
        with pytest.raises((DataError, InternalError)):
            run(INSERT.replace("%s, 3857), %s, ST", f"%s, {srid}), %s, ST"), "B", wkt, 100, "POINT(5 5)", "")


def test_a_single_polygon_is_never_kept_as_one(wards: list[Ward]) -> None:
    """PostGIS 3.5 makes it the multipolygon that the column asks for; earlier ones refuse it."""
    try:
        run(INSERT, "B", f"POLYGON(({HULL}))", 100, "POINT(5 5)", "")
    except DataError:
        assert not Building.objects.exists()
    else:
        assert Building.objects.get().geom.geom_type == "MultiPolygon"


def test_a_building_number_is_unique(wards: list[Ward]) -> None:
    run(INSERT, *building(HULL))
    refused("building_bin_once", INSERT, *building(HULL))


HOLDING = (
    "INSERT INTO holdings_holding (ward_id, road_id, number_written, number_key, code,"
    " old_number, frontage, route_order, state)"
    " VALUES (21, %s, 'x', %s, %s, '', 'lane', 0, 'active')"
)


@pytest.mark.parametrize(
    "key", ["৪ক", "4 ক", "12-ক", "12,3", "/12", "12/", "1//2", "4\u200cক", "\u09df", "12—3", "1\t2"]
)
def test_keys_out_of_normal_form_are_refused(wards: list[Ward], key: str) -> None:
    refused("holding_number_key_normal", HOLDING, None, key, None)


@pytest.mark.parametrize("key", ["4ক", "12/ক", "31/3", "13F2", "00ডি/385", "\u09af\u09bc"])
def test_keys_in_normal_form_are_taken(wards: list[Ward], key: str) -> None:
    run(HOLDING, None, key, None)


def test_an_empty_key_and_a_misshapen_code_are_refused(wards: list[Ward]) -> None:
    refused("holding_number_not_empty", HOLDING, None, "", None)
    refused("holding_code_shape", HOLDING, None, "4", "22-1-4-0")


def test_a_number_is_unique_on_its_road_and_without_one(wards: list[Ward]) -> None:
    road = Road.objects.create(ward=wards[0], code="001", name_bn="ক", name_en="a")
    run(HOLDING, road.pk, "4", "21-001-0004-00")
    run(HOLDING, None, "4", None)
    refused("holding_number_once_on_road", HOLDING, road.pk, "4", None)
    refused("holding_number_once_on_road", HOLDING, None, "4", None)
    refused("holding_code_once", HOLDING, None, "5", "21-001-0004-00")


def test_a_road_code_is_unique_in_its_ward(wards: list[Ward]) -> None:
    Road.objects.create(ward=wards[0], code="001", name_bn="ক", name_en="a")
    Road.objects.create(ward=wards[1], code="001", name_bn="ক", name_en="a")
    refused(
        "road_code_once_in_ward",
        "INSERT INTO holdings_road (ward_id, code, name_bn, name_en, hierarchy) VALUES (21, '001', 'x', 'x', 'lane')",
    )


@pytest.fixture
def own(wards: list[Ward]) -> Callable[..., None]:
    """own(("A", "0.5", "[2026-01-01,)"), …) inserts shares of one holding in one statement."""
    holding = Holding.objects.create(ward=wards[0], number_written="1", number_key="1")
    owners = {name: Owner.objects.create(name_bn=name).pk for name in "ABCD"}

    def insert(*shares: tuple[str, str, str]) -> None:
        values = ", ".join(["(%s, %s, %s, %s::daterange)"] * len(shares))
        flat = [cell for name, share, valid in shares for cell in (holding.pk, owners[name], share, valid)]
        run(f"INSERT INTO holdings_ownership (holding_id, owner_id, share, valid) VALUES {values}", *flat)

    return insert


@pytest.mark.parametrize(
    "shares",
    [
        [("A", "1", "[2026-01-01,)")],
        [("A", "0.5", "[2026-01-01,)"), ("B", "0.5", "[2026-01-01,)")],
        [
            ("A", "0.33333334", "[2026-01-01,)"),
            ("B", "0.33333333", "[2026-01-01,)"),
            ("C", "0.33333333", "[2026-01-01,)"),
        ],
        [("A", "1", "[2020-01-01,2026-01-01)"), ("B", "0.4", "[2026-01-01,)"), ("C", "0.6", "[2026-01-01,)")],
        [("A", "1", "[2020-01-01,2024-01-01)"), ("B", "1", "[2026-01-01,)")],
        [("A", "1", "(,2026-01-01)"), ("B", "1", "[2026-01-01,)")],
    ],
)
def test_shares_that_sum_to_one_are_taken(own: Callable[..., None], shares: list[tuple[str, str, str]]) -> None:
    own(*shares)


@pytest.mark.parametrize(
    "shares",
    [
        [("A", "0.5", "[2026-01-01,)")],
        [("A", "0.5", "[2026-01-01,)"), ("B", "0.49999999", "[2026-01-01,)")],
        [("A", "1", "[2026-01-01,)"), ("B", "1", "[2027-01-01,)")],
        [("A", "0.5", "[2026-01-01,)"), ("B", "0.5", "[2026-02-01,)")],
        [("A", "0.5", "[2026-01-01,)"), ("B", "0.5", "[2026-01-01,2027-01-01)")],
        [("A", "1", "(,2026-01-02)"), ("B", "1", "[2026-01-01,)")],
        [("A", "0.5", "(,)")],
    ],
)
def test_shares_that_do_not_are_refused(own: Callable[..., None], shares: list[tuple[str, str, str]]) -> None:
    with pytest.raises(IntegrityError, match="ownership_shares_sum_to_1"):
        own(*shares)


def test_an_update_or_delete_must_keep_the_sum(own: Callable[..., None]) -> None:
    own(("A", "0.5", "[2026-01-01,)"), ("B", "0.5", "[2026-01-01,)"))
    refused(
        "ownership_shares_sum_to_1",
        "UPDATE holdings_ownership SET share = 0.6 WHERE id = (SELECT min(id) FROM holdings_ownership)",
    )
    refused(
        "ownership_shares_sum_to_1",
        "DELETE FROM holdings_ownership WHERE id = (SELECT min(id) FROM holdings_ownership)",
    )
    run("UPDATE holdings_ownership SET valid = '[2026-01-01,2027-01-01)'")
    own(("C", "1", "[2027-01-01,)"))


def test_shares_and_days_out_of_range_are_refused(own: Callable[..., None]) -> None:
    for share, valid, rule in (
        ("0", "[2026-01-01,)", "share_in_0_1"),
        ("1.5", "[2026-01-01,)", "share_in_0_1"),
        ("1", "empty", "has_a_day"),
    ):
        with pytest.raises(IntegrityError, match=rule):
            own(("A", share, valid))
    with pytest.raises(IntegrityError, match="ownership_once_at_a_time"):
        own(("A", "0.5", "[2026-01-01,)"), ("A", "0.5", "[2026-01-01,)"))


def test_survey_references_must_exist(wards: list[Ward]) -> None:
    run(INSERT, *building(HULL))
    refused("survey_reference_exists", "UPDATE holdings_building SET survey_row_id = 987654")
    refused(
        "survey_reference_exists",
        "INSERT INTO holdings_surveyrow (file_id, number, raw, decision) VALUES (987654, 1, '{}', '')",
    )
    refused(
        "survey_reference_exists",
        "INSERT INTO holdings_surveyproblem (row_id, code, field, value, blocking, details)"
        " VALUES (987654, 'x', '', '', true, '{}')",
    )


def test_a_ward_must_be_valid_and_positive(wards: list[Ward]) -> None:
    refused("ward_number_positive", "UPDATE holdings_ward SET number = 0 WHERE number = 23")
    refused(
        "ward_geom_valid",
        "UPDATE holdings_ward SET geom = ST_GeomFromText('MULTIPOLYGON(((0 0, 10 10, 10 0, 0 10, 0 0)))', 3857)",
    )


def test_stored_helper_agrees_with_the_database(wards: list[Ward]) -> None:
    import shapely

    geom = stored(shapely.MultiPolygon([placed(shapely.box(760_000, 2_525_000, 760_010, 2_525_010), "storage")]))
    Building.objects.create(bin="B", ward=wards[0], geom=geom, point=geom.point_on_surface, area_m2=100)
