"""Issuing a quarter's bills: a ward, several, or the whole city in one transaction and a fixed number of statements.

Idempotent: what has its bill is left alone, so a run that was killed left nothing and a second one completes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imis import audit, numbers
from imis.errors import Refused
from imis.fiscal import FiscalYear, Period, period_of, quarter_end, quarter_start
from imis.ledger.services import post_set
from imis.models import User
from imis.money import ZERO
from tax.models import BillRun, RuleSet
from tax.queries.law import rule_set_on
from tax.queries.statements import statement
from tax.rules.allocation import IN_TIME
from tax.rules.position import group_of
from tax.rules.ruleset import Group, Parameters
from tax.services.advances import use_advances
from tax.services.bill_dates import check_bill_dates
from tax.services.bill_words import printed_words
from tax.services.locks import lock_wards, wards_of

_WARDS = "h.ward_id = ANY(%(wards)s)"
_FOUND = "SELECT ward_id, count(DISTINCT bill_id), sum(amount) FROM bill_pick_line GROUP BY ward_id ORDER BY ward_id"
_HOLDINGS = "h.id = ANY(%(holdings)s)"


@dataclass(frozen=True)
class BillRunOutcome:
    """The runs made (one a ward that got bills), their bills and demand in Taka, and why others got none."""

    runs: tuple[BillRun, ...] = ()
    bills: int = 0
    demand: Decimal = ZERO
    advance_applied: Decimal = ZERO
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Issue:
    """One issue of bills: the quarter, its dates, and the rule set whose rebates are printed."""

    wards: list[int]
    period: Period
    issued_on: date
    due_on: date
    rule_set: RuleSet
    parameters: Parameters
    holdings: list[int] | None = None


def issue_bills(
    *,
    ward: int | Sequence[int] | None,
    fiscal_year: int,
    quarter: int,
    issued_on: date,
    due_on: date,
    by: User,
    at: datetime,
) -> BillRunOutcome:
    """Issue the bills of a quarter for a ward, for several, or (None) for all; only what is missing is issued.

    BadInput, naming the field, when a date makes no sense on the day of `at` (`check_bill_dates`); Refused when the
    last date lies after the year has closed, or no rule set is in force on it. `at` is an aware datetime; amounts in
    Taka.
    """
    wards = wards_of(ward)
    today = timezone.localdate(at)
    check_bill_dates(fiscal_year=fiscal_year, quarter=quarter, issued_on=issued_on, due_on=due_on, today=today)
    issue = _checked(wards, Period(fiscal_year, quarter), issued_on, due_on)
    with transaction.atomic():
        lock_wards(wards)
        outcome = _issue(issue, by=by, at=at)
        audit.record(
            by=by,
            at=at,
            action="issue_bills",
            object_type="bill_run",
            object_id=outcome.runs[0].pk if outcome.runs else 0,
            ward=wards[0] if len(wards) == 1 else None,
            wards=wards,
            fiscal_year=fiscal_year,
            quarter=quarter,
            bills=outcome.bills,
            demand=outcome.demand,
            skipped=outcome.skipped,
        )
    return outcome


def bill_ahead(
    *, holdings: Sequence[int], wards: Sequence[int], period: Period, by: User, at: datetime, on: date
) -> int:
    """Demand one quarter of some holdings of these wards before its run, for payers who pay ahead.

    Returns the bills made: none for a holding that has its bill. Part of a payment: to be called in its
    transaction, with the holdings (or their wards) locked.
    """
    last = max(quarter_end(FiscalYear(period.fiscal_year), period.quarter), on)
    rule_set = rule_set_on(last)
    parameters = Parameters.from_json(rule_set.parameters)
    issue = Issue(list(wards), period, on, last, rule_set, parameters, list(holdings))
    return _issue(issue, by=by, at=at).bills


def _checked(wards: list[int], period: Period, issued_on: date, due_on: date) -> Issue:
    rule_set = rule_set_on(due_on)
    parameters = Parameters.from_json(rule_set.parameters)
    if group_of(period, due_on, parameters) is Group.EARLIER_YEARS:
        raise Refused(
            _("The fiscal year is over on the last date."), remedy=_("Choose a last date before the year closes.")
        )
    return Issue(wards, period, issued_on, due_on, rule_set, parameters)


def _issue(issue: Issue, *, by: User, at: datetime) -> BillRunOutcome:
    scope = _WARDS if issue.holdings is None else _HOLDINGS
    arguments = _arguments(issue)
    with connection.cursor() as cursor:
        if issue.holdings is None:
            cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(statement("bill_pick", scope=scope), arguments)
        cursor.execute("ANALYZE bill_pick")
        cursor.execute(statement("bill_pick_line"), arguments)
        cursor.execute("ANALYZE bill_pick_line")
        cursor.execute(_FOUND)
        found = cursor.fetchall()
        runs = _make_runs(issue, found, by, at) if issue.holdings is None else []
        applied = ZERO
        if found:
            arguments |= _numbers(issue, found, runs)
            cursor.execute(statement("advance_use"), arguments)
            cursor.execute(statement("bill_insert"), arguments)
            cursor.execute(statement("bill_line_insert"))
            cursor.execute(statement("bill_standing"), arguments)
            post_set(batch=_label(issue, runs), drafts_sql=statement("bill_postings"), params=arguments, by=by, at=at)
            applied = use_advances(label=_label(issue, runs), arguments=arguments, by=by, at=at)
        skipped: dict[str, int] = {}
        if issue.holdings is None:
            cursor.execute(statement("bill_outcome", scope=scope), arguments)
            skipped = dict(cursor.fetchall())
        cursor.execute("DROP TABLE bill_pick, bill_pick_line")
    bills, demand = sum(row[1] for row in found), sum((row[2] for row in found), ZERO)
    return BillRunOutcome(tuple(runs), bills, demand, applied, skipped)


def _make_runs(issue: Issue, found: list[tuple[int, int, Decimal]], by: User, at: datetime) -> list[BillRun]:
    return BillRun.objects.bulk_create(
        BillRun(
            ward_id=ward,
            fiscal_year=issue.period.fiscal_year,
            quarter=issue.period.quarter,
            rule_set=issue.rule_set,
            issued_on=issue.issued_on,
            due_on=issue.due_on,
            bill_count=bills,
            demand_amount=demand,
            issued_by=by,
            issued_at=at,
        )
        for ward, bills, demand in found
    )


def _numbers(issue: Issue, found: list[tuple[int, int, Decimal]], runs: list[BillRun]) -> dict[str, Any]:
    """Bill numbers such as 2627-1-22-000123: gapless within a ward's quarter."""
    prefix = f"{FiscalYear(issue.period.fiscal_year).code}-{issue.period.quarter}-"
    return {
        "prefix": prefix,
        "run_wards": [row[0] for row in found],
        "run_ids": [run.pk for run in runs] or [None] * len(found),
        "run_bases": [numbers.take_block(f"bill-{prefix}{ward}", bills) for ward, bills, _demand in found],
    }


def _label(issue: Issue, runs: list[BillRun]) -> str:
    if runs:
        return f"bill_run:{runs[0].pk}"
    return f"bill_ahead:{(issue.holdings or [0])[0]}:{issue.period.fiscal_year}-{issue.period.quarter}"


def _arguments(issue: Issue) -> dict[str, Any]:
    period, year = issue.period, FiscalYear(issue.period.fiscal_year)
    now = period_of(issue.due_on)
    return {
        "wards": issue.wards,
        "holdings": issue.holdings,
        "fiscal_year": period.fiscal_year,
        "quarter": period.quarter,
        "starts_on": quarter_start(year, period.quarter),
        "year_end": year.end,
        "year_now": now.fiscal_year,
        "quarter_now": now.quarter,
        "issued_on": issue.issued_on,
        "due_on": issue.due_on,
        "policy": issue.parameters.allocation_policy,
        "use_credit": issue.holdings is None,
        **_groups(issue, now),
        **printed_words(issue.parameters, issue.period, issue.issued_on, issue.due_on),
    }


def _groups(issue: Issue, now: Period) -> dict[str, Any]:
    """The group of every other quarter on the last date, from the oldest that anybody owes to the end of that year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(oldest_unpaid_year) FROM tax_standing")
        (oldest,) = cursor.fetchone()
    years = range(min(oldest or issue.period.fiscal_year, issue.period.fiscal_year), now.fiscal_year + 1)
    every = {Period(year, q): _group(Period(year, q), issue) for year in years for q in (1, 2, 3, 4)}
    others = {period: group for period, group in every.items() if period != issue.period}
    in_time = [period for period, group in others.items() if group in IN_TIME]
    coming = [period for period in in_time if period.fiscal_year == now.fiscal_year]
    return {
        "group_years": [period.fiscal_year for period in others],
        "group_quarters": [period.quarter for period in others],
        "group_names": [group.value for group in others.values()],
        "coming_quarters": [period.quarter for period in coming],
        "coming_starts": [quarter_start(FiscalYear(period.fiscal_year), period.quarter) for period in coming],
        "coming_groups": [others[period].value for period in coming],
        # The usual issue: the bill's quarter is the one of the calendar, and no older one is open beside it.
        "plain": every[issue.period] is Group.CURRENT and issue.period == now and all(p > now for p in in_time),
    }


def _group(period: Period, issue: Issue) -> Group:
    return group_of(period, issue.due_on, issue.parameters)
