"""States what a staged survey means: which column feeds which field, and in which coordinate system it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from holdings.models import SurveyEnding, SurveyFile, SurveyRow
from holdings.placing import RowTables, place_again
from holdings.problem_words import field_words
from holdings.rules import survey as rules
from imis.audit import record
from imis.errors import BadInput, Refused
from imis.models import User

_TABLES = RowTables("holdings_surveyrow", "holdings_surveyending")


@transaction.atomic
def map_columns(
    *, file: SurveyFile, columns: dict[str, str], blanks: dict[str, str] | None = None, by: User, at: datetime
) -> SurveyFile:
    """Sets which column feeds which field ("=word" gives every row one value); the file must be checked again.

    "=footprint" for area_sqft takes the footprint's area for each storey. `blanks` says what a field is where the
    cell of its column is blank; the rows themselves stay as they came. Raises BadInput for an unknown field, column
    or word, and for a value that cannot stand for blank cells.
    """
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    for field, column in columns.items():
        if field not in rules.FIELDS:
            raise BadInput(_("The register has no field “%(field)s”.") % {"field": field}, field=field)
        if not column.startswith("=") and column not in file.fields:
            raise BadInput(_("The file has no column “%(column)s”.") % {"column": column}, field=field)
        if column.startswith("=") and field in rules.CODED and rules.meaning(field, column[1:]) is None:
            raise _not_a_word(field, column[1:])
    file.columns, file.blanks = columns, _blanks(columns, blanks or {})
    if file.rows.filter(ending=None).exists():
        file.state = SurveyFile.State.STAGED  # also after a first application: the rows that wait were read otherwise
    file.save(update_fields=["columns", "blanks", "state"])
    said = {"columns": columns, "blanks": file.blanks} if file.blanks else {"columns": columns}
    record(by=by, at=at, action="map_survey_columns", object_type="survey_file", object_id=file.pk, **said)
    return file


def _blanks(columns: dict[str, str], blanks: dict[str, str]) -> dict[str, str]:
    for field, value in blanks.items():
        if columns.get(field, "=").startswith("="):
            raise BadInput(
                _("“%(field)s” has no column, so it has no blank cells.") % {"field": field_words(field)}, field=field
            )
        if field in rules.CODED and not rules.may_fill(field, value):
            raise _not_a_word(field, value)
        if not rules.may_fill(field, value):
            raise BadInput(
                _("“%(value)s” cannot stand for the blank cells of “%(field)s”.")
                % {"value": value, "field": field_words(field)},
                field=field,
            )
    return {field: value.strip() for field, value in blanks.items()}


def _not_a_word(field: str, word: str) -> BadInput:
    return BadInput(_("“%(word)s” is not a word of the register.") % {"word": word}, field=field)


@transaction.atomic
def state_srid(*, file: SurveyFile, srid: int, by: User, at: datetime) -> SurveyFile:
    """States in which coordinate system the file truly is, and places its waiting rows by it; check it again.

    Raises Refused when rows were applied already and BadInput for a system the coordinates cannot be in.
    """
    file = SurveyFile.objects.select_for_update().get(pk=file.pk)
    if SurveyEnding.objects.filter(file_id=file.pk, outcome=SurveyRow.Outcome.APPLIED).exists():
        raise Refused(_("Rows of this file are in the register already; their place is not changed any more."))
    place_again(_TABLES, file=file.pk, declared=file.srid, srid=srid)
    file.srid, file.state = srid, SurveyFile.State.STAGED
    file.save(update_fields=["srid", "state"])
    record(by=by, at=at, action="state_survey_srid", object_type="survey_file", object_id=file.pk, srid=srid)
    return file
