"""Fees, volumes and indicators by golden figures worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.rules.fees import Tariff, fee_for
from fsm.rules.indicators import (
    Asked,
    Load,
    RateDays,
    Why,
    collection_ratio,
    rates_by_day,
    response,
    safe_desludging_by_trips,
    safe_desludging_by_volume,
    share,
    sludge_made,
)
from fsm.rules.volumes import Measures, could_arrive, derived_volume, trips_needed

D = Decimal
TARIFF = Tariff("t", call_out=D("200.00"), per_m3=D("750.00"), minimum=D("1200.00"))


@pytest.mark.parametrize(
    ("volume", "amount", "codes"),
    [
        ("2.00", "1700.00", ["call_out", "by_volume", "payable"]),
        ("1.00", "1200.00", ["call_out", "by_volume", "top_up", "payable"]),
        ("0", "1200.00", ["call_out", "by_volume", "top_up", "payable"]),
        # 200 + 1.333 × 750 = 1199.75: up to the lowest fee, which needs no rounding.
        ("1.333", "1200.00", ["call_out", "by_volume", "top_up", "payable"]),
        # 200 + 1.75 × 750 = 1512.50, half up.
        ("1.75", "1513.00", ["call_out", "by_volume", "rounding", "payable"]),
        # 200 + 1.33 × 750 = 1197.50, then 2.50 up to 1200.
        ("1.33", "1200.00", ["call_out", "by_volume", "top_up", "payable"]),
    ],
)
def test_a_fee_and_its_working(volume: str, amount: str, codes: list[str]) -> None:
    fee = fee_for(D(volume), TARIFF)
    assert fee.amount == D(amount)
    assert [step.code for step in fee.steps] == codes
    assert sum(step.result for step in fee.steps[:-1]) == fee.amount


@given(
    volume=st.decimals(0, 500, places=2),
    call_out=st.decimals(0, 2000, places=2),
    per_m3=st.decimals(0, 5000, places=2),
    minimum=st.decimals(0, 5000, places=2),
)
def test_a_fee_is_whole_taka_not_below_its_lowest_and_its_steps_add_up(
    volume: Decimal, call_out: Decimal, per_m3: Decimal, minimum: Decimal
) -> None:
    fee = fee_for(volume, Tariff("t", call_out, per_m3, minimum))
    assert fee.amount == fee.amount.to_integral_value() and fee.amount >= minimum - D("0.5")
    assert sum(step.result for step in fee.steps[:-1]) == fee.amount
    assert abs(fee.rounding) <= D("0.5")


def test_nobody_is_charged_for_less_than_nothing() -> None:
    with pytest.raises(ValueError):
        fee_for(D("-0.01"), TARIFF)


@pytest.mark.parametrize(
    ("measures", "volume"),
    [
        (Measures("rectangular", D("1.80"), D("2.40"), D("1.20")), "5.18"),  # 5.184
        (Measures("rectangular", D("1.05"), D("1.00"), D("1.10")), "1.16"),  # 1.155, half up
        (Measures("circular", D("2.00"), diameter_m=D("1.00")), "1.57"),
        (Measures("circular", D("2.00")), None),
        (Measures("rectangular", D("2.00"), D("2.00")), None),
        (Measures("unknown", D("2.00"), D("2.00"), D("2.00")), None),
        (Measures("circular", None, diameter_m=D("1.00")), None),
    ],
)
def test_a_volume_from_measures(measures: Measures, volume: str | None) -> None:
    assert derived_volume(measures) == (D(volume) if volume else None)


@pytest.mark.parametrize(
    ("volume", "passes"), [("0", True), ("2.00", True), ("3.00", True), ("3.01", False), ("20", False)]
)
def test_what_can_have_come_in_a_vehicle_of_two_cubic_metres(volume: str, passes: bool) -> None:
    assert could_arrive(D(volume), D("2.00")) is passes


@pytest.mark.parametrize(
    ("volume", "capacity", "trips"), [("0", "2", 0), ("2", "2", 1), ("2.01", "2", 2), ("5", "1", 5)]
)
def test_trips_needed(volume: str, capacity: str, trips: int) -> None:
    assert trips_needed(D(volume), D(capacity)) == trips


NOON = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)


def asked(hours: float | None, *, dropped: bool = False) -> Asked:
    return Asked(NOON, None if hours is None else NOON + timedelta(hours=hours), dropped)


def test_response_counts_its_cohort_and_what_was_dropped() -> None:
    cohort = [asked(10), asked(20), asked(30), asked(None), asked(500), asked(None, dropped=True)]
    seen = response(cohort, as_at=NOON + timedelta(hours=100))
    assert (seen.requests, seen.dropped) == (6, 1)
    # Three of five: the one emptied after 500 hours is not known yet at 100 hours.
    assert (seen.efficiency.part, seen.efficiency.whole, seen.efficiency.percent) == (3, 5, D("60.0"))
    assert (seen.median_hours, seen.ninetieth_hours) == (D("20.0"), D("30.0"))
    assert response(cohort, as_at=NOON + timedelta(hours=500)).efficiency.percent == D("80.0")


def test_shares_are_cut_and_never_rounded_up() -> None:
    assert share(9996, 10000, Why.NO_TRIPS).percent == D("99.9")
    assert share(2, 3, Why.NO_TRIPS).percent == D("66.6")
    assert share(3, 3, Why.NO_TRIPS).percent == D("100.0")


def test_nothing_to_divide_by_is_said_in_words() -> None:
    assert (share(0, 0, Why.NO_TRIPS).percent, share(0, 0, Why.NO_TRIPS).why) == (None, Why.NO_TRIPS)
    nothing = response([asked(None, dropped=True)], NOON)
    assert (nothing.efficiency.percent, nothing.efficiency.why, nothing.median_hours) == (None, Why.NO_REQUESTS, None)
    assert safe_desludging_by_volume([]).why is Why.NOTHING_EMPTIED
    assert safe_desludging_by_trips([]).why is Why.NO_TRIPS
    month = [RateDays(D(275), 30)]
    assert collection_ratio(D(5), None, month, 30).why is Why.NO_POPULATION
    assert collection_ratio(D(5), 0, month, 30).why is Why.NO_POPULATION
    assert collection_ratio(D(5), 1000, [], 30).why is Why.NO_RATE
    assert collection_ratio(D(5), 1000, [RateDays(D(275), 29)], 30).why is Why.NO_RATE
    assert collection_ratio(D(0), 1000, [], 0).why is Why.NOTHING_EMPTIED


def test_safe_desludging_by_volume_and_by_trips() -> None:
    loads = [Load(D("2.00"), D("1.90")), Load(D("2.00"), None), Load(D("1.00"), D("0"))]
    assert safe_desludging_by_volume(loads).percent == D("38.0")  # 1.90 of 5.00
    assert safe_desludging_by_trips(loads).percent == D("66.6")


def test_collection_ratio_by_people_and_rate() -> None:
    # 10,000 people × 275 ml × 30 days = 82.5 m³; 33 m³ of it were taken.
    assert sludge_made(10_000, [RateDays(D(275), 30)]) == D("82.5")
    ratio = collection_ratio(D(33), 10_000, [RateDays(D(275), 30)], 30)
    assert (ratio.percent, ratio.whole) == (D("40.0"), D("82.5"))
    halves = [RateDays(D(200), 15), RateDays(D(350), 15)]
    assert collection_ratio(D(33), 10_000, halves, 30).whole == D("82.5")


def test_each_day_has_the_rate_in_force_on_it() -> None:
    first = date(2026, 11, 1)
    stated = [(date(2026, 11, 21), D(300)), (date(2026, 1, 1), D(275)), (date(2026, 11, 30), D(550))]
    assert rates_by_day(stated, first, 30) == (RateDays(D(275), 20), RateDays(D(300), 9), RateDays(D(550), 1))
    # On the 10th a rate of the 30th is not in force; before the first rate there is none.
    assert rates_by_day(stated, first, 10) == (RateDays(D(275), 10),)
    assert rates_by_day(stated[:1], first, 30) == (RateDays(D(300), 10),)
    assert rates_by_day([], first, 30) == rates_by_day(stated, first, 0) == ()


def test_the_median_of_two_lies_between_them() -> None:
    seen = response([asked(2), asked(10)], as_at=NOON + timedelta(days=1))
    assert (seen.median_hours, seen.ninetieth_hours) == (D("6.0"), D("10.0"))
