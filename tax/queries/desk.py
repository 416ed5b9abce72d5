"""What the screens of the tax desk list: wards at a glance, proposals, a holding's payments, a cashier's day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from imis.models import User
from imis.money import ZERO
from tax.models import Allocation, Payment, Reversal

# The register, the values in force and what is owed are read once, side by side: a value in force is one a holding.
_WARDS = """
SELECT w.number, w.name_bn, w.name_en, coalesce(h.active, 0), coalesce(h.assessed, 0), coalesce(a.waiting, 0),
       coalesce(b.bills, 0) + coalesce(e.bills, 0), coalesce(b.demand, 0) + coalesce(e.demand, 0),
       coalesce(h.unpaid, 0), coalesce(h.in_arrears, 0), coalesce(e.bills, 0)
  FROM holdings_ward w
  LEFT JOIN (SELECT o.ward_id, count(*) FILTER (WHERE o.state = 'active') AS active,
                    -- The value in force may begin next year; until then the one before it governs.
                    count(*) FILTER (WHERE t.valid @> %(today)s::date OR (t.holding_id IS NOT NULL AND EXISTS (
                        SELECT FROM tax_assessment p WHERE p.holding_id = o.id AND p.state = 'superseded'
                        AND p.valid @> %(today)s::date))) AS assessed,
                    sum(s.unpaid_amount) AS unpaid,
                    count(*) FILTER (WHERE s.oldest_unpaid_year < %(fiscal_year)s) AS in_arrears
               FROM holdings_holding o
               LEFT JOIN tax_assessment t ON t.holding_id = o.id AND t.state = 'in_force'
               LEFT JOIN tax_standing s ON s.holding_id = o.id
              WHERE %(wards)s::int[] IS NULL OR o.ward_id = ANY(%(wards)s::int[])
              GROUP BY o.ward_id) h
         ON h.ward_id = w.number
  LEFT JOIN (SELECT o.ward_id, count(*) AS waiting FROM tax_assessment t JOIN holdings_holding o ON o.id = t.holding_id
              WHERE t.state = 'proposed' GROUP BY o.ward_id) a
         ON a.ward_id = w.number
  LEFT JOIN (SELECT ward_id, sum(bill_count) AS bills, sum(demand_amount) AS demand FROM tax_billrun
              WHERE fiscal_year = %(fiscal_year)s AND quarter = %(quarter)s GROUP BY ward_id) b
         ON b.ward_id = w.number
  LEFT JOIN (SELECT ward_id, count(*) AS bills, sum(principal_amount) AS demand FROM tax_bill
              WHERE fiscal_year = %(fiscal_year)s AND quarter = %(quarter)s AND run_id IS NULL GROUP BY ward_id) e
         ON e.ward_id = w.number
 WHERE %(wards)s::int[] IS NULL OR w.number = ANY(%(wards)s::int[])
 ORDER BY w.number
"""


@dataclass(frozen=True)
class WardRow:
    """A ward at a glance: counts of holdings, and taka demanded this quarter and unpaid of all years.

    `bills` and `demand` are those of all bills of the quarter; `ahead` of the bills no run made, but a payment ahead.
    """

    number: int
    name_bn: str
    name_en: str
    active: int
    assessed: int
    waiting: int
    bills: int
    demand: Decimal
    unpaid: Decimal
    in_arrears: int
    ahead: int


def wards_at_a_glance(*, wards: Sequence[int] | None, fiscal_year: int, quarter: int, today: Any) -> list[WardRow]:
    """One row a ward in `wards` (None = every ward), for the quarter named."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WARDS,
            {
                "wards": None if wards is None else list(wards),
                "fiscal_year": fiscal_year,
                "quarter": quarter,
                "today": today,
            },
        )
        return [WardRow(*row) for row in cursor.fetchall()]


def totals(rows: Sequence[WardRow]) -> WardRow:
    """The sum of some wards, as ward 0."""
    counted = ("active", "assessed", "waiting", "bills", "in_arrears", "ahead")
    counts = {name: sum(getattr(row, name) for row in rows) for name in counted}
    demand, unpaid = sum((row.demand for row in rows), ZERO), sum((row.unpaid for row in rows), ZERO)
    return WardRow(0, "", "", **counts, demand=demand, unpaid=unpaid)


def payments_of(holding_id: int) -> QuerySet[Payment]:
    """A holding's payments, the latest first, each knowing whether it was reversed."""
    return _with_reversal(Payment.objects.filter(holding_id=holding_id)).order_by("-recorded_at", "id")


def payments_taken(user: User, day: datetime) -> QuerySet[Payment]:
    """What one officer took at the counter on the day of `day` in Dhaka, the latest first."""
    return _with_reversal(_taken(user, day)).select_related("holding").order_by("-recorded_at", "id")


def day_at_the_counter(user: User, day: datetime, *, latest: int) -> dict[str, Any]:
    """What an officer took on a day: `total` and `count` of what stands, the `latest` payments, and whether `more`."""
    taken = payments_taken(user, day)
    # Asked of the bare rows: what the list joins for its columns is not counted.
    sums = _taken(user, day).aggregate(
        everything=Count("pk"),
        count=Count("pk", filter=Q(reversal=None)),
        total=Sum("amount", filter=Q(reversal=None)),
    )
    return {
        "payments": list(taken[:latest]) if sums["everything"] else [],
        "count": sums["count"],
        "more": sums["everything"] > latest,
        "total": sums["total"] or ZERO,
    }


def allocations_of(payment: Payment) -> QuerySet[Allocation]:
    """What a payment settled, oldest bill first; the mirror rows of a reversal are left out.

    So is what its credit settled together with a payment reversed since: it was settled again without that one.
    """
    undone = payment.allocations.exclude(reversal=None).exclude(reversal__payment=payment).values("entry__reverses")
    return (
        payment.allocations.filter(reversal=None)
        .exclude(entry__in=undone)
        .select_related("bill")
        .order_by("bill__fiscal_year", "bill__quarter", "kind", "id")
    )


def _taken(user: User, day: datetime) -> QuerySet[Payment]:
    start = timezone.localtime(day).replace(hour=0, minute=0, second=0, microsecond=0)
    return Payment.objects.filter(taken_by=user, recorded_at__gte=start, recorded_at__lt=start + timedelta(days=1))


def _with_reversal(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    reversed_ = Exists(Reversal.objects.filter(payment=OuterRef("pk")))
    return payments.annotate(is_reversed=reversed_).select_related("receipt", "taken_by")
