"""Properties that must hold for any amount, any position and any order of rows."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imis.fiscal import FiscalYear, Period, quarter_end
from imis.money import ZERO, D, paisa
from tax.rules.allocation import Allocated, Plan, allocate, offers, quote
from tax.rules.credit import Credit, after_credit, drawn, from_credit, money
from tax.rules.explanation import Step
from tax.rules.instalments import quarters
from tax.rules.position import OpenLine, Position, group_of
from tax.rules.ruleset import Extension, Group, HeadRate, Parameters

KHULNA = Parameters()
taka = st.decimals(min_value=D("0.01"), max_value=10**7, places=2)


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """Any mixture of unpaid and partly paid quarters of a few years, one or three heads, some not demanded yet."""
    heads = draw(st.sampled_from([["a"], ["a", "b", "c"]]))
    lines = []
    for number, period in enumerate(Period(y, q) for y in range(2024, 2028) for q in (1, 2, 3, 4)):
        if not draw(st.booleans()):
            continue
        demanded = period <= Period(2026, 2) or draw(st.booleans())
        for rank, head in enumerate(heads):
            unpaid = draw(st.decimals(min_value=0, max_value=5000, places=2))
            lines.append(OpenLine(number + 1 if demanded else None, period, head, rank, unpaid))
    return Position(1, tuple(lines))


days = st.dates(date(2026, 7, 1), date(2027, 6, 30))


def settled(spread: Allocated) -> dict[tuple[int | None, int | None, str], Decimal]:
    sums: dict[tuple[int | None, int | None, str], Decimal] = defaultdict(lambda: ZERO)
    for share in spread.shares:
        if share.kind in ("principal", "rebate"):
            sums[share.fiscal_year, share.quarter, share.head] += share.amount
    return sums


def after(position: Position, spread: Allocated, sign: int = 1) -> Position:
    sums = settled(spread)
    lines = tuple(
        replace(line, unpaid=line.unpaid - sign * sums[line.period.fiscal_year, line.period.quarter, line.head])
        for line in position.lines
    )
    return replace(position, lines=lines, advance=position.advance + sign * spread.total("advance"))


@settings(max_examples=300, deadline=None)
@given(positions(), taka, days)
def test_every_paisa_is_placed_and_none_twice(position: Position, amount: Decimal, as_at: date) -> None:
    spread = allocate(position, amount, as_at, KHULNA)
    assert spread.total("principal", "surcharge", "rounding", "advance") == amount
    assert all(line.unpaid >= 0 for line in after(position, spread).lines)
    assert all(share.amount > 0 for share in spread.shares if share.kind != "rounding")
    assert abs(spread.total("rounding")) <= D("0.52")
    assert spread.working[-1].result == amount


@settings(max_examples=200, deadline=None)
@given(positions(), taka, days, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(position: Position, amount: Decimal, as_at: date, r: random.Random) -> None:
    shuffled = list(position.lines)
    r.shuffle(shuffled)
    again = allocate(replace(position, lines=tuple(shuffled)), amount, as_at, KHULNA)
    assert again == allocate(position, amount, as_at, KHULNA)


@settings(max_examples=200, deadline=None)
@given(positions(), taka, days)
def test_a_payment_undone_leaves_the_exact_prior_state(position: Position, amount: Decimal, as_at: date) -> None:
    spread = allocate(position, amount, as_at, KHULNA)
    assert after(after(position, spread), spread, sign=-1) == position


@settings(max_examples=200, deadline=None)
@given(positions(), days)
def test_paying_an_offer_settles_exactly_what_it_names(position: Position, as_at: date) -> None:
    for offer in offers(position, as_at, KHULNA):
        if offer.payable == 0:
            continue
        assert offer.plan is not None
        spread = allocate(position, offer.payable, as_at, KHULNA, plan=offer.plan)
        assert spread.total("principal", "rebate") == offer.principal
        assert spread.total("rebate") == offer.rebate and spread.total("surcharge") == offer.surcharge
        assert spread.total("advance") == 0


@settings(max_examples=200, deadline=None)
@given(positions(), taka, days)
def test_older_parts_are_settled_before_newer_ones(position: Position, amount: Decimal, as_at: date) -> None:
    left = after(position, allocate(position, amount, as_at, KHULNA))
    order = list(KHULNA.allocation_order)
    keyed = sorted(
        ((order.index(group_of(a.period, as_at, KHULNA)), a.period, a.rank), a.unpaid, b.unpaid)
        for a, b in zip(position.lines, left.lines, strict=True)
        if a.unpaid > 0
    )
    touched = [before != now for _, before, now in keyed]
    unfinished = [now > 0 for _, _, now in keyed]
    first_open = unfinished.index(True) if True in unfinished else len(keyed)
    assert not any(touched[first_open + 1 :])


@given(taka)
def test_four_quarters_are_the_year(tax: Decimal) -> None:
    parts = quarters(tax)
    assert sum(parts) == tax and max(parts) - min(parts) <= D("0.01") and list(parts) == sorted(parts, reverse=True)


@given(st.decimals(min_value=1, max_value=10**6, places=2), st.integers(1, 15))
def test_surcharge_is_flat_and_never_compounds(principal: Decimal, years: int) -> None:
    lines = tuple(OpenLine(y, Period(y, 1), "a", 1, principal) for y in range(2026 - years, 2026))
    price = quote(Position(1, lines), date(2026, 8, 1), KHULNA, plan=Plan.ARREARS)
    assert price.surcharge == paisa(principal * years * D("0.15"))


def test_rebate_is_for_this_year_only_even_when_arrears_are_paid_with_it() -> None:
    lines = (OpenLine(1, Period(2025, 4), "a", 1, D("100")), OpenLine(2, Period(2026, 1), "a", 1, D("100")))
    price = quote(Position(1, lines), date(2026, 9, 30), KHULNA)
    assert (price.rebate, price.surcharge, price.payable) == (D("5"), D("15"), D("210"))


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00"])
def test_a_rebate_of_nothing_takes_nothing_else_away(zero: str) -> None:
    no_rebate = KHULNA.with_changes(rebate={1: D(zero)})
    lines = (OpenLine(1, Period(2025, 4), "a", 1, D("100")), OpenLine(2, Period(2026, 1), "a", 1, D("100")))
    price = quote(Position(1, lines), date(2026, 9, 30), no_rebate)
    assert (price.rebate, price.surcharge, price.payable) == (D("0"), D("15"), D("215"))


def test_an_office_order_keeps_a_quarter_open_past_its_end() -> None:
    lines = (OpenLine(1, Period(2026, 1), "a", 1, D("100")),)
    ordered = KHULNA.with_changes(extensions=(Extension(2026, 1, date(2026, 10, 15), "memo 7"),))
    late = date(2026, 10, 15)
    assert quote(Position(1, lines), late, ordered).payable == D("95")
    assert quote(Position(1, lines), late, KHULNA).payable == D("100")
    assert quote(Position(1, lines), date(2026, 10, 16), ordered).payable == D("100")


def test_an_order_that_extends_the_last_quarter_also_delays_the_surcharge() -> None:
    ordered = KHULNA.with_changes(extensions=(Extension(2025, 4, date(2026, 7, 31), "memo 8"),))
    lines = (OpenLine(1, Period(2025, 1), "a", 1, D("100")), OpenLine(2, Period(2025, 4), "a", 1, D("100")))
    assert quote(Position(1, lines), date(2026, 7, 31), ordered, plan=Plan.CURRENT).payable == D("195")
    assert quote(Position(1, lines), date(2026, 8, 1), ordered, plan=Plan.CURRENT).payable == D("230")


def test_a_part_payment_of_arrears_carries_its_surcharge_and_earns_no_rebate() -> None:
    lines = (OpenLine(1, Period(2025, 4), "a", 1, D("1000")), OpenLine(2, Period(2026, 1), "a", 1, D("100")))
    spread = allocate(Position(1, lines), D("115"), date(2026, 8, 1), KHULNA)
    assert (spread.total("principal"), spread.total("surcharge"), spread.total("rebate")) == (100, 15, 0)


def test_money_beyond_all_demand_is_advance() -> None:
    lines = (OpenLine(1, Period(2026, 1), "a", 1, D("100")),)
    spread = allocate(Position(1, lines), D("500"), date(2026, 8, 1), KHULNA)
    assert (spread.total("principal"), spread.total("rebate"), spread.total("advance")) == (95, 5, 405)


def test_money_that_does_not_fill_an_undemanded_quarter_is_advance() -> None:
    lines = (OpenLine(1, Period(2026, 1), "a", 1, D("100")), OpenLine(None, Period(2026, 2), "a", 1, D("100")))
    spread = allocate(Position(1, lines), D("120"), date(2026, 8, 1), KHULNA)
    assert (spread.total("principal"), spread.total("advance")) == (95, 25)


@pytest.mark.parametrize("amount", ["0", "-1", "0.005"])
def test_nonsense_amounts_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot allocate"):
        allocate(Position(1, ()), D(amount), date(2026, 8, 1), KHULNA)


def test_less_than_the_price_of_a_plan_is_refused() -> None:
    lines = (OpenLine(1, Period(2026, 1), "a", 1, D("100")),)
    with pytest.raises(ValueError, match="less than"):
        allocate(Position(1, lines), D("94"), date(2026, 8, 1), KHULNA, plan=Plan.CURRENT)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(2015, 2035), st.integers(1, 4))
def test_every_quarter_belongs_to_one_group_on_every_day(as_at: date, year: int, quarter: int) -> None:
    period = Period(year, quarter)
    group = group_of(period, as_at, KHULNA)
    assert (group in (Group.CURRENT, Group.FUTURE)) == (quarter_end(FiscalYear(year), quarter) >= as_at)


def test_parameters_survive_storage_and_name_what_changed() -> None:
    stored = KHULNA.to_json()
    assert Parameters.from_json(stored) == KHULNA and Parameters.from_json(stored).checksum() == KHULNA.checksum()
    assert KHULNA.with_changes(floor=D("1300")).checksum() != KHULNA.checksum()
    with pytest.raises(ValueError, match="floor"):
        Parameters.from_json({key: value for key, value in stored.items() if key != "floor"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"heads": ()},
        {"heads": (HeadRate("a", D("101")),)},
        {"surcharge_percent": D("-1")},
        {"allocation_order": (Group.CURRENT,)},
        {"maintenance_months": D("12")},
        {"rounding_unit": D("0")},
    ],
)
def test_parameters_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="percentage|head|order|range"):
        KHULNA.with_changes(**wrong)


def test_a_step_survives_storage() -> None:
    step = Step("yearly_tax", "1.00 + 2.00", D("3"), {"a": 1}, (Step("charge", "", D("1")), Step("charge", "", D("2"))))
    assert Step.from_json(step.to_json()).to_json() == step.to_json()
    assert [s.code for s in step.walk()] == ["yearly_tax", "charge", "charge"]


@settings(max_examples=300, deadline=None)
@given(positions(), taka, days)
def test_credit_never_stands_beside_a_demand(position: Position, credit: Decimal, as_at: date) -> None:
    left = after_credit(replace(position, advance=credit), as_at, KHULNA)
    assert left.advance >= 0 and all(line.unpaid > 0 for line in left.lines)
    assert left.advance == 0 or left.unpaid == 0
    shares = from_credit(replace(position, advance=credit), as_at, KHULNA)
    assert credit - money(shares) == left.advance
    assert all(share.bill is not None for share in shares if share.kind != "rounding")


@settings(max_examples=200, deadline=None)
@given(positions(), st.lists(taka, min_size=1, max_size=4), days)
def test_each_credit_pays_its_own_money_and_no_more(position: Position, credits: list[Decimal], as_at: date) -> None:
    given_ = [Credit(UUID(int=number), left) for number, left in enumerate(credits)]
    shares = from_credit(replace(position, advance=sum(credits, ZERO)), as_at, KHULNA)
    paid: dict[UUID, Decimal] = defaultdict(lambda: ZERO)
    kinds: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment, piece in drawn(shares, given_):
        paid[payment] += money([piece])
        kinds[piece.kind] += piece.amount
    assert all(0 < paid[credit.payment] <= credit.left for credit in given_ if credit.payment in paid)
    assert sum(paid.values(), ZERO) == money(shares)
    for kind in kinds:
        assert kinds[kind] == sum((share.amount for share in shares if share.kind == kind), ZERO)
