"""What is to be paid on a day, and how a payment is spread over what is owed.

due(k) = round_half_up( p·q + n·q·(1 − r[n]) + 1.15·Σ unpaid principal of earlier years ), rounded once, as a total;
the difference is a line of its own. Surcharge is flat: charged once, on what is unpaid when its year ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from imis.money import PAISA, ZERO, paisa, split
from tax.rules.explanation import Step, percent_text, text
from tax.rules.plans import Plan as Plan
from tax.rules.plans import within_plan, worth_offering
from tax.rules.position import OpenLine, Part, Position, parts
from tax.rules.ruleset import Group, Parameters

IN_TIME = (Group.CURRENT, Group.FUTURE)


@dataclass(frozen=True)
class Quote:
    """A price with its reasons. `quarters` counts current and future quarters, `rate` is their rebate in percent."""

    plan: Plan | None
    parts: tuple[Part, ...]
    principal: Decimal
    arrears: Decimal
    surcharge: Decimal
    rebate: Decimal
    rounding: Decimal
    payable: Decimal
    quarters: int
    rate: Decimal
    working: tuple[Step, ...]


@dataclass(frozen=True)
class Share:
    """A part of a payment and what it settles; the shape of an Allocation row before bills have keys."""

    bill: int | None
    fiscal_year: int | None
    quarter: int | None
    head: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Allocated:
    """How a payment is spread. Money in = principal + surcharge + rounding + advance, to the paisa."""

    shares: tuple[Share, ...]
    quote: Quote
    working: tuple[Step, ...]

    def total(self, *kinds: str) -> Decimal:
        """Sum of the shares of some kinds."""
        return sum((share.amount for share in self.shares if share.kind in kinds), ZERO)


def quote(position: Position, as_at: date, parameters: Parameters, *, plan: Plan = Plan.CURRENT) -> Quote:
    """The price of a plan on `as_at`: a pure function of the position, the day and the rule set."""
    return _price(within_plan(parts(position, as_at, parameters), plan, as_at), parameters, plan)


def offers(position: Position, as_at: date, parameters: Parameters) -> tuple[Quote, ...]:
    """The plans worth offering, each asking for more than the one before: overdue, current, begun, next two, year."""
    worth = worth_offering(parts(position, as_at, parameters), as_at)
    return tuple(quote(position, as_at, parameters, plan=plan) for plan in worth)


def allocate(
    position: Position, amount: Decimal, as_at: date, parameters: Parameters, *, plan: Plan | None = None
) -> Allocated:
    """Spread `amount` in the order of the policy.

    Without a plan, as many whole parts as it pays for are settled with their rebate; what is left pays the next
    demanded part in part, without rebate; what is left then is advance credit. ValueError for a non-positive amount,
    or one that is less than the plan's price.
    """
    if amount <= 0 or paisa(amount) != amount:
        raise ValueError(f"cannot allocate {amount}")
    open_parts = parts(position, as_at, parameters)
    rest: tuple[Part, ...] = ()
    if plan is not None:
        price = _price(within_plan(open_parts, plan, as_at), parameters, plan)
    else:
        price, rest = _furthest(open_parts, amount, parameters)
    left = amount - price.payable
    if left < 0:
        raise ValueError(f"{amount} is less than {price.payable}")
    shares = _whole_shares(price, parameters)
    if left > 0 and rest and rest[0].demanded:
        shares += _part_shares(rest[0], left, parameters)
        left = amount - _money(shares)
    if left > 0:
        shares.append(Share(None, None, None, "advance", "advance", left))
    return Allocated(tuple(shares), price, _allocation_working(price, shares, amount))


def _price(chosen: tuple[Part, ...], parameters: Parameters, plan: Plan | None) -> Quote:
    arrears = _principal(chosen, Group.EARLIER_YEARS)
    principal = sum((part.principal for part in chosen), ZERO)
    rebates = _rebates(chosen, parameters)
    surcharge = arrears * parameters.surcharge_percent / 100
    exact = principal + surcharge - sum((amount for _, _, amount in rebates), ZERO)
    unit = parameters.rounding_unit
    payable = paisa((exact / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit)
    rebate = sum((paisa(amount) for _, _, amount in rebates), ZERO)
    price = Quote(
        plan=plan,
        parts=chosen,
        principal=principal,
        arrears=arrears,
        surcharge=paisa(surcharge),
        rebate=rebate,
        rounding=payable - (principal + paisa(surcharge) - rebate),
        payable=payable,
        quarters=len([part for part in chosen if part.group in IN_TIME]),
        rate=rebates[0][1] if rebates else Decimal(0),
        working=(),
    )
    return replace(price, working=_working(price, rebates, parameters))


def _principal(chosen: Iterable[Part], *groups: Group) -> Decimal:
    return sum((part.principal for part in chosen if part.group in groups), ZERO)


def _rebates(chosen: Iterable[Part], parameters: Parameters) -> list[tuple[int, Decimal, Decimal]]:
    """(fiscal year, percent, exact amount) for each year of which quarters are paid in time."""
    by_year: dict[int, list[Decimal]] = {}
    for part in chosen:
        if part.group in IN_TIME:
            by_year.setdefault(part.period.fiscal_year, []).append(part.principal)
    percents = {year: parameters.rebate_percent(len(amounts)) for year, amounts in by_year.items()}
    return [(year, percents[year], sum(by_year[year], ZERO) * percents[year] / 100) for year in sorted(by_year)]


def _furthest(open_parts: Sequence[Part], amount: Decimal, parameters: Parameters) -> tuple[Quote, tuple[Part, ...]]:
    """The longest run of whole parts that `amount` pays for, and the parts after it."""
    for count in range(len(open_parts), -1, -1):
        price = _price(tuple(open_parts[:count]), parameters, None)
        if price.payable <= amount:
            return price, tuple(open_parts[count:])
    raise AssertionError("nothing at all costs nothing")


def _whole_shares(price: Quote, parameters: Parameters) -> list[Share]:
    shares: list[Share] = []
    for year, _, exact in _rebates(price.parts, parameters):
        lines = [
            line
            for part in price.parts
            if part.group in IN_TIME and part.period.fiscal_year == year
            for line in part.lines
        ]
        rebates = split(paisa(exact), [line.unpaid for line in lines])
        shares += [_of(line, "rebate", rebate) for line, rebate in zip(lines, rebates, strict=True)]
        shares += [_of(line, "principal", line.unpaid - rebate) for line, rebate in zip(lines, rebates, strict=True)]
    late = [line for part in price.parts if part.group not in IN_TIME for line in part.lines]
    shares += [_of(line, "principal", line.unpaid) for line in late]
    shares += _surcharges([p for p in price.parts if p.group is Group.EARLIER_YEARS], price.surcharge)
    shares.append(Share(None, None, None, "rounding", "rounding", price.rounding))
    return [share for share in shares if share.amount != 0]


def _surcharges(earlier: Sequence[Part], surcharge: Decimal) -> list[Share]:
    lines = [line for part in earlier for line in part.lines]
    if not lines or surcharge == 0:
        return []
    amounts = split(surcharge, [line.unpaid for line in lines])
    return [_of(line, "surcharge", amount, head="surcharge") for line, amount in zip(lines, amounts, strict=True)]


def _part_shares(part: Part, money: Decimal, parameters: Parameters) -> list[Share]:
    """Pay a part in part: principal in order of its lines, with the surcharge on just that principal."""
    percent = parameters.surcharge_percent if part.group is Group.EARLIER_YEARS else Decimal(0)
    principal = left = min(part.principal, (money * 100 / (100 + percent)).quantize(PAISA, ROUND_FLOOR))
    taken = []
    for line in part.lines:
        taken.append(replace(line, unpaid=min(left, line.unpaid)))
        left -= taken[-1].unpaid
    shares = [_of(line, "principal", line.unpaid) for line in taken]
    shares += _surcharges([replace(part, lines=tuple(taken))], paisa(principal * percent / 100))
    if principal < part.principal:
        shares.append(Share(None, None, None, "rounding", "rounding", money - _money(shares)))
    return [share for share in shares if share.amount != 0]


def _of(line: OpenLine, kind: str, amount: Decimal, *, head: str = "") -> Share:
    return Share(line.bill, line.period.fiscal_year, line.period.quarter, head or line.head, kind, amount)


def _money(shares: Iterable[Share]) -> Decimal:
    return sum((share.amount for share in shares if share.kind != "rebate"), ZERO)


def _working(price: Quote, rebates: list[tuple[int, Decimal, Decimal]], parameters: Parameters) -> tuple[Step, ...]:
    steps = [
        Step("arrears", "", part.principal, {"fiscal_year": part.period.fiscal_year})
        for part in price.parts
        if part.group is Group.EARLIER_YEARS
    ]
    if price.arrears:
        formula = f"{text(price.arrears)} × {percent_text(parameters.surcharge_percent)}"
        steps.append(Step("surcharge", formula, price.surcharge))
    for group in (Group.OVERDUE, Group.CURRENT, Group.FUTURE):
        chosen = [part for part in price.parts if part.group is group]
        if chosen:
            formula = " + ".join(text(part.principal) for part in chosen)
            code = "begun" if group is Group.FUTURE and price.plan is Plan.BEGUN else group.value
            steps.append(Step(code, formula, _principal(chosen, group)))
    for year, percent, exact in rebates:
        if exact:
            base = sum((p.principal for p in price.parts if p.group in IN_TIME and p.period.fiscal_year == year), ZERO)
            steps.append(Step("rebate", f"{text(base)} × {percent_text(percent)}", paisa(exact)))
    if price.rounding:
        steps.append(Step("rounding", "", price.rounding))
    return (*steps, _payable_step(price))


def _payable_step(price: Quote) -> Step:
    formula = text(price.principal)
    for sign, amount in (("+", price.surcharge), ("−", price.rebate), ("+", price.rounding)):
        if amount:
            formula += f" {sign if amount > 0 else '−'} {text(abs(amount))}"
    return Step("payable", formula, price.payable)


def _allocation_working(price: Quote, shares: Sequence[Share], amount: Decimal) -> tuple[Step, ...]:
    steps = list(price.working) if price.parts else []
    advance = sum((share.amount for share in shares if share.kind == "advance"), ZERO)
    part = amount - price.payable - advance
    if part:
        steps.append(Step("part_payment", "", part))
    if advance:
        steps.append(Step("advance", "", advance))
    terms = [amount_ for amount_ in (price.payable, part, advance) if amount_]
    return (*steps, Step("paid", " + ".join(text(term) for term in terms), amount))
