"""Assessing: a ward at once or one holding; approving what was lowered.

A first or raised value goes in force at once where the rule set says so; a lowered one waits for another officer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from holdings.models import Holding
from imis import audit, spoken
from imis.errors import BadInput, Refused
from imis.fiscal import FiscalYear, fiscal_year_of
from imis.models import User
from imis.money import paisa
from tax.models import Assessment, RuleSet
from tax.queries.law import head_names
from tax.queries.statements import label_json, statement
from tax.rules.explanation import percent_text
from tax.rules.ruleset import OwnerReliefBase, Parameters, Reliefs
from tax.services.locks import lock_wards, wards_of

_WARDS = "h.ward_id = ANY(%(wards)s)"
_HOLDINGS = "h.id = ANY(%(holdings)s)"
# How far back a value may begin: a general assessment is due every five years (tax-rules.md §4).
YEARS_BACK = 5


@dataclass(frozen=True)
class AssessmentOutcome:
    """How many holdings got a first value, a raised one, one to be approved, none; and why some were left out.

    `withdrawn` holds the keys of proposals that waited and no longer say what the facts are.
    """

    first: int = 0
    raised: int = 0
    proposed: int = 0
    unchanged: int = 0
    withdrawn: tuple[int, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)


def assess_ward(
    *,
    ward: int | Sequence[int] | None,
    rule_set: RuleSet,
    valid_from: date,
    by: User,
    at: datetime,
) -> AssessmentOutcome:
    """Assess every active holding of a ward, of several or (None) of all, with effect from `valid_from`.

    Holdings whose facts and rule set are those of the version in force on that day are left alone, so a second run
    writes nothing. A version ends with the first loan or exemption that it counts. Refused when the rule set is not
    adopted; BadInput for a day too far off.
    """
    wards = wards_of(ward)
    _require_adopted(rule_set)
    _require_near(valid_from, at)
    with transaction.atomic():
        lock_wards(wards)
        outcome = _assess(_WARDS, {"wards": wards}, rule_set, valid_from, by=by, at=at)
        audit.record(
            by=by,
            at=at,
            action="assess_ward",
            object_type="rule_set",
            object_id=rule_set.code,
            ward=wards[0] if len(wards) == 1 else None,
            wards=wards,
            valid_from=valid_from,
            **{**outcome.__dict__, "withdrawn": len(outcome.withdrawn)},
            withdrawn_ids=outcome.withdrawn[:1000],
        )
    return outcome


def propose_assessment(
    *,
    holding: int,
    rule_set: RuleSet,
    valid_from: date,
    reason: str,
    by: User,
    at: datetime,
    kind: str = Assessment.Kind.INTERIM,
) -> Assessment:
    """Propose a new version for one holding from its present facts; it waits for an approver whatever its value.

    Refused without a reason, for a holding that cannot be valued, or when nothing changed.
    """
    _require_adopted(rule_set)
    _require_near(valid_from, at)
    if not reason.strip():
        raise Refused(_("A proposal needs a reason."), remedy=_("Say why the value changes."))
    with transaction.atomic():
        lock_wards([Holding.objects.values_list("ward_id", flat=True).get(pk=holding)])
        this = {"holdings": [holding]}
        outcome = _assess(_HOLDINGS, this, rule_set, valid_from, by=by, at=at, kind=kind, reason=reason, waits=True)
        if not outcome.proposed:
            raise Refused(
                _("There is nothing to propose for this holding."),
                remedy=_("Its facts give the value already in force, or it cannot be valued: check units and rents."),
            )
        made = Assessment.objects.filter(holding_id=holding).latest("version")
        audit.record(
            by=by,
            at=at,
            action="propose_assessment",
            object_type="assessment",
            object_id=made.pk,
            holding=holding,
            annual_value=made.annual_value,
            before=made.previous_annual_value,
            withdrawn_ids=outcome.withdrawn,
        )
    return made


def approve_assessments(*, by: User, at: datetime, ward: int | None = None, ids: Sequence[int] | None = None) -> int:
    """Put proposed versions of a ward, or those named, in force; returns how many.

    Refused when one is not a proposal any more, stands on facts or on a value that have changed since, or would be
    lowered by the officer who proposed it.
    """
    if (ward is None) == (ids is None):
        raise ValueError("name a ward or the assessments, not both")
    with transaction.atomic():
        chosen = Assessment.objects.filter(state=Assessment.State.PROPOSED)
        chosen = chosen.filter(holding__ward_id=ward) if ward is not None else chosen.filter(pk__in=ids or [])
        wards = list(chosen.values_list("holding__ward_id", flat=True).distinct().order_by())
        lock_wards(wards)
        keys = list(chosen.order_by("holding_id").values_list("pk", flat=True))
        if ids is not None and len(keys) != len(set(ids)):
            raise Refused(_("Some of these are not waiting for approval."), remedy=_("Load the list again."))
        _refuse_lowering_alone(keys, by)
        _refuse_outdated(keys)
        _put_in_force(keys, by, at)
        audit.record(
            by=by,
            at=at,
            action="approve_assessments",
            object_type="assessment",
            object_id=keys[0] if keys else 0,
            ward=ward,
            count=len(keys),
            wards=wards,
            ids=keys[:1000],
        )
    return len(keys)


def reject_assessment(*, assessment: int, reason: str, by: User, at: datetime) -> None:
    """Reject a proposal, with a reason in the audit. Refused when it is not waiting."""
    if not reason.strip():
        raise Refused(_("A rejection needs a reason."))
    with transaction.atomic():
        # Who approves the ward at the same time is waited for.
        lock_wards(Assessment.objects.filter(pk=assessment).values_list("holding__ward_id", flat=True))
        done = Assessment.objects.filter(pk=assessment, state=Assessment.State.PROPOSED).update(
            state=Assessment.State.REJECTED
        )
        if not done:
            raise Refused(_("This is not waiting for approval."), remedy=_("Load the list again."))
        audit.record(
            by=by, at=at, action="reject_assessment", object_type="assessment", object_id=assessment, reason=reason
        )


def _assess(
    scope: str,
    where: dict[str, Any],
    rule_set: RuleSet,
    valid_from: date,
    *,
    by: User,
    at: datetime,
    kind: str = Assessment.Kind.GENERAL,
    reason: str = "",
    waits: bool = False,
) -> AssessmentOutcome:
    parameters = Parameters.from_json(rule_set.parameters)
    arguments = {
        **where,
        **_law(parameters, rule_set),
        "valid_from": valid_from,
        "by": by.pk,
        "at": at,
        "kind": kind,
        "reason": reason,
        "at_once": parameters.first_or_raised_value_in_force and not waits,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        valued = statement("assessment", scope=scope)
        cursor.execute(statement("assessment_stage", scope=scope, valued=valued), arguments)
        cursor.execute("ANALYZE assessment_stage")
        cursor.execute(statement("assessment_close"), arguments)
        cursor.execute(statement("assessment_insert"), arguments)
        cursor.execute(statement("assessment_outcome", scope=scope), arguments)
        counts = dict(cursor.fetchall())
        cursor.execute("SELECT open_id FROM assessment_stage WHERE withdraws ORDER BY open_id")
        withdrawn = tuple(key for (key,) in cursor.fetchall())
        cursor.execute("DROP TABLE assessment_stage")
    made = {name: counts.pop(name, 0) for name in ("first", "raised", "proposed", "unchanged")}
    return AssessmentOutcome(**made, withdrawn=withdrawn, skipped=counts)


def _law(parameters: Parameters, rule_set: RuleSet) -> dict[str, Any]:
    names = head_names()
    return {
        "rule_set": rule_set.pk,
        "checksum": rule_set.checksum,
        "months": parameters.maintenance_months,
        "months_text": f"{parameters.maintenance_months:f}",
        "relief_percent": parameters.owner_relief_percent,
        "relief_percent_text": percent_text(parameters.owner_relief_percent).removesuffix(" %"),
        "relief_on_gross": parameters.owner_relief_base is OwnerReliefBase.GROSS,
        "either": parameters.interest_and_owner_relief is Reliefs.EITHER,
        "floor": paisa(parameters.floor),
        "heads": [head.head for head in parameters.heads],
        "percents": [f"{head.percent:f}" for head in parameters.heads],
        "head_labels": [label_json("charge", names[head.head]) for head in parameters.heads],
    }


def _put_in_force(keys: list[int], by: User, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement("assessment_stale"), {"keys": keys})
        if cursor.fetchone() is not None:
            raise Refused(
                _("A value has changed since the proposal was made."), remedy=_("Reject it and propose it again.")
            )
        cursor.execute(statement("assessment_supersede"), {"keys": keys})
        cursor.execute(
            "UPDATE tax_assessment SET state = 'in_force', approved_by_id = %s, approved_at = %s WHERE id = ANY(%s)",
            [by.pk, at, keys],
        )


def _refuse_lowering_alone(keys: list[int], by: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement("assessment_lowered"), {"keys": keys, "by": by.pk})
        lowered = cursor.fetchone()
    if lowered is not None:
        raise Refused(_("Nobody lowers a value alone."), remedy=_("Another officer than the proposer must approve it."))


def _refuse_outdated(keys: list[int]) -> None:
    """A proposal says what the facts were when it was made; a mistake in them may have been put right since."""
    chosen = Assessment.objects.filter(pk__in=keys)
    laws = RuleSet.objects.in_bulk(chosen.values_list("rule_set", flat=True).distinct().order_by())
    holdings = list(chosen.values_list("holding", flat=True))
    for rule_set, day in chosen.values_list("rule_set", "valid__startswith").distinct().order_by():
        law = laws[rule_set]
        arguments = {
            **_law(Parameters.from_json(law.parameters), law),
            "holdings": holdings,
            "valid_from": day,
            "keys": keys,
        }
        with connection.cursor() as cursor:
            valued = statement("assessment", scope=_HOLDINGS)
            cursor.execute(statement("assessment_outdated", valued=valued), arguments)
            found = cursor.fetchone()
        if found is not None:
            raise Refused(
                _("The facts of holding %(holding)s have changed since its value was proposed.")
                % {"holding": spoken.figures(found[0])},
                remedy=_("Assess the ward again, then look at what waits."),
            )


def _require_near(valid_from: date, at: datetime) -> None:
    this_year = fiscal_year_of(timezone.localdate(at)).start_year
    first, last = FiscalYear(this_year - YEARS_BACK).start, FiscalYear(this_year + 1).end
    if not first <= valid_from <= last:
        raise BadInput(
            _("A value can begin between %(first)s and %(last)s.")
            % {"first": spoken.day(first), "last": spoken.day(last)},
            field="valid_from",
            remedy=_("Check the year you typed."),
        )


def _require_adopted(rule_set: RuleSet) -> None:
    if rule_set.state != RuleSet.State.ADOPTED:
        raise Refused(_("This rule set is a draft."), remedy=_("Adopt it before assessing by it."))
