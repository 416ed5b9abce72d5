"""What a bill run would ask of a ward before it is issued: sums and rows, worked out in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from imis.fiscal import FiscalYear, quarter_start
from imis.money import ZERO
from tax.queries.statements import statement
from tax.rules.variation import OUTLIER_PERCENT, change_percent, is_outlier

BILLED = "billed_before"
# By reason; the reason of those that would get a bill is empty.
_SUMS = """SELECT reason, count(*), sum(amount), coalesce(sum(last_amount), 0.00), sum(arrears),
    count(*) FILTER (WHERE outlier), count(*) FILTER (WHERE ahead)
FROM judged GROUP BY reason ORDER BY reason"""
_ROWS = """SELECT j.id, j.number, coalesce(o.name_bn, ''), j.annual_value, j.yearly_tax_amount, j.amount, j.last_amount,
    j.arrears, j.reason, j.ahead
FROM (SELECT * FROM judged WHERE {which} ORDER BY {order} LIMIT %(most)s OFFSET %(after)s) j
LEFT JOIN LATERAL (
    SELECT string_agg(w.name_bn, ', ' ORDER BY o.share DESC, w.id) AS name_bn
    FROM holdings_ownership o JOIN holdings_owner w ON w.id = o.owner_id
    WHERE o.holding_id = j.id AND o.valid @> %(starts_on)s::date
) o ON true
ORDER BY {order}"""
_ON_THE_ROUTE = _ROWS.format(which="reason IN ('', 'billed_before')", order="route_order, id")
_OUTLIERS = _ROWS.format(which="outlier", order="abs(amount - last_amount) DESC, id")


@dataclass(frozen=True)
class PreviewRow:
    """A holding in the preview. Amounts in Taka; `reason` says why it gets no bill, empty if it gets one.

    `last_amount` is its last bill's demand before this quarter, `arrears` what it owes of principal now; `ahead` says
    that it has its bill because the quarter was paid ahead.
    """

    holding_id: int
    number: str
    owner: str
    annual_value: Decimal | None
    yearly_tax: Decimal | None
    amount: Decimal
    last_amount: Decimal | None
    arrears: Decimal
    reason: str
    ahead: bool = False

    @property
    def difference(self) -> Decimal | None:
        """This demand less the last one; None for a first demand."""
        return None if self.last_amount is None else self.amount - self.last_amount

    @property
    def change(self) -> Decimal | None:
        """The difference in percent of the last demand; None for a first demand."""
        return None if self.last_amount is None else change_percent(self.last_amount, self.amount)

    @property
    def outlier(self) -> bool:
        """Whether the demand moved so far that an officer should look at it."""
        return not self.reason and is_outlier(self.last_amount, self.amount)


@dataclass(frozen=True)
class Sums:
    """Some holdings of a preview together: how many, and their demand, last demand and arrears in Taka.

    `outliers` of them moved so far that an officer should look; `ahead` have their bill because of a payment ahead.
    """

    count: int = 0
    demand: Decimal = ZERO
    last_demand: Decimal = ZERO
    arrears: Decimal = ZERO
    outliers: int = 0
    ahead: int = 0


@dataclass(frozen=True)
class Preview:
    """A ward's quarter before it is issued: what would be billed, what is billed, and how many get none by reason."""

    to_bill: Sums = field(default_factory=Sums)
    issued: Sums = field(default_factory=Sums)
    skipped: dict[str, int] = field(default_factory=dict)


def bill_preview(ward: int, fiscal_year: int, quarter: int) -> Preview:
    """What issuing this quarter in a ward would do, in sums; writes nothing. `skipped` counts the billed ones too."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bill_preview", picked=_SUMS), _arguments(ward, fiscal_year, quarter))
        sums = {reason: Sums(*row) for reason, *row in cursor.fetchall()}
    skipped = {reason: each.count for reason, each in sums.items() if reason}
    return Preview(sums.get("", Sums()), sums.get(BILLED, Sums()), skipped)


def preview_rows(
    ward: int, fiscal_year: int, quarter: int, *, after: int, most: int, only_outliers: bool = False
) -> list[PreviewRow]:
    """Up to `most` rows that get or have a bill, `after` so many, in the order of the route.

    `only_outliers`: those to look at instead, the largest difference first.
    """
    picked = _OUTLIERS if only_outliers else _ON_THE_ROUTE
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bill_preview", picked=picked),
            {**_arguments(ward, fiscal_year, quarter), "after": after, "most": most},
        )
        return [PreviewRow(*row) for row in cursor.fetchall()]


def _arguments(ward: int, fiscal_year: int, quarter: int) -> dict[str, Any]:
    return {
        "ward": ward,
        "fiscal_year": fiscal_year,
        "quarter": quarter,
        "starts_on": quarter_start(FiscalYear(fiscal_year), quarter),
        "stands_out": OUTLIER_PERCENT,
    }
