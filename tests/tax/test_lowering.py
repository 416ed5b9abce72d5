"""Nobody lowers a value alone, on whatever day it begins; reliefs end; what waits for approval stays true."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from holdings.models import Holding, Unit
from imis.errors import BadInput, Refused
from imis.models import AuditRow
from imis.money import D
from tax.models import Assessment, Bill, BuildingLoan, Exemption
from tax.queries import assessment_on, bill_preview, quote_for, rule_set_on
from tax.queries.desk import wards_at_a_glance
from tax.services import AssessmentOutcome, approve_assessments, assess_ward, propose_assessment
from tax.services.assessments import reject_assessment
from tests.tax.city import START, build_city, moment, officer
from tests.tax.issuing import issue

pytestmark = pytest.mark.django_db
Q2, LATER, NOW = date(2021, 10, 1), date(2023, 7, 1), date(2022, 8, 1)


def of_area(area: int) -> None:
    Unit.objects.update(area_sqft=D(area), monthly_rent_amount=None, occupancy="let", use="residential")


def assess(day: date, at: date | None = None, by: str = "a") -> AssessmentOutcome:
    return assess_ward(ward=22, rule_set=rule_set_on(day), valid_from=day, by=officer(by), at=moment(at or NOW))


def approve(by: str = "b") -> int:
    return approve_assessments(ward=22, by=officer(by), at=moment(NOW))


def value_on(day: date) -> Decimal:
    found = assessment_on(Holding.objects.get().pk, day)
    assert found is not None
    return found.annual_value


def exempted(percent: int, valid: str, kind: str = "vacancy") -> Exemption:
    return Exemption.objects.create(
        holding=Holding.objects.get(),
        kind=kind,
        percent=D(percent),
        legal_ref="s.84",
        document="d",
        valid=valid,
        proposed_by=officer("c"),
        approved_by=officer("d"),
    )


@pytest.fixture
def house() -> Holding:
    """One holding of 2,000 sq ft, let, without loan or exemption; not assessed yet."""
    build_city(wards=[22], count=1)
    of_area(2000)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM tax_exemption; DELETE FROM tax_buildingloan")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return Holding.objects.get()


@pytest.fixture
def halved_later(house: Holding) -> Holding:
    """Assessed from 2021; from 2023 two officers have halved it."""
    assess(START)
    of_area(800)
    assert assess(LATER).proposed == approve() == 1
    return house


def test_a_back_dated_raise_over_the_last_value_lowers_the_days_before_it(halved_later: Holding) -> None:
    before = value_on(Q2)
    of_area(801)
    assert assess(START).proposed == 1
    assert value_on(Q2) == before
    with pytest.raises(Refused, match="Nobody|কেউ একা"):
        approve(by="a")
    assert approve(by="b") == 1
    assert value_on(Q2) < before


def test_the_database_refuses_the_back_dated_one_too(halved_later: Holding) -> None:
    of_area(801)
    assess(START)
    made, old = Assessment.objects.get(state="proposed"), Assessment.objects.get(state="in_force")
    with pytest.raises(IntegrityError, match="nobody_lowers_a_value_alone"), transaction.atomic():
        Assessment.objects.filter(pk=old.pk).update(state="superseded")
        Assessment.objects.filter(pk=made.pk).update(
            state="in_force", approved_by=officer("a"), approved_at=moment(NOW)
        )


def test_what_was_replaced_long_ago_does_not_count(halved_later: Holding) -> None:
    of_area(900)
    assert assess(LATER).raised == 1


def test_an_exemption_lowers_the_tax_and_waits_for_another(house: Holding) -> None:
    assess(START)
    exempted(100, "[2021-07-01,)")
    assert assess(LATER).proposed == 1
    with pytest.raises(Refused):
        approve(by="a")
    made, old = Assessment.objects.get(state="proposed"), Assessment.objects.get(state="in_force")
    with pytest.raises(IntegrityError, match="nobody_lowers_a_value_alone"), transaction.atomic():
        Assessment.objects.filter(pk=old.pk).update(state="superseded")
        Assessment.objects.filter(pk=made.pk).update(
            state="in_force", approved_by=officer("a"), approved_at=moment(NOW)
        )
    assert approve(by="b") == 1


@pytest.mark.parametrize("relief", ["exemption", "loan"])
def test_a_value_ends_with_the_relief_that_it_counts(house: Holding, relief: str) -> None:
    if relief == "exemption":
        exempted(75, "[2021-07-01,2021-10-01)")
    else:
        BuildingLoan.objects.create(
            holding=house, lender="HBFC", yearly_interest_amount=D(30000), valid="[2021-07-01,2021-10-01)"
        )
    assess(START)
    assert issue(2021, 1).bills == 1
    assert issue(2021, 2).skipped == {"assessment_ended": 1}
    assert bill_preview(22, 2021, 2).skipped == {"assessment_ended": 1}
    # Nothing is sold ahead at the price of the relief either.
    assert {offer.quarters for offer in quote_for(house.pk, START).offers} == {1}
    assert assess(Q2).raised == 1
    assert issue(2021, 2).bills == 1
    first, second = Bill.objects.order_by("quarter").values_list("principal_amount", flat=True)
    assert second > first


@pytest.mark.parametrize("table", ["tax_exemption", "tax_buildingloan"])
def test_what_lowers_the_tax_stays_as_two_officers_wrote_it(house: Holding, table: str) -> None:
    exempted(75, "[2021-07-01,)")
    BuildingLoan.objects.create(holding=house, lender="HBFC", yearly_interest_amount=D(9), valid="[2021-07-01,)")
    figure = "percent" if table == "tax_exemption" else "yearly_interest_amount"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for refused in (
            f"UPDATE {table} SET {figure} = {figure} + 1",
            f"UPDATE {table} SET valid = '[2020-07-01,)'",
            f"UPDATE {table} SET valid = 'empty'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with pytest.raises(IntegrityError, match="relief_stays|append_only"), transaction.atomic():
                cursor.execute(refused)
        cursor.execute(f"UPDATE {table} SET valid = '[2021-07-01,2022-01-01)'")
        with pytest.raises(IntegrityError, match="relief_stays"), transaction.atomic():
            cursor.execute(f"UPDATE {table} SET valid = '[2021-07-01,2023-01-01)'")


def test_a_value_dated_too_late_is_dated_right_by_assessing_again(house: Holding) -> None:
    next_year = date(2023, 7, 1)
    assert assess(next_year).first == 1
    assert assess(date(2022, 7, 1)).raised == 1
    assert value_on(NOW) == value_on(LATER)
    assert (assess(date(2022, 7, 1)).unchanged, assess(next_year).unchanged) == (1, 1)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2017, 6, 30), date(2024, 7, 1), date(9999, 12, 31)])
def test_a_day_far_off_is_a_slip_of_the_pen(house: Holding, day: date) -> None:
    with pytest.raises(BadInput, match="2017.*2024") as slip, override("en"):
        assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=day, by=officer("a"), at=moment(NOW))
    assert slip.value.field == "valid_from"
    assert not Assessment.objects.exists()


def test_the_desk_counts_who_is_assessed_until_next_year(house: Holding) -> None:
    assess(START)
    of_area(2500)
    assert assess(LATER).raised == 1
    (row,) = wards_at_a_glance(wards=[22], fiscal_year=2022, quarter=1, today=NOW)
    assert (row.assessed, row.active) == (1, 1)
    (row,) = wards_at_a_glance(wards=[22], fiscal_year=2020, quarter=1, today=date(2020, 8, 1))
    assert row.assessed == 0


def test_a_proposal_made_by_mistake_goes_when_the_mistake_is_mended(house: Holding) -> None:
    assess(START)
    of_area(500)
    assert assess(LATER).proposed == 1
    low = Assessment.objects.get(state="proposed")
    of_area(2000)
    with pytest.raises(Refused, match="22-001-0001-00"), override("en"):
        approve()
    again = assess(LATER)
    assert (again.unchanged, again.withdrawn) == (1, (low.pk,))
    low.refresh_from_db()
    assert low.state == "rejected"
    told: dict[str, Any] = AuditRow.objects.filter(action="assess_ward").latest("pk").details
    assert (told["withdrawn"], told["withdrawn_ids"]) == (1, [low.pk])


def test_a_proposal_that_is_still_true_keeps_waiting(house: Holding) -> None:
    assess(START)
    of_area(500)
    assert assess(LATER).proposed == 1
    again = assess(LATER)
    assert (again.unchanged, again.proposed, again.withdrawn) == (1, 0, ())
    assert Assessment.objects.filter(state="proposed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_rejects_while_another_approves(house_for_two: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first and is told; neither meets an error of the database."""
    import tax.services.assessments as acts

    real, said = acts._put_in_force, []

    def reject_meanwhile() -> None:
        try:
            reject_assessment(assessment=house_for_two.pk, reason="no", by=officer("c"), at=moment(NOW))
        except Refused as refusal:
            said.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=reject_meanwhile)

    def slowly(*arguments: Any) -> None:
        thread.start()
        thread.join(0.5)
        real(*arguments)

    monkeypatch.setattr(acts, "_put_in_force", slowly)
    officer("c")
    assert approve_assessments(ids=[house_for_two.pk], by=officer("b"), at=moment(NOW)) == 1
    thread.join(10)
    assert len(said) == 1
    house_for_two.refresh_from_db()
    assert house_for_two.state == "in_force"


@pytest.fixture
def house_for_two(transactional_db: None) -> Assessment:
    """A lowered value that waits, committed."""
    build_city(wards=[22], count=1)
    of_area(2000)
    assess(START)
    of_area(500)
    return propose_assessment(
        holding=Holding.objects.get().pk,
        rule_set=rule_set_on(LATER),
        valid_from=LATER,
        reason="smaller",
        by=officer("a"),
        at=moment(NOW),
    )
