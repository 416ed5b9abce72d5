"""What the database refuses of intakes whatever program asks, the command, and declarations that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from holdings.intake import registry
from holdings.intake.models import IntakeFile
from holdings.intake.queries import problem_counts
from holdings.intake.services import check_intake, stage_intake
from holdings.intake.spec import Field, Intake, Kind
from holdings.models import Road, Ward
from imis.errors import IMISError
from imis.models import User
from tests.holdings.conftest import NOW
from tests.holdings.intakes_for_tests import LANES, lane, line

Bring = Callable[..., IntakeFile]


REWRITES = {
    "raw": "UPDATE holdings_intakerow SET raw = '{}'",
    "number": "UPDATE holdings_intakerow SET number = number + 100",
    "delete row": "DELETE FROM holdings_intakerow",
    "delete file": "DELETE FROM holdings_intakefile",
    "ending": "UPDATE holdings_intakeending SET outcome = 'rejected'",
    "delete ending": "DELETE FROM holdings_intakeending",
    "enter a stopped row": "INSERT INTO holdings_intakeending (row_id, outcome)"
    " SELECT row_id, 'applied' FROM holdings_intakeproblem",
    "another ending": "INSERT INTO holdings_intakeending (row_id, outcome)"
    " SELECT row_id, 'lost' FROM holdings_intakeproblem",
    "the same file": "INSERT INTO holdings_intakefile (kind, name, sha256, size_bytes, driver, spatial, isolation,"
    " fields, columns, units, row_count, state, wards, strays, staged_at, staged_by_id) SELECT kind, name, sha256,"
    " size_bytes, driver, spatial, isolation, fields, columns, units, row_count, 'staged', wards, strays, staged_at,"
    " staged_by_id FROM holdings_intakefile",
    "a decision by nobody": "UPDATE holdings_intakerow SET decision = 'reject'",
}


@pytest.mark.parametrize("what", REWRITES)
def test_the_database_refuses(lanes: Bring, what: str) -> None:
    lanes([lane(100, "L1"), lane(200, "L2", **{"class": "?"})], apply=True)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REWRITES[what])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_command_does_the_same(
    declared: None, wards: list[Ward], assessor: User, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> str:
        out = StringIO()
        call_command("import_file", "--kind", "lanes", "--by", assessor.username, *words, stdout=out)
        return out.getvalue()

    path = write("lanes.gpkg", [(line(100), {"no": "L1", "class": "lane", "width": "3"})])
    monkeypatch.setattr("holdings.management.commands.import_file.intakes", registry.intakes)
    said = run("stage", str(path), "--set", "code=no", "--set", "class==main", "--unit", "width=m")
    file = IntakeFile.objects.get()
    assert "rows 1 = applied 0 + rejected 0 + waiting 1 (ready 0)" in said
    assert "ready 1" in run("check", str(file.pk)) and "applied 1" in run("apply", str(file.pk))
    assert Road.objects.get().hierarchy == "main" and Road.objects.get().width_m == 3
    assert (
        "already" in run("stage", str(path))
        or "আগে" in run("stage", str(path))
        or str(file.pk) in run("stage", str(path))
    )
    with pytest.raises(CommandError):
        run("apply", "0")


def test_a_declaration_is_checked_when_it_is_made() -> None:
    with pytest.raises(ValueError):
        Field("geom", "Drawing")
    with pytest.raises(ValueError):
        Field("class", "Class", Kind.CHOICE)
    with pytest.raises(ValueError):
        replace(LANES, fields=(Field("a", "A"), Field("a", "B")), key="")
    with pytest.raises(ValueError):
        replace(LANES, key="width")
    assert isinstance(LANES, Intake)


def test_no_ward_no_check(declared: None, db: None, assessor: User, write: Callable[..., Path]) -> None:
    path = write("lanes.gpkg", [lane(100, "L1")])
    file = stage_intake(kind="lanes", path=path, name="lanes.gpkg", by=assessor, at=NOW)
    with pytest.raises(IMISError):
        check_intake(file=file, by=assessor, at=NOW)
    assert problem_counts(file) == []
