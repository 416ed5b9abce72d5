"""A ward's bills say what the pure rules say, are issued once, and come from nothing but the books."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from holdings.models import Holding, Unit
from imis.fiscal import FiscalYear, quarter_end, quarter_start
from imis.ledger.models import Entry
from imis.models import AuditRow
from imis.money import D
from tax.models import Allocation, Bill, BillLine, BillRun, ChargeHead, Standing
from tax.queries import (
    bill_preview,
    bills_of_run,
    demand_register,
    preview_rows,
    register_totals,
    rule_set_on,
)
from tax.services import assess_ward
from tests.tax.city import START, build_city, moment, officer
from tests.tax.issuing import assessed_city, issue, no_discrepancy, says_what_the_counter_asks, some_pay

pytestmark = pytest.mark.django_db


def bills_match_the_rules(year: int, quarter: int) -> int:
    """Each bill of the quarter prints what the rules quote on its last date; returns how many were compared."""
    bills = list(Bill.objects.filter(fiscal_year=year, quarter=quarter, run__isnull=False))
    for bill in bills:
        says_what_the_counter_asks(bill)
        assert bill.due_on == quarter_end(FiscalYear(year), quarter)
        assert bill.snapshot["assessment"]["steps"] == bill.assessment.explanation["steps"]
    return len(bills)


def test_every_bill_prints_what_the_rules_quote_over_two_years_of_payments() -> None:
    assessed_city(60)
    compared = 0
    for year in (2021, 2022):
        for quarter in (1, 2, 3, 4):
            issue(year, quarter)
            compared += bills_match_the_rules(year, quarter)
            on = quarter_start(FiscalYear(year), quarter) + timedelta(days=20)
            some_pay(on, 7, "current")
            some_pay(on, 11, "year" if quarter < 3 else "overdue")
            some_pay(on, 13, "next_two")
    assert compared > 250
    assert Bill.objects.filter(run=None).exists() and Allocation.objects.filter(kind="surcharge").exists()
    no_discrepancy()


def test_three_heads_print_and_post_each_head() -> None:
    assessed_city(3)
    ChargeHead.objects.get(code="water")
    charges = json.dumps(
        [
            {"head": "holding_tax", "rate": "7", "yearly_amount": "100.03"},
            {"head": "water", "rate": "3", "yearly_amount": "0.02"},
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tax_assessment DISABLE TRIGGER USER")
        cursor.execute("UPDATE tax_assessment SET charges = %s, yearly_tax_amount = 100.05", [charges])
        cursor.execute("ALTER TABLE tax_assessment ENABLE TRIGGER USER")
    for quarter, expected in (
        (1, {"holding_tax": "25.01", "water": "0.01"}),
        (3, {"holding_tax": "25.01"}),
        (4, {"holding_tax": "25.00"}),
    ):
        issue(2021, quarter)
        bills = Bill.objects.filter(quarter=quarter)
        assert bills.count() == 3
        for bill in bills:
            lines = {line.head_id: f"{line.amount}" for line in BillLine.objects.filter(bill=bill)}
            assert lines == expected
            assert sum(D(a) for a in lines.values()) == bill.principal_amount
        bills_match_the_rules(2021, quarter)
    no_discrepancy()


def test_a_second_run_issues_only_what_is_missing_and_numbers_have_no_gap() -> None:
    assessed_city(30)
    left_out = Holding.objects.filter(state="active").latest("pk")
    Holding.objects.filter(pk=left_out.pk).update(state="inactive")
    first = issue(2021, 1)
    Holding.objects.filter(pk=left_out.pk).update(state="active")
    second, third = issue(2021, 1), issue(2021, 1)
    assert (second.bills, third.bills, third.runs) == (1, 0, ())
    assert second.skipped["billed_before"] == first.bills
    numbers = sorted(Bill.objects.values_list("number", flat=True))
    assert numbers == [f"2122-1-22-{n:06d}" for n in range(1, first.bills + 2)]
    assert BillRun.objects.aggregate(n=Sum("bill_count"))["n"] == Bill.objects.count()
    assert AuditRow.objects.filter(action="issue_bills").count() == 3


def test_several_wards_in_one_call_make_a_run_for_each() -> None:
    assessed_city(12, [21, 22, 23])
    outcome = issue(2021, 1, [21, 22, 23])
    assert [run.ward_id for run in outcome.runs] == [21, 22, 23]
    assert outcome.bills == Bill.objects.count() == sum(run.bill_count for run in outcome.runs)
    assert outcome.demand == Standing.objects.aggregate(s=Sum("unpaid_amount"))["s"]
    assert Entry.objects.count() == outcome.bills
    for run in outcome.runs:
        order = list(bills_of_run(run.pk).values_list("route_order", flat=True))
        assert order == sorted(order) and len(order) == run.bill_count
    no_discrepancy()


def test_who_gets_no_bill_is_counted_with_its_reason() -> None:
    build_city(wards=[22], count=120)
    assert issue(2021, 1).skipped == {"inactive": 1, "not_assessed": 119}
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    outcome = issue(2021, 1)
    assert outcome.skipped["inactive"] == 1 and outcome.skipped["not_assessed"] == 2 and outcome.skipped["no_tax"] > 0
    assert outcome.bills + sum(outcome.skipped.values()) == 120
    assert not Bill.objects.filter(principal_amount=0).exists()


def test_a_preview_says_what_the_run_then_does() -> None:
    assessed_city(50)
    issue(2021, 1)
    Unit.objects.filter(holding__pk__in=Holding.objects.values_list("pk")[:5]).update(area_sqft=D("9000"))
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=date(2021, 10, 1), by=officer("a"), at=moment(START))
    preview, rows = bill_preview(22, 2021, 2), preview_rows(22, 2021, 2, after=0, most=1000)
    outliers = preview_rows(22, 2021, 2, after=0, most=1000, only_outliers=True)
    outcome = issue(2021, 2)
    sums = preview.to_bill
    assert (sums.count, sums.demand, preview.skipped) == (outcome.bills, outcome.demand, outcome.skipped)
    assert (len(rows), sum(row.amount for row in rows)) == (sums.count, sums.demand)
    assert sum(row.last_amount or 0 for row in rows) == sums.last_demand > 0
    assert sum(row.arrears for row in rows) == sums.arrears > 0
    assert 0 < len(outliers) <= 5 and all(row.change and row.change >= 25 for row in outliers)
    assert [row.difference for row in outliers] == sorted((row.difference for row in outliers), reverse=True)
    assert sums.outliers == len(outliers) and {row.holding_id for row in rows if row.outlier} == {
        row.holding_id for row in outliers
    }, "the database's words for the rule of tax.rules.variation"
    issued = bill_preview(22, 2021, 2).issued
    assert (issued.count, issued.demand) == (outcome.bills, outcome.demand)
    assert bill_preview(22, 2021, 2).skipped["billed_before"] == outcome.bills
    for row in rows:
        assert Bill.objects.get(holding_id=row.holding_id, quarter=2).principal_amount == row.amount


def test_a_preview_is_read_page_by_page() -> None:
    assessed_city(50)
    everybody = preview_rows(22, 2021, 1, after=0, most=1000)
    pages = [preview_rows(22, 2021, 1, after=start, most=20) for start in (0, 20, 40, 60)]
    assert [row for page in pages for row in page] == everybody and len(pages[0]) == 20 and pages[3] == []
    route = Holding.objects.filter(pk__in=[row.holding_id for row in everybody]).order_by("route_order", "pk")
    assert [row.holding_id for row in everybody] == list(route.values_list("pk", flat=True))
    assert all(row.owner for row in everybody)


def test_a_raise_in_mid_year_is_asked_from_its_quarter_and_printed_ahead() -> None:
    assessed_city(8)
    issue(2021, 1)
    Unit.objects.update(area_sqft=D("9000"), monthly_rent_amount=None)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=date(2022, 1, 1), by=officer("a"), at=moment(START))
    issue(2021, 2)
    bills_match_the_rules(2021, 2)
    issue(2021, 3)
    bills_match_the_rules(2021, 3)
    second, third = (Bill.objects.filter(quarter=q).aggregate(s=Sum("principal_amount"))["s"] for q in (2, 3))
    assert third > second


def test_quarters_issued_out_of_order_still_print_the_truth() -> None:
    assessed_city(8)
    issue(2021, 1)
    issue(2021, 3)
    issue(2021, 2)
    no_discrepancy()
    assert bills_match_the_rules(2021, 2)


def test_the_register_has_control_totals() -> None:
    assessed_city(20)
    issue(2021, 1)
    some_pay(START + timedelta(days=3), 2, "current")
    totals = register_totals(demand_register(22, 2021, 1))
    assert totals["principal"] == totals["settled"] + totals["unpaid"]
    assert totals["unpaid"] == Standing.objects.aggregate(s=Sum("unpaid_amount"))["s"] and totals["settled"] > 0
