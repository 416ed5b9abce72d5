"""Settles rows that wait: a person decides, and the decision carries the person's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from holdings.models import Building, SurveyFile, SurveyProblem, SurveyReading, SurveyRow, Ward
from holdings.rules.survey import allowed_decisions
from holdings.services.survey_claims import refuse_claims
from imis.audit import record
from imis.errors import BadInput, Refused
from imis.models import User

Decision = SurveyRow.Decision


@transaction.atomic
def settle_rows(
    *,
    file: SurveyFile,
    rows: Sequence[int],
    decision: str,
    by: User,
    at: datetime,
    ward: int | None = None,
    building: int | None = None,
) -> int:
    """Decides the waiting rows with these row numbers: new | same | further | reject; "" takes a decision back.

    `ward` settles where the rows belong, `building` (its id) which registered building a `same` row is. Nothing is
    entered before the file is applied. Raises Refused when the problems of a row do not allow the decision, or when
    it cannot be the building it is said to be; NotAllowed when that one stands in a ward outside the user's scope.
    Returns how many rows were decided.
    """
    # Two people who say "same" at once wait for each other here: one building is drawn by one row.
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    _refuse_unknown(decision, ward, building)
    waiting = list(file.rows.select_for_update(of=["self"]).filter(number__in=rows, ending=None).order_by("number"))
    if decision not in (Decision.NONE, Decision.REJECT):
        _allow(file, waiting, decision, ward, building)
    _decide(waiting, decision, ward, building, by, at)
    if decision in (Decision.SAME, Decision.FURTHER):
        refuse_claims(file=file, by=by, rows=[row.number for row in waiting])
    record(
        by=by,
        at=at,
        action="settle_survey_rows",
        object_type="survey_file",
        object_id=file.pk,
        decision=decision,
        rows=[row.number for row in waiting],
        ward_decided=ward,
        building=building,
    )
    return len(waiting)


def _refuse_unknown(decision: str, ward: int | None, building: int | None) -> None:
    if decision not in Decision.values:
        raise BadInput(_("Choose what to do with the row."), field="decision")
    if ward is not None and not Ward.objects.filter(pk=ward).exists():
        raise BadInput(_("Ward %(ward)s is not in the register.") % {"ward": ward}, field="ward")
    if building is not None and not Building.objects.filter(pk=building).exists():
        raise BadInput(_("This building is not in the register."), field="building")


def _allow(file: SurveyFile, rows: list[SurveyRow], decision: str, ward: int | None, building: int | None) -> None:
    if file.state == SurveyFile.State.STAGED:
        raise Refused(_("This file was not checked yet."), remedy=_("Check the file first."))
    codes: dict[int, list[str]] = defaultdict(list)
    found = SurveyProblem.objects.filter(row__in=rows, blocking=True).values_list("row_id", "code")
    for row_id, code in found:
        codes[row_id].append(code)
    readings = SurveyReading.objects.in_bulk([row.pk for row in rows])
    for row in rows:
        reading = readings.get(row.pk)
        if reading is None:
            raise Refused(
                _("Row %(row)s was not checked yet.") % {"row": row.number}, remedy=_("Check the file first.")
            )
        if decision not in allowed_decisions(codes[row.pk]):
            raise Refused(
                _("Row %(row)s cannot be settled this way.") % {"row": row.number},
                remedy=_("Leave it out and bring the corrected row in another file."),
            )
        if ward is None and reading.ward_number is None:
            raise Refused(
                _("Row %(row)s needs a ward.") % {"row": row.number}, remedy=_("Choose the ward it belongs to.")
            )
        if decision == Decision.SAME and building is None and reading.building_id is None:
            raise Refused(
                _("Row %(row)s has no building of the register to be the same as.") % {"row": row.number},
                remedy=_("Choose the building."),
            )


def _decide(
    rows: list[SurveyRow], decision: str, ward: int | None, building: int | None, by: User, at: datetime
) -> None:
    for row in rows:
        row.decision = decision
        row.decided_ward_id = ward
        row.decided_building_id = building
        row.decided_by = by if decision else None
        row.decided_at = at if decision else None
    SurveyRow.objects.bulk_update(
        rows, ["decision", "decided_ward", "decided_building", "decided_by", "decided_at"], batch_size=2000
    )
    if ward is not None:
        SurveyReading.objects.filter(row__in=rows).update(ward_number=ward)
