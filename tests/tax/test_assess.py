"""Assessing a ward at once gives exactly what the pure rules give, and nobody lowers a value alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from holdings.models import Holding, Unit
from imis.errors import Refused
from imis.models import AuditRow
from imis.money import D
from tax.models import Assessment, RentRate, RuleSet
from tax.queries.assessments import assessment_on, facts_of
from tax.queries.law import head_names, rent_table, rule_set_on
from tax.rules.charges import assess, assessed_json
from tax.rules.ruleset import HeadRate, OwnerReliefBase, Parameters, Reliefs
from tax.services import approve_assessments, assess_ward, propose_assessment
from tax.services.assessments import reject_assessment
from tests.tax.city import START, build_city, moment, officer

pytestmark = pytest.mark.django_db


def adopted(code: str, parameters: Parameters) -> RuleSet:
    """A rule set of its own with the rent table of 2021."""
    RuleSet.objects.filter(code="kcc-2021").update(valid="[2021-07-01,2022-07-01)")
    made = RuleSet.objects.create(
        code=code,
        name_bn=code,
        name_en=code,
        valid="[2022-07-01,2023-07-01)",
        authority="test",
        memo_no="1",
        parameters=parameters.to_json(),
        checksum=parameters.checksum(),
    )
    rates = RentRate.objects.filter(rule_set__code="kcc-2021")
    for rate in rates:
        rate.pk, rate.rule_set, rate.monthly_rate = None, made, rate.monthly_rate + D("0.37")
    RentRate.objects.bulk_create(rates)
    RuleSet.objects.filter(pk=made.pk).update(state="adopted")
    made.refresh_from_db()
    return made


def differences(rule_set: RuleSet, day: date) -> int:
    """Compare every assessment with the Python rules; returns how many were compared."""
    table, names, parameters = rent_table(rule_set), head_names(), Parameters.from_json(rule_set.parameters)
    made = {a.holding_id: a for a in Assessment.objects.filter(rule_set=rule_set)}
    for holding in Holding.objects.select_related("ward").filter(pk__in=made):
        a, facts = made[holding.pk], facts_of(holding, day, table)
        expected = assess(facts, parameters, names)
        charges, explanation = assessed_json(expected)
        assert (a.gross_rent_amount, a.annual_value, a.yearly_tax_amount) == (
            expected.gross_rent,
            expected.annual_value,
            expected.yearly_tax,
        )
        assert a.charges == charges
        assert a.explanation == explanation
        assert a.input_hash == facts.fingerprint(rule_set.checksum)
    return len(made)


def test_thousands_of_holdings_agree_with_the_rules_step_for_step() -> None:
    build_city(wards=[21, 22, 23, 24], count=700)
    rule_set = rule_set_on(START)
    outcome = assess_ward(
        ward=[21, 22, 23, 24], rule_set=rule_set, valid_from=START, by=officer("assessor"), at=moment(START)
    )
    assert outcome.first == differences(rule_set, START) > 2000
    assert outcome.skipped == {"inactive": 28, "no_units": 52}
    assert outcome.first + sum(outcome.skipped.values()) == Holding.objects.count()
    assert AuditRow.objects.filter(action="assess_ward").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"heads": (HeadRate("holding_tax", D("7")), HeadRate("conservancy", D("4.5")), HeadRate("water", D("0.33")))},
        {"owner_relief_base": OwnerReliefBase.GROSS, "interest_and_owner_relief": Reliefs.EITHER},
        {"interest_and_owner_relief": Reliefs.EITHER, "maintenance_months": D("1.5"), "floor": D("30000")},
    ],
    ids=["three_heads", "gross_either", "either_floor"],
)
def test_other_rule_sets_agree_too(changes: dict[str, object]) -> None:
    build_city(wards=[21], count=500)
    rule_set = adopted("other", Parameters().with_changes(**changes))
    day = date(2022, 7, 1)
    assess_ward(ward=21, rule_set=rule_set, valid_from=day, by=officer("assessor"), at=moment(day))
    assert differences(rule_set, day) > 400


def test_a_second_run_writes_nothing() -> None:
    build_city(wards=[22], count=60)
    first = assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    second = assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    assert (second.first, second.unchanged, second.raised, second.proposed) == (0, first.first, 0, 0)


def one_holding() -> Holding:
    build_city(wards=[22], count=1)
    holding = Holding.objects.get()
    Unit.objects.update(area_sqft=D("1000"), monthly_rent_amount=None)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    return holding


def again(day: date) -> None:
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=day, by=officer("a"), at=moment(day))


def test_a_raise_is_in_force_at_once_and_closes_the_version_before() -> None:
    holding, day = one_holding(), date(2023, 7, 1)
    Unit.objects.update(area_sqft=D("2000"))
    again(day)
    old, new = Assessment.objects.order_by("version")
    assert (old.state, old.valid.upper, new.state, new.supersedes_id) == ("superseded", day, "in_force", old.pk)
    assert new.previous_annual_value == old.annual_value < new.annual_value
    assert assessment_on(holding.pk, date(2022, 1, 1)) == old and assessment_on(holding.pk, day) == new
    assert assessment_on(holding.pk, date(2020, 1, 1)) is None


def test_a_lower_value_waits_for_another_officer() -> None:
    holding, day = one_holding(), date(2023, 7, 1)
    Unit.objects.update(area_sqft=D("500"))
    again(day)
    old, new = Assessment.objects.order_by("version")
    assert (old.state, new.state) == ("in_force", "proposed")
    with pytest.raises(Refused):
        approve_assessments(ids=[new.pk], by=officer("a"), at=moment(day))
    with pytest.raises(IntegrityError, match="nobody_lowers_a_value_alone"), transaction.atomic():
        _force(old.pk, new.pk, officer("a").pk)
    assert approve_assessments(ward=22, by=officer("b"), at=moment(day)) == 1
    assert assessment_on(holding.pk, day) == new and assessment_on(holding.pk, START) == old


def _force(old: int, new: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tax_assessment SET state = 'superseded' WHERE id = %s", [old])
        cursor.execute(
            "UPDATE tax_assessment SET state = 'in_force', approved_by_id = %s, approved_at = now() WHERE id = %s",
            [by, new],
        )


def test_a_proposal_on_a_value_that_changed_since_is_refused() -> None:
    one_holding()
    Unit.objects.update(area_sqft=D("500"))
    again(date(2023, 7, 1))
    low = Assessment.objects.get(state="proposed")
    Unit.objects.update(area_sqft=D("3000"))
    again(date(2024, 7, 1))
    low.refresh_from_db()
    assert low.state == "rejected"
    with pytest.raises(Refused):
        approve_assessments(ids=[low.pk], by=officer("b"), at=moment(date(2024, 7, 1)))


def test_propose_and_reject_for_one_holding() -> None:
    holding = one_holding()
    with pytest.raises(Refused):
        propose_assessment(
            holding=holding.pk,
            rule_set=rule_set_on(START),
            valid_from=START,
            reason="extended",
            by=officer("a"),
            at=moment(START),
        )
    Unit.objects.update(area_sqft=D("1500"))
    made = propose_assessment(
        holding=holding.pk,
        rule_set=rule_set_on(START),
        valid_from=START,
        reason="extended",
        by=officer("a"),
        at=moment(START),
    )
    assert (made.state, made.kind) == ("proposed", "interim")
    reject_assessment(assessment=made.pk, reason="no", by=officer("b"), at=moment(START))
    with pytest.raises(Refused):
        reject_assessment(assessment=made.pk, reason="no", by=officer("b"), at=moment(START))


def test_a_draft_rule_set_assesses_nobody() -> None:
    draft = RuleSet.objects.create(
        code="draft",
        name_bn="",
        name_en="",
        valid="[2030-07-01,)",
        authority="",
        memo_no="",
        parameters={},
        checksum="",
    )
    with pytest.raises(Refused):
        assess_ward(ward=1, rule_set=draft, valid_from=START, by=officer("a"), at=moment(START))


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE tax_assessment SET annual_value = 1", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET explanation = '{}'", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET previous_annual_value = 1", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET valid = '[2020-01-01,)'", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET valid = 'empty'", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET approved_by_id = NULL, approved_at = NULL", "assessment_figures_stay"),
        ("UPDATE tax_assessment SET state = 'proposed'", "assessment_state_goes_forward"),
        ("DELETE FROM tax_assessment", "append_only"),
        ("TRUNCATE tax_assessment CASCADE", "append_only"),
        ("UPDATE tax_ruleset SET parameters = '{}'", "adopted_rule_set_stays"),
        ("DELETE FROM tax_ruleset", "adopted_rule_set_stays"),
        ("UPDATE tax_rentrate SET monthly_rate = 0", "adopted_rent_table_stays"),
        ("DELETE FROM tax_rentrate", "adopted_rent_table_stays"),
    ],
)
def test_the_database_refuses(statement: str, rule: str) -> None:
    one_holding()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_the_database_refuses_a_version_that_hides_the_value_before_it() -> None:
    one_holding()
    columns = (
        "holding_id, rule_set_id, kind, gross_rent_amount, yearly_tax_amount, charges, explanation, input_hash, reason,"
        " proposed_by_id, proposed_at, approved_by_id, approved_at"
    )
    refused = pytest.raises(IntegrityError, match="previous_value_is_true")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tax_assessment SET state = 'superseded'")
        cursor.execute(
            f"INSERT INTO tax_assessment (version, state, valid, annual_value, {columns})"
            f" SELECT 2, 'in_force', '[2025-07-01,)', 1, {columns} FROM tax_assessment"
        )
