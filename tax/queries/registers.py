"""The demand register of a ward: what its runs asked, and the bills in the order of the route."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from imis.money import ZERO
from tax.models import Allocation, Bill, BillRun

_MONEY: DecimalField = DecimalField(max_digits=14, decimal_places=2)


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


def register_totals(register: QuerySet[Bill]) -> dict[str, Decimal]:
    """Control totals of a demand register in Taka: principal, arrears, surcharge, payable, settled, unpaid."""
    names = ("principal_amount", "arrears_amount", "surcharge_amount", "payable_amount", "settled", "unpaid")
    sums = register.order_by().aggregate(**{f"{name}_sum": Sum(name) for name in names})
    return {name.removesuffix("_amount"): sums[f"{name}_sum"] or ZERO for name in names}


def bill_runs(ward: int | None = None, *, since: date | None = None) -> QuerySet[BillRun]:
    """Bill runs, newest first."""
    runs = BillRun.objects.select_related("issued_by").order_by("-issued_at", "-id")
    if ward is not None:
        runs = runs.filter(ward_id=ward)
    return runs if since is None else runs.filter(issued_on__gte=since)
