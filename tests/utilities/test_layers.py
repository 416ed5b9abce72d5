"""What the map shows of the utilities: lines in tiles, and buildings by the status of their holdings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from holdings.intake.models import IntakeFile
from holdings.models import Ward
from layers.catalogue import BY_NAME
from layers.database import rebuild_views
from tests.utilities.conftest import building, holding, line
from utilities.models import Drain

pytestmark = pytest.mark.django_db
Bring = Callable[..., IntakeFile]


def features(layer: str, schema: str = "gis_staff") -> dict[str, dict[str, Any]]:
    """The features of a staff view by their code or bin."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {schema}.{layer}")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row.get("code") or row["bin"]: row for row in rows}


def test_networks_carry_what_staff_may_know(wards: list[Ward], bring: Bring) -> None:
    bring("drains", [(line(100), {"code": "D1", "cover": "open", "width": "900"})])
    bring("water_mains", [(line(100), {"code": "W1", "dia": "100", "rank": "trunk", "provider": "KWASA"})])
    bring("electricity_lines", [(line(100), {"code": "E1", "voltage": "11 kv"})])
    bring("sewers", [(line(100), {"code": "S1", "plant": "X"})])
    rebuild_views()
    drain = features("drains")["D1"]
    assert (drain["ward"], drain["cover"], drain["width_mm"]) == (21, "open", 900)
    assert drain["length_m"] == float(Drain.objects.get().length_m)
    assert features("water_mains")["W1"]["provider"] == "KWASA" and features("sewers")["S1"]["plant"] == "X"
    assert features("electricity_lines")["E1"]["voltage"] == "11kv"


def test_the_best_connection_decides_and_only_what_is_in_force_counts(wards: list[Ward], accounts: Bring) -> None:
    houses = {name: building(n, 21, 100 + 20 * n, 100) for n, name in enumerate("abcd")}
    for number, name in (("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")):
        holding(21, number, house=houses[name])
    accounts(
        "KWASA,water,21,1,W1,,connected,2020-01-01", "KWASA,water,21,2,,,never,2020-01-01",
        "KWASA,water,21,3,W3,,connected,2020-01-01", "KWASA,water,21,4,,,never,2020-01-01",
        "WZPDCL,,21,4,E4,,connected,2020-01-01",
    )  # fmt: skip
    accounts("KWASA,water,21,3,W3,,disconnected,2021-01-01")
    rebuild_views()
    water = features("water_connections")
    assert {row: facts["status"] for row, facts in water.items()} == {
        "B0": "connected", "B1": "disconnected", "B2": "never", "B3": "unknown",
    }  # fmt: skip
    assert (water["B0"]["accounts"], water["B0"]["providers"], water["B3"]["providers"]) == (1, "KWASA", None)
    assert features("electricity_connections")["B2"]["status"] == "connected"
    assert {facts["status"] for facts in features("sewer_connections").values()} == {"unknown"}


def test_buildings_near_a_sewer_by_distance(wards: list[Ward], bring: Bring) -> None:
    for n, y in enumerate((105, 120, 140, 180, 250)):
        building(n, 21, 110, y)
    bring("sewers", [(line(100), {"code": "S1"})])
    rebuild_views()
    near = features("buildings_near_sewers")
    assert {row: facts["reach"] for row, facts in near.items()} == {
        "B0": "within_10", "B1": "within_30", "B2": "within_50", "B3": "within_100",
    }  # fmt: skip
    assert near["B1"]["distance_m"] == pytest.approx(20, abs=0.1) and near["B1"]["sewer"] == "S1"


def test_the_public_sees_no_network(wards: list[Ward]) -> None:
    rebuild_views()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'gis_public'")
        public = {name for (name,) in cursor.fetchall()}
    assert not public & {name for name, layer in BY_NAME.items() if layer.group == "utilities"}
