"""What a holding owes on a day and at what price: pure reads of the books."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from imis.fiscal import FiscalYear, Period, fiscal_year_of, quarter_start
from imis.money import ZERO, D
from tax.queries.law import head_ranks, parameters_on
from tax.rules.allocation import Quote, offers
from tax.rules.credit import after_credit
from tax.rules.instalments import instalment
from tax.rules.position import OpenLine, Position, group_of
from tax.rules.ruleset import Group, Parameters
from tax.rules.wording import words

_OPEN = """
SELECT b.id, b.fiscal_year, b.quarter, l.head_id, k.allocation_rank, l.amount - coalesce(sum(a.amount), 0)
FROM tax_bill b
JOIN tax_billline l ON l.bill_id = b.id
JOIN tax_chargehead k ON k.code = l.head_id
LEFT JOIN tax_allocation a ON a.bill_id = b.id AND a.head_id = l.head_id AND a.kind IN ('principal', 'rebate')
WHERE b.holding_id = %s
GROUP BY b.id, b.fiscal_year, b.quarter, l.head_id, k.allocation_rank, l.amount
HAVING l.amount > coalesce(sum(a.amount), 0)
ORDER BY b.fiscal_year, b.quarter, k.allocation_rank
"""
_ADVANCE = """
SELECT coalesce(sum(a.amount), 0.00) FROM tax_payment p JOIN tax_allocation a ON a.payment_id = p.id
WHERE p.holding_id = %s AND a.kind = 'advance'
"""
# The quarters named, with the charges that govern each and whether they are billed.
_QUARTERS = """
SELECT asked.quarter, g.charges, g.yearly_tax_amount,
       EXISTS (SELECT 1 FROM tax_bill b
               WHERE b.holding_id = %(holding)s AND b.fiscal_year = %(year)s AND b.quarter = asked.quarter)
FROM unnest(%(quarters)s::int[], %(starts)s::date[]) AS asked (quarter, starts_on)
JOIN holdings_holding h ON h.id = %(holding)s AND h.state = 'active'
CROSS JOIN LATERAL (
    SELECT a.charges, a.yearly_tax_amount FROM tax_assessment a
    WHERE a.holding_id = %(holding)s AND a.state IN ('in_force', 'superseded') AND a.valid @> asked.starts_on
    ORDER BY (a.state = 'superseded'), a.version DESC LIMIT 1
) g
"""


@dataclass(frozen=True)
class HoldingQuote:
    """A holding's position with the plans it may pay, each with its working."""

    position: Position
    value_date: date
    offers: tuple[Quote, ...]
    parameters: Parameters


def dues(holding: int, as_at: date, *, parameters: Parameters | None = None) -> Position:
    """Unpaid demand of a holding, the rest of its year, and its credit. Every payment recorded so far counts.

    `as_at` decides only which quarters of the year are still to come; amounts in Taka.
    """
    law = parameters or parameters_on(as_at)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [holding])
        lines = [OpenLine(row[0], Period(row[1], row[2]), row[3], row[4], row[5]) for row in cursor.fetchall()]
        cursor.execute(_ADVANCE, [holding])
        (advance,) = cursor.fetchone()
    coming, yearly = _coming(holding, as_at, law)
    return Position(holding, (*lines, *coming), advance, yearly)


def quote_for(holding: int, value_date: date) -> HoldingQuote:
    """The prices of a holding on a value date, by the rule set in force on it: a pure function of the books.

    Credit the holding has is taken off first, as `take_payment` uses it first.
    """
    parameters = parameters_on(value_date)
    position = after_credit(dues(holding, value_date, parameters=parameters), value_date, parameters)
    return HoldingQuote(position, value_date, offers(position, value_date, parameters), parameters)


def offers_json(quoted: Iterable[Quote], pay_by: date) -> list[dict[str, Any]]:
    """Offers in the shape of a bill's snapshot."""
    return [
        {
            "code": offer.plan.value,
            "label_bn": words(f"offer.{offer.plan.value}")[0],
            "label_en": words(f"offer.{offer.plan.value}")[1],
            "quarters": offer.quarters,
            "rate": f"{offer.rate:f}",
            "payable": f"{offer.payable:f}",
            "pay_by": pay_by.isoformat(),
        }
        for offer in quoted
        if offer.plan is not None
    ]


def _coming(holding: int, as_at: date, law: Parameters) -> tuple[list[OpenLine], Decimal]:
    """Lines of this year's quarters that are open and not billed yet, and the yearly tax at present."""
    year = fiscal_year_of(as_at)
    wanted = [q for q in (1, 2, 3, 4) if _still_open(year, q, as_at, law)]
    arguments: dict[str, Any] = {
        "holding": holding,
        "year": year.start_year,
        "quarters": wanted,
        "starts": [quarter_start(year, q) for q in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUARTERS, arguments)
        rows = cursor.fetchall()
    ranks = head_ranks()
    lines = [
        OpenLine(
            None,
            Period(year.start_year, quarter),
            charge["head"],
            ranks[charge["head"]],
            instalment(D(charge["yearly_amount"]), quarter),
        )
        for quarter, charges, _yearly, billed in rows
        if not billed
        for charge in _parsed(charges)
    ]
    return [line for line in lines if line.unpaid > 0], rows[-1][2] if rows else ZERO


def _parsed(charges: Any) -> list[dict[str, str]]:
    return json.loads(charges) if isinstance(charges, str) else charges


def _still_open(year: FiscalYear, quarter: int, as_at: date, law: Parameters) -> bool:
    return group_of(Period(year.start_year, quarter), as_at, law) in (Group.CURRENT, Group.FUTURE)
