"""Assessments, the facts behind them, and what waits for an approver."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Case, IntegerField, QuerySet, Sum, Value, When

from holdings.models import Holding, Unit
from imis.money import ZERO
from tax.models import Assessment, BuildingLoan, Exemption, RuleSet
from tax.queries.law import head_names, rent_table
from tax.rules.charges import Assessed, assess
from tax.rules.ruleset import Parameters
from tax.rules.valuation import ExemptionFact, Facts, RentTable, UnitFact

_IN_EFFECT = (Assessment.State.IN_FORCE, Assessment.State.SUPERSEDED)


def assessment_on(holding: int, day: date) -> Assessment | None:
    """The version that governs `day`: the one in force if it reaches that day, else the last that did."""
    return (
        Assessment.objects.filter(holding_id=holding, state__in=_IN_EFFECT, valid__contains=day)
        .annotate(past=Case(When(state=_IN_EFFECT[0], then=Value(0)), default=Value(1), output_field=IntegerField()))
        .order_by("past", "-version")
        .first()
    )


def assessment_history(holding: int) -> QuerySet[Assessment]:
    """All versions of a holding, newest first."""
    return Assessment.objects.filter(holding_id=holding).select_related("rule_set").order_by("-version")


def proposals_waiting(wards: list[int] | None = None) -> QuerySet[Assessment]:
    """Proposed versions that await an approver, in the order of the collector's route; None asks for every ward."""
    found = Assessment.objects.filter(state=Assessment.State.PROPOSED).select_related("holding", "holding__road")
    if wards is not None:
        found = found.filter(holding__ward_id__in=wards)
    return found.order_by("holding__ward_id", "holding__route_order", "holding_id")


def facts_of(holding: Holding, day: date, table: RentTable) -> Facts:
    """What the register and the tax know of a holding on `day`, with the rent that applies to each unit."""
    units = [_unit_fact(unit, holding, table) for unit in Unit.objects.filter(holding=holding, valid__contains=day)]
    loans = BuildingLoan.objects.filter(holding=holding, valid__contains=day)
    interest: Decimal = loans.aggregate(total=Sum("yearly_interest_amount"))["total"] or ZERO
    exemptions = Exemption.objects.filter(holding=holding, valid__contains=day).order_by("id")
    return Facts(
        tuple(sorted(units, key=lambda u: (u.storey, u.id))),
        interest,
        tuple(ExemptionFact(e.pk, e.kind, e.percent, e.area_cap_sqft, e.legal_ref) for e in exemptions),
    )


def assessed_by_the_rules(holding: Holding, day: date, rule_set: RuleSet) -> Assessed:
    """What the pure rules make of one holding: the reference the set-based statement is tested against."""
    facts = facts_of(holding, day, rent_table(rule_set))
    return assess(facts, Parameters.from_json(rule_set.parameters), head_names())


def _unit_fact(unit: Unit, holding: Holding, table: RentTable) -> UnitFact:
    rate = table.rate(
        zone=holding.ward.zone, use=unit.use, frontage=holding.frontage, structure=unit.structure, storey=unit.storey
    )
    return UnitFact(
        unit.pk, unit.storey, unit.use, unit.structure, unit.occupancy, unit.area_sqft, unit.monthly_rent_amount, rate
    )
