"""Two intakes of a make-believe app: lanes (lines that become roads) and notes on holdings (a table)."""

from __future__ import annotations

from typing import Any

import shapely

from holdings.intake.models import IntakeFile, IntakeProblem
from holdings.intake.spec import MILLIMETRES, Choice, Field, Intake, Kind, Shape, Words
from imis.roles import Permission
from tests.holdings.conftest import EAST, NORTH, placed

APPLY = """
INSERT INTO holdings_road (ward_id, code, name_bn, name_en, hierarchy, width_m, geom)
SELECT in_ward, code, coalesce(name, code), coalesce(name, code), class, width / 1000, geom FROM intake_ready
"""

LANES = Intake(
    kind="lanes",
    title="Lanes",
    shapes=(Shape.LINE,),
    key="code",
    known="SELECT upper(code) FROM holdings_road",
    bring=Permission.IMPORT_SURVEY,
    enter=Permission.APPLY_SURVEY,
    fields=(
        Field("code", "Code", headings=("lane no",), required=True, most=6),
        Field("name", "Name", most=20),
        Field(
            "class", "Class", Kind.CHOICE, required=True,
            choices=lambda: [Choice("lane", "Lane", ("গলি", "alley")), Choice("main", "Main road")],
        ),
        Field("width", "Width", Kind.NUMBER, units=MILLIMETRES, largest="20000"),
        Field("built", "Built on", Kind.DATE),
        Field("lamps", "Lamps", Kind.WHOLE, largest="100"),
    ),
    check=(
        "INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)"
        " SELECT row_id, 'narrow', 'width', width::text, false, '{}' FROM intake_cell WHERE width < 1000",
    ),
    apply=(APPLY,),
    problems={"narrow": Words("Narrow", "Only %(value)s mm wide.", "Measure again.")},
)  # fmt: skip

NOTES = Intake(
    kind="notes",
    title="Notes",
    bring=Permission.IMPORT_SURVEY,
    enter=Permission.APPLY_SURVEY,
    fields=(
        Field("ward", "Ward", Kind.WARD, headings=("ward no", "ওয়ার্ড নং")),
        Field("road", "Road", Kind.ROAD),
        Field("holding", "Holding", Kind.HOLDING, required=True, headings=("holding no", "হোল্ডিং নং")),
        Field("building", "Building", Kind.BUILDING, headings=("bin",)),
        Field("note", "Note", most=40),
    ),
    apply=("UPDATE holdings_holding h SET old_number = r.note FROM intake_ready r WHERE h.id = r.holding_id",),
)


def line(x: float, y: float = 100, length: float = 50) -> Any:
    return placed(shapely.LineString([(EAST + x, NORTH + y), (EAST + x + length, NORTH + y)]))


def lane(x: float, code: str, **cells: Any) -> tuple[Any, dict[str, Any]]:
    return line(x), {"lane_no": code, "class": "alley", **cells}


def named(file: IntakeFile) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for number, code in IntakeProblem.objects.filter(row__file=file).values_list("row__number", "code"):
        found.setdefault(number, set()).add(code)
    return found
