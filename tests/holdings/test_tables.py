"""Tables as offices write them: quotes left open, cells too many, several sheets, numbers of a column of decimals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from holdings.intake.services import check_intake, stage_intake
from holdings.models import Holding, SurveyFile, Ward
from holdings.readers import Unreadable, open_survey
from holdings.services import check_survey, stage_survey
from imis.errors import BadInput
from imis.models import User
from tests.holdings.bringing import named
from tests.holdings.conftest import NOW
from tests.holdings.test_readers import cells, read
from tests.utilities.conftest import named as named_of_intake

pytestmark = pytest.mark.django_db

HEAD = "ward_no,house_no,owner\n"


def lines(*changed: tuple[int, str]) -> str:
    """Forty rows, some of them written otherwise."""
    rows = [f"21,{n},Owner {n}" for n in range(1, 41)]
    for n, text in changed:
        rows[n - 1] = text
    return HEAD + "\n".join(rows) + "\n"


def refused(path: Path, text: str) -> Unreadable:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as refusal:
        read(path)
    return refusal.value


@pytest.mark.parametrize(
    "changed",
    [
        [(3, '21,3,"Owner 3')],
        [(3, '21,3,"Owner 3'), (7, '21,7,"Owner 7')],
        [(3, '21,3,"Owner 3'), (7, '21,7,Owner 7"')],
        [(3, '21,"3,Owner 3'), (4, '21,4",Owner 4')],
        [(3, '21,3,"Owner" 3')],
        [(40, '21,40,"Owner 40')],
    ],
)
def test_a_quote_left_open_is_named_by_its_line(tmp_path: Path, changed: list[tuple[int, str]]) -> None:
    error = refused(tmp_path / "q.csv", lines(*changed))
    assert error.code == "open_quote" and error.facts == {"line": changed[0][0] + 1}


def test_a_cell_over_several_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('no,owner,place\n1,"রহিম\nপিতা করিম, মৃত","House 3"\n2,b,c\n', encoding="utf-8")
    _, rows = read(path)
    assert json.loads(rows[0][2].replace("\\\\", "\\"))["owner"] == "রহিম\nপিতা করিম, মৃত" and len(rows) == 2
    path.write_text('no,wkt\n1,"POLYGON((89 22,\n90 22,\n90 23,\n89 22))"\n', encoding="utf-8")
    assert len(read(path)[1]) == 1


def test_a_person_reads_which_line(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text(lines((3, '21,3,"Owner 3')), encoding="utf-8")
    with pytest.raises(BadInput, match="4"):
        stage_survey(path=path, name="q.csv", by=assessor, at=NOW)
    assert not SurveyFile.objects.exists()


def test_cells_too_many_are_kept_and_stop_the_row(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("ward_no,road,house_no,owner\n21,Main Rd, East,12,Rahim\n21,Main Rd,13,Karim,,\n", encoding="utf-8")
    file = check_survey(file=stage_survey(path=path, name="s.csv", by=assessor, at=NOW), by=assessor, at=NOW)
    assert file.rows.get(number=1).raw["_surplus_cells"] == "Rahim"
    assert "surplus_cells" in named(file)[1] and "surplus_cells" not in named(file).get(2, set())


def test_cells_too_many_stop_the_row_of_an_intake(wards: list[Ward], assessor: User, tmp_path: Path) -> None:
    Holding.objects.create(ward_id=21, number_written="12", number_key="12")
    path = tmp_path / "a.csv"
    path.write_text(
        "provider,service,ward_no,road,holding_no,account_no,status\n"
        "KWASA,water,21,,12,A-1,connected\nKWASA,water,21,,12,A,2,connected\n",
        encoding="utf-8",
    )
    file = stage_intake(kind="accounts", path=path, name="a.csv", by=assessor, at=NOW)
    problems = named_of_intake(check_intake(file=file, by=assessor, at=NOW))
    assert "surplus_cells" in problems[2] and 1 not in problems


def test_a_heading_cannot_take_the_readers_own_names(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("no,_surplus_cells\n1,x\n2,y,z\n", encoding="utf-8")
    stream, rows = read(path)
    assert stream.fields == ["no", "_surplus_cells (2)"]
    assert [cells(row).get("_surplus_cells") for row in rows] == [None, "z"]


def test_a_row_is_numbered_by_its_place_below_the_headings(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("no,name\n1,a\n,,\n\n4,b\n", encoding="utf-8")
    assert [row[1] for row in read(path)[1]] == ["1", "4"]
    book = openpyxl.Workbook()
    for row in (["no"], [1], [None], ["  "], [4]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    assert [row[1] for row in read(tmp_path / "b.xlsx")[1]] == ["1", "4"]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of sheets: book(W21=[[…], …], W22=…)."""

    def make(**sheets: list[list[Any]]) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        made.save(path)
        return path

    return make


def test_sheets_are_layers(book: Callable[..., Path]) -> None:
    path = book(W21=[["ward_no", "house_no"], [21, 1]], Empty=[], W22=[["ward_no", "house_no"], [22, 1], [22, 2]])
    with pytest.raises(Unreadable) as several:
        read(path)
    assert several.value.code == "several_layers" and several.value.facts["layers"] == ["W21", "W22"]
    assert [cells(row) for row in read(path, layer="W22")[1]] == [
        {"ward_no": 22, "house_no": 1},
        {"ward_no": 22, "house_no": 2},
    ]
    with pytest.raises(Unreadable) as unknown:
        read(path, layer="W23")
    assert unknown.value.code == "no_such_layer" and "W21" in unknown.value.facts["layers"]


def test_the_one_sheet_that_holds_something_is_read(book: Callable[..., Path]) -> None:
    _, rows = read(book(Cover=[[None, " "]], Data=[["no", None], [1, "a note"]]))
    assert [cells(row) for row in rows] == [{"no": 1, "_unnamed_cells": "a note"}]
    with pytest.raises(Unreadable) as nothing, open_survey(book(Cover=[]), "b.xlsx", file_id=1):
        pass
    assert nothing.value.code == "empty"
