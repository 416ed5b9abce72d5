"""How cells are read: commas of lakhs and of decimals, doors and buildings from a column of decimals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from holdings import cells
from holdings.models import SurveyFile
from holdings.rules.identity import number_key
from tests.holdings.bringing import named, problem, row
from tests.holdings.intakes_for_tests import lane
from tests.holdings.intakes_for_tests import named as named_lanes

pytestmark = pytest.mark.django_db


def ask(expression: str, written: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM (SELECT %s::text AS cell) c", [written])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2,5", "2.5"),
        ("২,৫", "2.5"),
        ("1,25", "1.25"),
        ("-0,5 m", "-0.5 m"),
        ("1,20,000", "120000"),
        ("১,২০,০০০.৫০", "120000.50"),
        ("120,000", "120000"),
        ("1,234,567", "1234567"),
        ("1,200 mm", "1200 mm"),
        ("12.5", "12.5"),
        ("1,2,3", "1,2,3"),
        ("1,2345", "1,2345"),
        ("12,34,56", "12,34,56"),
        ("2,5.1", "2,5.1"),
        (",5", ",5"),
    ],
)
def test_commas_of_a_number(written: str, said: str) -> None:
    assert ask(cells.number("cell"), written) == said


@pytest.mark.parametrize(
    "written", ["12.0", "১২.০", "12.00", "12.5", "1.0.0", "12", "12/ক", ".0", "ক.0", "12.0ক", "1,2"]
)
def test_a_door_from_a_column_of_decimals_has_one_rule(written: str) -> None:
    kept = ask(cells.numbering("cell"), written)
    assert number_key(kept) == number_key(written)
    assert (kept == written) == (written not in {"12.0", "১২.০", "12.00"})


def test_a_survey_reads_its_numbers(bring: Callable[..., SurveyFile]) -> None:
    file = bring(
        [row(100, house_no="12.0", bin="1001.0", old_holding_no="৭.০", road="3.0", rent="1,20,000", levels="1,5")]
    )
    read = file.rows.get().reading
    assert (read.number_written, read.number_key, read.bin, read.old_number) == ("12", "12", "1001", "৭")
    assert (read.road_written, read.monthly_rent_amount, read.storeys) == ("3", 120_000, None)
    assert problem(file, "bad_number").field == "storeys"


def test_decimals_that_are_numbers_stay_numbers(bring: Callable[..., SurveyFile]) -> None:
    file = bring([row(100, house_no=12.0, bin=1001.0), row(200, house_no=None, bin=None)])
    read = file.rows.get(number=1).reading
    assert (read.number_key, read.bin) == ("12", "1001") and named(file)[2] == {"missing_number"}


@pytest.mark.parametrize(("written", "metres"), [("1,5 m", 1500), ("1,200", 1200), ("২,৫ m", 2500)])
def test_an_intake_reads_a_decimal_comma(lanes: Callable[..., Any], written: str, metres: int) -> None:
    from holdings.models import Road

    file = lanes([lane(100, "7.0", width=written)], apply=True)
    assert named_lanes(file) == {}
    assert Road.objects.get(code="7").width_m * 1000 == metres


def test_an_intake_names_commas_in_odd_places(lanes: Callable[..., Any]) -> None:
    assert named_lanes(lanes([lane(100, "L1", width="1,2,3")])) == {1: {"bad_number"}}
