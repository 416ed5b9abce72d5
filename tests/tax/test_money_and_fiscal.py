"""Money rounds half up and divides without loss; the fiscal year has no gap and no overlap."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imis.fiscal import FiscalYear, Period, fiscal_year_of, period_of, quarter_end, quarter_start
from imis.money import D, paisa, split, whole_taka


@pytest.mark.parametrize(
    ("given_amount", "to_paisa", "to_taka"),
    [
        ("0.005", "0.01", "0"),
        ("2.675", "2.68", "3"),
        ("-0.005", "-0.01", "0"),
        ("189.5", "189.50", "190"),
        ("-1.5", "-1.50", "-2"),
        ("0.49", "0.49", "0"),
    ],
)
def test_rounds_half_up(given_amount: str, to_paisa: str, to_taka: str) -> None:
    assert paisa(given_amount) == Decimal(to_paisa)
    assert whole_taka(D(given_amount)) == Decimal(to_taka)


@pytest.mark.parametrize("wrong", [1.5, True, None])
def test_a_float_is_never_money(wrong: object) -> None:
    with pytest.raises(TypeError):
        D(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "abc", ""])
def test_what_is_no_number_is_no_money(wrong: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        D(wrong)


def test_largest_remainder_goes_to_the_first_of_equals() -> None:
    assert split(D("100.01"), [1, 1, 1, 1]) == [D("25.01"), D("25"), D("25"), D("25")]
    assert split(D("0.03"), [1, 1, 1, 1]) == [D("0.01"), D("0.01"), D("0.01"), D("0")]
    assert split(D("10"), [7, 5, 5, 3]) == [D("3.50"), D("2.50"), D("2.50"), D("1.50")]


@given(
    st.decimals(min_value=0, max_value=10**11, places=2),
    st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any),
)
def test_split_keeps_the_sum_and_each_part_within_a_paisa(total: Decimal, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights) * D("0.01")


@pytest.mark.parametrize(("total", "weights"), [("-1", [1]), ("0.001", [1]), ("1", [0]), ("1", []), ("1", [-1, 2])])
def test_split_refuses_nonsense(total: str, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="split|weights"):
        split(D(total), weights)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_exactly_one_quarter(day: date) -> None:
    year = fiscal_year_of(day)
    inside = [q for q in (1, 2, 3, 4) if quarter_start(year, q) <= day <= quarter_end(year, q)]
    assert inside == [year.quarter_of(day)]
    assert period_of(day) == Period(year.start_year, inside[0])
    assert year.start <= day <= year.end


@given(st.integers(1990, 2100))
def test_quarters_follow_each_other_without_a_hole(start_year: int) -> None:
    year = FiscalYear(start_year)
    edges = [(quarter_start(year, q), quarter_end(year, q)) for q in (1, 2, 3, 4)]
    assert edges[0][0] == year.start and edges[3][1] == year.end
    assert all(a[1] + timedelta(days=1) == b[0] for a, b in zip(edges, edges[1:], strict=False))
    assert fiscal_year_of(year.end + timedelta(days=1)) == FiscalYear(start_year + 1)


def test_labels() -> None:
    assert FiscalYear(2026).label_en == "2026-27" and FiscalYear(1999).label_en == "1999-00"
    assert FiscalYear(2026).code == "2627"


def test_a_quarter_outside_1_to_4_is_refused() -> None:
    with pytest.raises(ValueError, match="no such quarter"):
        Period(2026, 5)
    with pytest.raises(ValueError, match="is not in"):
        FiscalYear(2026).quarter_of(date(2026, 6, 30))
