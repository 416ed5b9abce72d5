"""The demand register of a ward: what a run would ask, what one asked, and the bills in the order of the route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from imis.fiscal import FiscalYear, quarter_start
from imis.money import ZERO
from tax.models import Allocation, Bill, BillRun
from tax.queries.statements import statement
from tax.rules.variation import change_percent, is_outlier

_MONEY: DecimalField = DecimalField(max_digits=14, decimal_places=2)


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
class Preview:
    """A ward's quarter before it is issued, with its totals."""

    rows: tuple[PreviewRow, ...]

    @property
    def to_bill(self) -> list[PreviewRow]:
        """Those that would get a bill."""
        return [row for row in self.rows if not row.reason]

    @property
    def demand(self) -> Decimal:
        """What the run would demand."""
        return sum((row.amount for row in self.to_bill), ZERO)

    @property
    def last_demand(self) -> Decimal:
        """What their last bills demanded."""
        return sum((row.last_amount or ZERO for row in self.to_bill), ZERO)

    @property
    def arrears(self) -> Decimal:
        """What they owe now."""
        return sum((row.arrears for row in self.to_bill), ZERO)

    @property
    def outliers(self) -> list[PreviewRow]:
        """Those to look at, the largest difference first."""
        return sorted((row for row in self.rows if row.outlier), key=lambda r: -abs(r.difference or ZERO))

    @property
    def skipped(self) -> dict[str, int]:
        """How many get no bill, by reason."""
        return dict(Counter(row.reason for row in self.rows if row.reason))


def bill_preview(ward: int, fiscal_year: int, quarter: int) -> Preview:
    """What issuing this quarter in a ward would do, row by row in the order of the route; writes nothing."""
    arguments: dict[str, Any] = {
        "ward": ward,
        "fiscal_year": fiscal_year,
        "quarter": quarter,
        "starts_on": quarter_start(FiscalYear(fiscal_year), quarter),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("bill_preview"), arguments)
        return Preview(tuple(PreviewRow(*row) for row in cursor.fetchall()))


def bills_for_printing(ward: int, fiscal_year: int, quarter: int) -> QuerySet[Bill]:
    """The bills of a ward's quarter in the order of the collector's route, with those demanded ahead."""
    return Bill.objects.filter(ward_id=ward, fiscal_year=fiscal_year, quarter=quarter).order_by("route_order", "id")


def bills_of_run(run: int) -> QuerySet[Bill]:
    """The bills of one run in the order of the collector's route. BillRun.DoesNotExist when there is none."""
    made = BillRun.objects.get(pk=run)
    # By ward and quarter first: that is the index there is.
    return bills_for_printing(made.ward_id, made.fiscal_year, made.quarter).filter(run_id=run)


def demand_register(ward: int, fiscal_year: int, quarter: int) -> QuerySet[Bill]:
    """The bills of a ward's quarter with `settled` and `unpaid` of their demand, in the order of the route."""
    settled = (
        Allocation.objects.filter(bill=OuterRef("pk"), kind__in=[Allocation.Kind.PRINCIPAL, Allocation.Kind.REBATE])
        .order_by()
        .values("bill")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    bills = bills_for_printing(ward, fiscal_year, quarter).defer("snapshot")
    return (
        bills.select_related("holding")
        .annotate(settled=Coalesce(Subquery(settled, output_field=_MONEY), Value(ZERO, output_field=_MONEY)))
        .annotate(unpaid=F("principal_amount") - F("settled"))
    )


def register_totals(register: Iterable[Bill]) -> dict[str, Decimal]:
    """Control totals of a demand register in Taka: principal, arrears, surcharge, payable, settled, unpaid."""
    names = ("principal_amount", "arrears_amount", "surcharge_amount", "payable_amount", "settled", "unpaid")
    rows = list(register)
    return {name.removesuffix("_amount"): sum((getattr(bill, name) for bill in rows), ZERO) for name in names}


def bill_runs(ward: int | None = None, *, since: date | None = None) -> QuerySet[BillRun]:
    """Bill runs, newest first."""
    runs = BillRun.objects.select_related("issued_by").order_by("-issued_at", "-id")
    if ward is not None:
        runs = runs.filter(ward_id=ward)
    return runs if since is None else runs.filter(issued_on__gte=since)
