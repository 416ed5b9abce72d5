"""The small city of the register's tests, and files of networks and accounts for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from holdings.intake.models import IntakeFile, IntakeProblem
from holdings.intake.services import apply_intake, check_intake, map_columns, stage_intake
from holdings.models import Building, Holding, HoldingBuilding, Road, Ward
from imis.models import User
from imis.roles import Role
from tests.holdings.conftest import EAST, NORTH, NOW, person, placed, signed_in, stored, wards, write

__all__ = ["person", "signed_in", "wards", "write"]

TODAY = date(2026, 7, 14)
HEAD = "provider,service,ward_no,holding_no,account_no,meter_no,status,since\n"


def line(x: float, y: float = 100, *, to: tuple[float, float] | None = None, crs: str = "lonlat") -> Any:
    """A line from (x, y) to `to` (50 m eastward unless said), metres from the city's corner."""
    end = to or (x + 50, y)
    return placed(shapely.LineString([(EAST + x, NORTH + y), (EAST + end[0], NORTH + end[1])]), crs)


def box(x: float, y: float, side: float = 10) -> Any:
    """A square footprint as the register stores it."""
    return placed(shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side), "storage")


def building(number: int, ward: int, x: float, y: float, side: float = 10) -> Building:
    """A building with its south-west corner at (x, y)."""
    shape = shapely.MultiPolygon([box(x, y, side)])
    return Building.objects.create(
        bin=f"B{number}", ward_id=ward, geom=stored(shape), point=stored(shape.point_on_surface()), area_m2=side * side
    )


def holding(ward: int, written: str, key: str = "", house: Building | None = None) -> Holding:
    """A holding, in a building if one is given."""
    made = Holding.objects.create(ward_id=ward, number_written=written, number_key=key or written)
    if house:
        HoldingBuilding.objects.create(holding=made, building=house)
    return made


def road(ward: int, code: str, x: float, y: float, length: float = 200) -> Road:
    """An east-west road that starts at (x, y)."""
    shape = line(x, y, to=(x + length, y), crs="storage")
    return Road.objects.create(
        ward_id=ward, code=code, name_bn=f"সড়ক {code}", name_en=f"Road {code}",
        geom=stored(shapely.MultiLineString([shape])),
    )  # fmt: skip


def named(file: IntakeFile) -> dict[int, set[str]]:
    """Row number → codes of its problems."""
    found: dict[int, set[str]] = {}
    for number, code in IntakeProblem.objects.filter(row__file=file).values_list("row__number", "code"):
        found.setdefault(number, set()).add(code)
    return found


@pytest.fixture
def planner(person: Callable[..., User]) -> User:
    return person(Role.PLANNER, username="network-office")


@pytest.fixture
def assessor(person: Callable[..., User]) -> User:
    return person(Role.ASSESSOR, username="accounts-office")


@pytest.fixture
def bring(wards: list[Ward], planner: User, write: Callable[..., Path]) -> Callable[..., IntakeFile]:
    """Writes, stages, checks and applies rows of one kind of network: bring("drains", rows, units={…})."""
    names = (f"network-{n}.gpkg" for n in itertools.count(1))

    def run(kind: str, rows: Any, *, units: dict[str, str] | None = None, **more: Any) -> IntakeFile:
        path = rows if isinstance(rows, Path) else write(next(names), rows)
        file = stage_intake(kind=kind, path=path, name=path.name, by=planner, at=NOW, layer=more.pop("layer", None))
        columns = {**file.columns, **more.pop("columns", {})}
        file = map_columns(file=file, columns=columns, units={**file.units, **(units or {})}, by=planner, at=NOW)
        file = check_intake(file=file, by=planner, at=NOW)
        return apply_intake(file=file, by=planner, at=NOW)

    return run


@pytest.fixture
def accounts(wards: list[Ward], assessor: User, tmp_path: Path) -> Callable[..., IntakeFile]:
    """Brings lines of a provider's table (provider,service,ward_no,holding_no,account_no,meter_no,status,since)."""
    names = (f"accounts-{n}.csv" for n in itertools.count(1))

    def run(*lines: str, apply: bool = True, at: Any = NOW, head: str = HEAD) -> IntakeFile:
        path = tmp_path / next(names)
        path.write_text("\n".join([head.strip(), *lines]) + "\n", encoding="utf-8")
        file = stage_intake(kind="accounts", path=path, name=path.name, by=assessor, at=at)
        file = check_intake(file=file, by=assessor, at=at)
        return apply_intake(file=file, by=assessor, at=at) if apply else file

    return run
