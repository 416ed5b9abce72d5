"""The month's report on the same wards and days above and below the line, with every name and visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from fsm import services
from fsm.documents.content import report_page
from fsm.queries.report import Month, monthly_report
from fsm.rules.indicators import RateDays, Why
from tests.fsm.office import TODAY, WARD, Office, ward
from tests.tax.city import DHAKA

D = Decimal
Sign = Callable[..., Client]
NOVEMBER = Month(2026, 11)


def rate(office: Office, since: date, ml: str) -> None:
    services.state_sludge_rate(since=since, ml_per_head_day=D(ml), source="x", by=office.officer, at=office.now())


def people(office: Office, number: int, count: int, on: date = date(2026, 1, 1)) -> None:
    services.state_population(
        ward=number, counted_on=on, non_sewered=count, source="x", by=office.officer, at=office.now()
    )


def test_sludge_of_a_ward_without_people_is_not_counted(office: Office) -> None:
    ward(23)
    people(office, 23, 1000)
    rate(office, date(2026, 1, 1), "275")
    office.emptied(office.containment(), "2.00", "2.00")
    report = monthly_report(NOVEMBER, office.now())
    assert (report.emptied, report.collection.part, report.collection.percent) == (D("4.00"), D("0.00"), D("0.0"))
    assert (report.population, report.uncounted) == (1000, (WARD,))
    how = report_page(report, "en", "KCC")["indicators"][-1]["how"]
    assert "1,000 people" in how and "not stated: 22." in how
    assert "জানা নেই" in report_page(report, "bn", "কেসিসি")["indicators"][-1]["how"]
    people(office, WARD, 1000)
    both = monthly_report(NOVEMBER, office.now())
    # 4 m³ of 2,000 people × 275 ml × 10 days = 5.5 m³.
    assert (both.collection.percent, both.uncounted) == (D("72.7"), ())
    assert "not stated" not in report_page(both, "en", "KCC")["indicators"][-1]["how"]


def test_neither_rate_nor_count_comes_from_the_future(office: Office) -> None:
    people(office, WARD, 1000)
    people(office, WARD, 9000, date(2026, 11, 29))
    rate(office, date(2026, 1, 1), "275")
    rate(office, date(2026, 11, 30), "550")
    early = monthly_report(NOVEMBER, office.now())
    assert (early.collection.whole, early.days, early.population) == (D("2.75"), TODAY.day, 1000)
    late = monthly_report(NOVEMBER, datetime(2026, 12, 5, tzinfo=DHAKA))
    assert late.rates == (RateDays(D(275), 29), RateDays(D(550), 1)) and late.population == 9000
    assert late.collection.whole == 9 * (D("0.275") * 29 + D("0.550"))
    how = report_page(late, "en", "KCC")["indicators"][-1]["how"]
    assert "(275 ml a head a day × 29 days + 550 ml a head a day × 1 days)" in how


def test_days_without_a_rate_have_no_ratio(office: Office) -> None:
    people(office, WARD, 1000)
    rate(office, date(2026, 11, 5), "275")
    assert monthly_report(NOVEMBER, office.now()).collection.why is Why.NO_RATE
    assert monthly_report(Month(2026, 12), office.now()).collection.why is Why.NOTHING_EMPTIED


def test_a_ward_keeps_its_name_when_only_a_finish_falls_in_the_month(office: Office) -> None:
    office.at = datetime(2026, 10, 31, 22, tzinfo=DHAKA)
    request = office.verified(office.containment())
    office.assign(request)
    office.start(request)
    office.load(request, "1.00")
    office.at = datetime(2026, 11, 1, 8, tzinfo=DHAKA)
    office.finish(request)
    (line,) = monthly_report(NOVEMBER, office.now()).by_ward
    assert (line.name_bn, line.name_en, line.requests, line.emptyings) == ("ওয়ার্ড 22", "Ward 22", 0, 1)


def test_a_request_that_was_visited_in_vain_stays_in_the_cohort(office: Office) -> None:
    for tank, visited in (("C22-1", True), ("C22-2", False)):
        request = office.verified(office.containment(tank))
        office.assign(request)
        if visited:
            services.report_failure(
                event_id=uuid4(), request=request.pk, reason="gate", by=office.driver_user, at=office.now()
            )
        services.cancel_request(
            event_id=uuid4(), request=request.pk, reason="gave up", by=office.officer, at=office.now()
        )
    seen = monthly_report(NOVEMBER, office.now()).response
    assert (seen.requests, seen.dropped, seen.efficiency.whole, seen.efficiency.percent) == (2, 1, 1, 0)


@pytest.mark.parametrize("month", ["9999-12", "2026-12", "1999-12", "0001-01", "x"])
def test_a_month_that_cannot_be_reported_shows_this_one(office: Office, browser_of: Sign, month: str) -> None:
    for name in ("fsm:report", "fsm:report_xlsx"):
        answer = browser_of(office.officer, "en").get(reverse(name), {"month": month})
        assert answer.status_code == 200
    page = browser_of(office.officer, "en").get(reverse("fsm:report"), {"month": month}).content.decode()
    assert "November 2026" in page and 'class="problem"' in page
