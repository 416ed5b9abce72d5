"""A short day in the assessment branch: a few loans come to light, and the lower values wait for an approver."""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from demo.story import PILOT, History, at_noon
from imis.fiscal import fiscal_year_of, quarter_end
from imis.money import whole_taka
from tax.models import Assessment, BuildingLoan
from tax.queries import rule_set_on
from tax.services import propose_assessment

_LOANS = 6


def branch_day(history: History) -> None:
    """Registers a loan for some holdings of the pilot ward and proposes their lower values from the next quarter on."""
    starts = _quarter_start(history.today)
    assessed = (
        Assessment.objects.filter(holding__ward_id=PILOT, state=Assessment.State.IN_FORCE, annual_value__gt=60_000)
        .exclude(holding__loans__isnull=False)
        .order_by("holding__route_order")[: 11 * _LOANS : 11]
    )
    for assessment in assessed:
        BuildingLoan.objects.create(
            holding_id=assessment.holding_id,
            lender="হাউস বিল্ডিং ফাইন্যান্স কর্পোরেশন (ডেমো)",
            yearly_interest_amount=whole_taka(assessment.annual_value / 8),
            valid=DateRange(starts, None),
        )
        propose_assessment(
            holding=assessment.holding_id,
            rule_set=rule_set_on(starts),
            valid_from=starts,
            reason="নিবন্ধিত গৃহ নির্মাণ ঋণের সুদ (ডেমো)",
            by=history.users["assessor"],
            at=at_noon(history.today),
        )


def _quarter_start(today: date) -> date:
    """The first day of the quarter after today's: a bill already issued is not touched."""
    year = fiscal_year_of(today)
    return date.fromordinal(quarter_end(year, year.quarter_of(today)).toordinal() + 1)
