"""What can be wrong with a row of any intake, as a person reads it; apps add words for their own codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from holdings.intake.spec import Intake, Words
from holdings.problem_words import Told
from imis.bangla import digits, grouped

SHAPES = {
    "point": gettext_lazy("a point"),
    "line": gettext_lazy("a line"),
    "polygon": gettext_lazy("an area"),
    "other": gettext_lazy("a mixture of shapes"),
    "none": gettext_lazy("nothing"),
}
UNITS = {
    "mm": gettext_lazy("mm"),
    "cm": gettext_lazy("cm"),
    "m": gettext_lazy("m"),
    "in": gettext_lazy("inch"),
    "inch": gettext_lazy("inch"),
    "ft": gettext_lazy("ft"),
}
_AGAIN = gettext_lazy("Correct it in the map software and bring the file again.")
GENERAL: dict[str, Words] = {
    "broken_geometry": Words(
        gettext_lazy("Broken drawing"), gettext_lazy("The drawing of this row cannot be read."), _AGAIN
    ),
    "no_geometry": Words(gettext_lazy("No place"), gettext_lazy("The row has no place on the map."), _AGAIN),
    "wrong_shape": Words(
        gettext_lazy("Wrong kind of drawing"),
        gettext_lazy("The row is drawn as %(found)s; this kind of file needs %(wanted)s."),
        gettext_lazy("Export the right layer, or draw it anew."),
    ),
    "invalid_outline": Words(
        gettext_lazy("Crossed outline"), gettext_lazy("The outline of this row crosses itself."), _AGAIN
    ),
    "empty_shape": Words(
        gettext_lazy("Drawing without size"), gettext_lazy("All points of the drawing lie in one place."), _AGAIN
    ),
    "wrong_crs": Words(
        gettext_lazy("Wrong coordinate system"),
        gettext_lazy("The place %(value)s does not fit the file's coordinate system; it would fit EPSG:%(likely)s."),
        gettext_lazy("State the true coordinate system of the file."),
    ),
    "swapped_axes": Words(
        gettext_lazy("Axes swapped"),
        gettext_lazy("Longitude and latitude of %(value)s are swapped: so the row stands far from the city."),
        gettext_lazy("Swap the two in the software that wrote the file, and bring it again."),
    ),
    "outside_city": Words(
        gettext_lazy("Outside the city"),
        gettext_lazy("The row stands in no ward; the nearest is %(metres)s m away."),
        gettext_lazy("Leave it out, or correct its place."),
    ),
    "surplus_cells": Words(
        gettext_lazy("More cells than headings"),
        gettext_lazy("The row has more cells than the table has headings: the others may be shifted."),
        gettext_lazy("Correct the line and bring the row in another file."),
    ),
    "missing_value": Words(
        gettext_lazy("Missing value"),
        gettext_lazy("The row has no value for this field, which it needs."),
        gettext_lazy("Name the column that holds it, or complete the file."),
    ),
    "bad_choice": Words(
        gettext_lazy("Unknown word"),
        gettext_lazy("“%(value)s” is none of the words of this list."),
        gettext_lazy("Write one of: %(choices)s."),
    ),
    "bad_number": Words(
        gettext_lazy("Not a number here"),
        gettext_lazy("“%(value)s” is not a number between %(smallest)s and %(largest)s %(unit)s."),
        gettext_lazy("Correct it, or state in which unit the column is measured."),
    ),
    "bad_date": Words(
        gettext_lazy("Not a date"),
        gettext_lazy("“%(value)s” is not a date."),
        gettext_lazy("Write year-month-day or day/month/year."),
    ),
    "too_long": Words(
        gettext_lazy("Too long"),
        gettext_lazy("The text has more than %(most)s signs."),
        gettext_lazy("Shorten it, or choose another column."),
    ),
    "unknown_ward": Words(
        gettext_lazy("Unknown ward"),
        gettext_lazy("“%(value)s” is no ward of the city."),
        gettext_lazy("Correct the ward."),
    ),
    "unknown_road": Words(
        gettext_lazy("Unknown road"),
        gettext_lazy("The ward has no road “%(value)s”."),
        gettext_lazy("Write the road's code or name as the register has it."),
    ),
    "unknown_building": Words(
        gettext_lazy("Unknown building"),
        gettext_lazy("The register has no building “%(value)s”."),
        gettext_lazy("Bring in the survey with this building first, then check again."),
    ),
    "unknown_holding": Words(
        gettext_lazy("Unknown holding"),
        gettext_lazy("The register has no holding “%(value)s” there."),
        gettext_lazy("The row waits; once the register has the holding, check the file again."),
    ),
    "ambiguous_holding": Words(
        gettext_lazy("Several holdings"),
        gettext_lazy("%(found)s holdings of the ward have the number “%(value)s”."),
        gettext_lazy("Add the road, or write the holding code."),
    ),
    "holding_needs_ward": Words(
        gettext_lazy("Ward not known"),
        gettext_lazy("A holding number such as “%(value)s” stands in many wards."),
        gettext_lazy("Add a column with the ward, or write the holding code."),
    ),
    "duplicate_row": Words(
        gettext_lazy("Row stands twice"),
        gettext_lazy("The row is the same as row %(first)s."),
        gettext_lazy("Leave one of them out."),
    ),
    "duplicate_code": Words(
        gettext_lazy("Code stands twice"),
        gettext_lazy("Row %(first)s has the code “%(value)s” already."),
        gettext_lazy("Give each its own code, or leave one out."),
    ),
    "known_code": Words(
        gettext_lazy("Known already"),
        gettext_lazy("“%(value)s” was entered before."),
        gettext_lazy("Leave the row out, or give it a code of its own."),
    ),
}


def words_of(intake: Intake, code: str) -> Words:
    """The words of a problem: the app's own, else the general ones, else the code itself."""
    return intake.problems.get(code) or GENERAL.get(code) or Words(code, code, "")


def field_title(intake: Intake, name: str) -> str:
    """A field's title in the active language; "geometry" is the drawing, "" the whole row."""
    if name == "geometry":
        return _("drawing")
    return next((str(field.title) for field in intake.fields if field.name == name), name)


def tell(intake: Intake, code: str, *, field: str, value: str, details: dict[str, Any]) -> Told:
    """A problem in the active language, from its code, value and details."""
    words = words_of(intake, code)
    facts: dict[str, str] = {"unit": "", "likely": "?", "first": "", "found": "", "metres": "", "most": ""}
    facts |= {"smallest": "", "largest": "", "choices": "", "wanted": "", "ward": ""}
    facts |= {key: _said(fact) for key, fact in details.items() if fact is not None}
    facts["unit"] = unit_words(facts["unit"])
    # What a person wrote is quoted as they wrote it; where a drawing stands was read off by us.
    facts["value"] = _said(value) if field == "geometry" else value
    if "metres" in details:
        facts["metres"] = grouped(details["metres"], _language())
    if code == "wrong_shape":
        facts["found"] = str(SHAPES.get(details.get("found", "none"), ""))
        facts["wanted"] = _(" or ").join(str(SHAPES[shape.value]) for shape in intake.shapes)
    if code == "bad_choice":
        known = intake.field(field).choices
        facts["choices"] = ", ".join(str(choice.title) for choice in (known() if known else []))
    return Told(str(words.title), str(words.sentence) % facts, str(words.remedy) % facts, field_title(intake, field))


def unit_words(unit: str) -> str:
    """A unit of measure in the active language; another as it is written."""
    return str(UNITS.get(unit, unit))


def _language() -> str:
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


def _said(fact: Any) -> str:
    text = str(fact)
    return digits(text) if _language() == "bn" else text
