"""Refuses rows that may not be the registered building they are taken for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from holdings.models import Building, SurveyFile
from holdings.statements import statement
from imis.access import ward_scope
from imis.errors import IMISError, NotAllowed, Refused
from imis.models import User

# So many row numbers are named in one sentence.
_NAMED = 10


def refuse_claims(*, file: SurveyFile, by: User, rows: Sequence[int] | None = None) -> None:
    """Looks at the waiting rows of a file (or `rows` of them) that would redraw or take over a building.

    Raises NotAllowed when the building stands in a ward outside the user's scope; Refused when the outline that a
    person took for it does not touch it, or when two rows of the file would draw one building.
    """
    if not Building.objects.exists():
        return
    with connection.cursor() as cursor:
        asked = {"file": file.pk, "wards": ward_scope(by), "rows": None if rows is None else list(rows)}
        cursor.execute(statement("survey/claims"), asked)
        found = cursor.fetchall()
    if found:
        kind, _number, number_of_building, ward = found[0]
        same = [number for code, number, building, _ward in found if (code, building) == (kind, number_of_building)]
        raise _refusal(kind, same, number_of_building, ward)


def _refusal(kind: str, rows: list[int], building: str, ward: int) -> IMISError:
    facts = {"rows": ", ".join(map(str, rows[:_NAMED])), "bin": building, "ward": ward}
    if kind == "ward":
        return NotAllowed(
            _("Row %(rows)s is taken for building %(bin)s of ward %(ward)s, outside your area of work.") % facts,
            remedy=_("Settle the row otherwise, or leave it to somebody who works in that ward."),
        )
    if kind == "far":
        return Refused(
            _("The outline of row %(rows)s does not touch building %(bin)s of the register.") % facts,
            remedy=_("Choose the building it lies on, or say that it is a new one."),
        )
    return Refused(
        _("Building %(bin)s can be drawn by one row of the file only; row %(rows)s cannot be it as well.") % facts,
        remedy=_("Say which row is the building of the register; the others are new or left out."),
    )
