"""Containments from a file: read, placed, measured, linked to their building; what does not fit is named and waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely

from fsm.forms.fields import FiguresField
from fsm.models import Containment, ContainmentBuilding
from holdings.intake.models import IntakeFile
from holdings.intake.queries import outcomes
from holdings.intake.services import apply_intake, check_intake, stage_intake
from holdings.models import Ward
from imis.models import User
from imis.roles import Role
from tests.holdings.conftest import EAST, NORTH, NOW, person, placed, wards, write
from tests.utilities.conftest import building, named

__all__ = ["person", "wards", "write"]
pytestmark = pytest.mark.django_db


def point(x: float, y: float) -> Any:
    """A point, metres from the city's corner, in degrees."""
    return placed(shapely.Point(EAST + x, NORTH + y), "lonlat")


@pytest.fixture
def bring(wards: list[Ward], person: Callable[..., User], write: Callable[..., Path]) -> Callable[..., IntakeFile]:
    officer = person(Role.FSM_OFFICER)

    def run(rows: list[tuple[Any, dict[str, Any]]], name: str = "tanks.gpkg") -> IntakeFile:
        path = write(name, rows)
        file = stage_intake(kind="containments", path=path, name=name, by=officer, at=NOW)
        return apply_intake(file=check_intake(file=file, by=officer, at=NOW), by=officer, at=NOW)

    return run


def test_a_tank_with_all_that_its_row_says(bring: Callable[..., IntakeFile]) -> None:
    house = building(1, 21, 100, 100)
    said = {
        "containment_code": "T-1", "type": "septic", "outlet_to": "ড্রেন", "tank_length": "240 cm",
        "tank_width": "1.2", "depth": "১.৮", "toilet_count": "3", "survey_date": "2025-03-04", "bin": "B1",
    }  # fmt: skip
    file = bring([(point(112, 105), said)])
    tank = Containment.objects.get()
    assert (tank.code, tank.ward_id, tank.technology, tank.outlet) == ("T-1", 21, "septic_tank", "open_drain")
    assert (tank.shape, tank.volume_m3, tank.toilets) == ("rectangular", Decimal("5.18"), 3)
    assert tank.intake_row is not None and tank.intake_row.file == file and tank.intake_row.raw["type"] == "septic"
    link = ContainmentBuilding.objects.get()
    assert (link.containment, link.building, link.valid.lower) == (tank, house, date(2025, 3, 4))


def test_what_does_not_fit_is_named_and_waits(bring: Callable[..., IntakeFile]) -> None:
    building(1, 21, 100, 100)
    building(2, 22, 1005, 100)
    file = bring(
        [
            (point(110, 110), {"code": "A", "type": "septic tank", "bin": "B1", "size": "4.5"}),
            (point(110, 112), {"code": "A", "type": "lined pit", "bin": "", "size": "2"}),
            (point(110, 114), {"code": "C", "type": "spaceship", "bin": "", "size": "2"}),
            (point(110, 116), {"code": "D", "type": "lined pit", "bin": "B9", "size": "2"}),
            (point(500, 500), {"code": "E", "type": "lined pit", "bin": "B1", "size": "2"}),
            (point(970, 105), {"code": "F", "type": "unlined", "bin": "B2", "size": "2"}),
            (point(9000, 500), {"code": "G", "type": "lined pit", "bin": "", "size": "2"}),
            (point(120, 120), {"code": "H", "type": "twin pit", "bin": "", "size": ""}),
        ]
    )
    problems = named(file)
    assert problems[2] == {"duplicate_code"} and problems[3] == {"bad_choice"} and problems[7] == {"outside_city"}
    assert "far_from_building" in problems[5] and 6 not in problems
    assert problems[4] == {"unknown_building"}, "named, and entered without its link"
    assert problems[8] == {"no_volume"} and 1 not in problems
    entered = set(Containment.objects.values_list("code", flat=True))
    assert entered == {"A", "D", "F", "H"}
    assert Containment.objects.get(code="F").ward_id == 22, "across a ward line it belongs to its building's ward"
    sums = outcomes(file)
    assert sums.rows == 8 == sums.applied + sums.rejected + sums.waiting and sums.applied == 4


def test_measures_with_a_decimal_comma_mean_what_the_screens_read(bring: Callable[..., IntakeFile]) -> None:
    said = {"code": "T-1", "type": "septic", "length": "2,5", "width": "১,৫", "depth": "1,8"}
    file = bring([(point(110, 110), said)])
    tank = Containment.objects.get()
    screen = FiguresField(max_digits=6, decimal_places=2)
    for measure in ("length", "width", "depth"):
        assert getattr(tank, f"{measure}_m") == screen.clean(said[measure])
    assert tank.volume_m3 == Decimal("6.75")
    assert named(file) == {}, "measures without a shape say what it is, so it has a volume"


def test_no_volume_is_said_where_none_is_entered(bring: Callable[..., IntakeFile]) -> None:
    shaped: list[dict[str, str]] = [
        {"diameter": "1.2", "depth": "2"},
        {"length": "1.2", "width": "1", "depth": "2"},
        {"length": "1.2", "depth": "2"},
        {"diameter": "1.2"},
        {"shape": "unknown", "diameter": "1.2", "depth": "2"},
        {"shape": "circular", "length": "1.2", "width": "1", "depth": "2"},
    ]
    file = bring([(point(110, 110 + n), {"code": f"T-{n}", "type": "pit", **one}) for n, one in enumerate(shaped, 1)])
    without = {int(code[2:]) for code in Containment.objects.filter(volume_m3=None).values_list("code", flat=True)}
    assert without == {3, 4, 5, 6} == {n for n, codes in named(file).items() if "no_volume" in codes}


def test_a_survey_in_years_to_come_waits(bring: Callable[..., IntakeFile]) -> None:
    rows = [
        (point(110, 110), {"code": "T-1", "type": "septic", "size": "4", "survey_date": "2062-03-01"}),
        (point(110, 112), {"code": "T-2", "type": "septic", "size": "4", "survey_date": "2026-07-14"}),
    ]
    assert named(bring(rows)) == {1: {"future_date"}}
    assert Containment.objects.get().code == "T-2"


def test_only_the_sludge_office_brings_containments(wards: list[Ward], person: Any, write: Any) -> None:
    from imis.errors import NotAllowed

    path = write("tanks.gpkg", [(point(100, 100), {"code": "A", "type": "septic"})])
    with pytest.raises(NotAllowed):
        stage_intake(kind="containments", path=path, name=path.name, by=person(Role.PLANNER), at=NOW)
