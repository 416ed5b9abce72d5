"""The demo's networks and accounts: the same for the same city, and such as the database of a real one would hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from demo.plan import plan
from demo.register import load_register
from demo.utilities import load_utilities
from holdings.models import Holding, Road
from imis.models import User
from imis.roles import Role
from utilities.models import Connection, Drain, ElectricityLine, Sewer, SewerReach, WaterMain

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def _written(by: User) -> list[object]:
    """Everything the step writes, without the numbers that sequences give."""
    with transaction.atomic():
        load_utilities(by, TODAY)
        lines = [
            sorted(model.objects.values_list("code", "length_m", "road__code", "ward_id"))
            for model in (Drain, Sewer, WaterMain, ElectricityLine)
        ]
        rows = sorted(map(repr, Connection.objects.values_list("holding__code", "service", "status", "valid")))
        reach = sorted(SewerReach.objects.values_list("building__bin", "sewer__code", "distance_m"))
        transaction.set_rollback(True)
    return [*lines, rows, reach]


@pytest.fixture
def city(person: Callable[..., User]) -> User:
    load_register(plan(300), lambda _: None)
    return person(Role.PLANNER)


def test_the_same_city_has_the_same_networks(city: User) -> None:
    assert _written(city) == _written(city)


def test_most_holdings_have_an_account_and_lines_lie_along_streets(city: User) -> None:
    load_utilities(city, TODAY)
    holdings = Holding.objects.count()
    now = Counter(Connection.objects.filter(valid__endswith=None).values_list("service", "status"))
    assert 0.8 < now["electricity", "connected"] / holdings < 0.98
    assert now["water", "connected"] > now["water", "disconnected"] > 0 and now["water", "never"] > 0
    assert Connection.objects.filter(status="connected").exclude(valid__endswith=None).exists(), "cut off: history"
    assert SewerReach.objects.exists() and now["sewerage", "connected"] > 0
    assert Drain.objects.count() > Road.objects.count() / 3
    for model in (Drain, WaterMain, ElectricityLine):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(ST_HausdorffDistance(ST_Transform(l.geom, 32645), ST_Transform(r.geom, 32645)))"
                f" FROM {model._meta.db_table} l JOIN holdings_road r ON r.id = l.road_id"
                " WHERE ST_NumGeometries(r.geom) = 1"
            )
            assert cursor.fetchone()[0] < 30
