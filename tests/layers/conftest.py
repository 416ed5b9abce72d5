"""A city of two wards, one road and six buildings, drawn on a grid of metres around a known tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon
from django.test import Client

from holdings.models import Building, Holding, HoldingBuilding, Road, Ward
from imis.models import User
from imis.roles import Role
from tax.models import Standing
from tests.doors import Browser
from tests.layers.city import X0, Y0, YEAR


def square(x: float, y: float, size: float) -> MultiPolygon:
    """A square with a clockwise ring; `x`, `y` are its lower left corner in EPSG:3857 from (X0, Y0)."""
    west, south = X0 + x, Y0 + y
    ring = [(west, south), (west, south + size), (west + size, south + size), (west + size, south), (west, south)]
    return MultiPolygon(Polygon(ring), srid=3857)


def _building(ward: Ward, name: str, x: float, y: float, size: float = 12) -> Building:
    return Building.objects.create(
        bin=name,
        ward=ward,
        geom=square(x, y, size),
        point=Point(X0 + x + size / 2, Y0 + y + size / 2, srid=3857),
        area_m2=Decimal("120.00"),
        storeys=2,
        structure="pucca",
        use="residential",
    )


def _holding(building: Building, number: str, unpaid: int, oldest: int | None, billed: int | None) -> Holding:
    holding = Holding.objects.create(ward=building.ward, number_written=number, number_key=number)
    HoldingBuilding.objects.create(holding=holding, building=building)
    if billed is not None or unpaid:
        Standing.objects.create(
            holding=holding, unpaid_amount=unpaid, oldest_unpaid_year=oldest, last_billed_year=billed
        )
    return holding


@dataclass
class City:
    """The city's parts by name."""

    wards: dict[int, Ward]
    buildings: dict[str, Building]
    holdings: dict[str, Holding]


@pytest.fixture
def client() -> Client:
    """A browser at the application that the web server runs."""
    return Browser()


@pytest.fixture
def city(db: None) -> City:
    """Ward 22 holds a building of each status, ward 23 one in arrears."""
    wards = {
        number: Ward.objects.create(
            number=number, name_bn=f"ওয়ার্ড {number}", name_en=f"Ward {number}", geom=square(offset, 0, 200)
        )
        for number, offset in ((22, 0), (23, 200))
    }
    line = LineString([(X0, Y0 + 100), (X0 + 400, Y0 + 100)])
    Road.objects.create(
        ward=wards[22],
        code="001",
        name_bn="সড়ক",
        name_en="Road",
        hierarchy="main",
        geom=MultiLineString(line, srid=3857),
    )
    names = {"paid": 10, "current": 30, "arrears_1": 50, "arrears_2": 70, "not_billed": 90, "mixed": 110}
    buildings = {name: _building(wards[22], name, x, 20) for name, x in names.items()}
    buildings["other"] = _building(wards[23], "other", 220, 20)
    facts = {
        "paid": (0, None, YEAR),
        "current": (50, YEAR, YEAR),
        "arrears_1": (50, YEAR - 1, YEAR),
        "arrears_2": (50, YEAR - 2, YEAR),
        "other": (50, YEAR - 1, YEAR),
    }
    holdings = {
        name: _holding(buildings[name], str(100 + place), *fact) for place, (name, fact) in enumerate(facts.items())
    }
    holdings["mixed_paid"] = _holding(buildings["mixed"], "201", 0, None, YEAR)
    holdings["mixed_late"] = _holding(buildings["mixed"], "202", 70, YEAR - 5, YEAR)
    return City(wards, buildings, holdings)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes a user with some roles in some wards (none given: all wards)."""

    def make(*roles: Role, wards: tuple[int, ...] | None = None) -> User:
        name = "-".join(roles) + ("" if wards is None else str(wards))
        return User.objects.create(
            username=name, roles=list(roles), all_wards=wards is None, ward_numbers=list(wards or ())
        )

    return make


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """A browser in which a user has signed in."""

    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in
