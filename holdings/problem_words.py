"""What each problem of a survey row means and what to do about it, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from imis.bangla import digits

# code → short title, sentence (filled from the problem's value and details), remedy
_WORDS: dict[str, tuple[Any, Any, Any]] = {
    "broken_geometry": (
        gettext_lazy("Broken geometry"),
        gettext_lazy("The outline cannot be read: a ring is not closed or has too few points."),
        gettext_lazy("Draw the outline again in the survey software and bring the row in another file."),
    ),
    "empty_geometry": (
        gettext_lazy("No geometry"),
        gettext_lazy("The row has no outline."),
        gettext_lazy("Draw the building and bring the row in another file, or leave the row out."),
    ),
    "not_a_polygon": (
        gettext_lazy("Not a polygon"),
        gettext_lazy("The geometry is a line or a mixture, not the outline of a building."),
        gettext_lazy("Export the building polygons and bring the row in another file."),
    ),
    "zero_area": (
        gettext_lazy("No area"),
        gettext_lazy("The outline encloses nothing."),
        gettext_lazy("Draw the outline again, or leave the row out."),
    ),
    "wrong_crs": (
        gettext_lazy("Wrong coordinate system"),
        gettext_lazy("The coordinates %(value)s are not in the city when read as EPSG:%(declared)s."),
        gettext_lazy("State the true coordinate system on the page of the file; EPSG:%(likely)s would fit."),
    ),
    "swapped_axes": (
        gettext_lazy("Swapped axes"),
        gettext_lazy("Longitude and latitude stand in each other's place (%(value)s)."),
        gettext_lazy("Export again with longitude first; EPSG:%(srid)s then fits."),
    ),
    "outside_wards": (
        gettext_lazy("Outside every ward"),
        gettext_lazy("The building stands in no ward, about %(metres)s m from the nearest."),
        gettext_lazy("Correct its place, choose its ward, or leave the row out."),
    ),
    "unknown_ward": (
        gettext_lazy("Unknown ward"),
        gettext_lazy("Ward “%(value)s” is not in the register."),
        gettext_lazy("Choose the ward it belongs to, or leave the row out."),
    ),
    "ward_mismatch": (
        gettext_lazy("Stands in another ward"),
        gettext_lazy("The row says ward %(value)s, but the building stands in ward %(stands)s."),
        gettext_lazy("Choose the ward it belongs to."),
    ),
    "missing_ward": (
        gettext_lazy("Ward not stated"),
        gettext_lazy("The row states no ward; the building stands in ward %(stands)s."),
        gettext_lazy("Nothing to do if that ward is right."),
    ),
    "straddles_ward": (
        gettext_lazy("Across a ward line"),
        gettext_lazy("%(outside)s %% of the building lies outside ward %(value)s."),
        gettext_lazy("Nothing to do if the ward is right; else correct the outline or the ward line."),
    ),
    "invalid_ring": (
        gettext_lazy("Invalid outline"),
        gettext_lazy(
            "The outline crosses itself (%(reason)s). A repair would keep %(kept)s %% of the ground it encloses."
        ),
        gettext_lazy("Look at the repair: accept it as new, or draw the outline again."),
    ),
    "duplicate_row": (
        gettext_lazy("Same building twice"),
        gettext_lazy("The outline is that of row %(first)s."),
        gettext_lazy("Leave this row out."),
    ),
    "duplicate_bin": (
        gettext_lazy("Building number twice"),
        gettext_lazy("Building number %(value)s already stands on row %(first)s."),
        gettext_lazy("Correct the number and bring the row in another file, or leave it out."),
    ),
    "duplicate_number": (
        gettext_lazy("Holding number twice"),
        gettext_lazy("Holding number %(value)s already stands on the same road (%(where)s)."),
        gettext_lazy("If it is a further building of the same holding, say so; else leave the row out and correct it."),
    ),
    "overlap": (
        gettext_lazy("Overlap"),
        gettext_lazy("%(share)s %% of the smaller building also lies under row %(others)s."),
        gettext_lazy("Say whether it is a building of its own, or leave the row out."),
    ),
    "slight_overlap": (
        gettext_lazy("Slight overlap"),
        gettext_lazy("%(share)s %% of the smaller building also lies under row %(others)s."),
        gettext_lazy("Nothing to do now; correct the outlines when they are next surveyed."),
    ),
    "register_conflict": (
        gettext_lazy("Conflict with the register"),
        gettext_lazy("It lies partly on building %(bin)s of the register, and it is not plain whether it is the same."),
        gettext_lazy("Say whether it is the same building or a new one."),
    ),
    "register_split": (
        gettext_lazy("Split building"),
        gettext_lazy("Building %(bin)s of the register is drawn here as several."),
        gettext_lazy("Say which piece keeps the number (same); the others are new."),
    ),
    "missing_number": (
        gettext_lazy("No holding number"),
        gettext_lazy("The row states no holding number."),
        gettext_lazy("The building is entered; its holding follows when it has a number."),
    ),
    "nothing_to_enter": (
        gettext_lazy("Nothing to enter"),
        gettext_lazy("The row has neither an outline nor a holding number."),
        gettext_lazy("Leave the row out."),
    ),
    "surplus_cells": (
        gettext_lazy("More cells than headings"),
        gettext_lazy("The row has more cells than the table has headings: the others may be shifted."),
        gettext_lazy("Look whether each cell stands under its heading; if not, leave the row out and correct it."),
    ),
    "unknown_road": (
        gettext_lazy("New road"),
        gettext_lazy("Ward %(ward)s has no road “%(value)s” in the register (%(rows)s rows)."),
        gettext_lazy("It is entered as a new road; correct the spelling first if it is an old one."),
    ),
    "unknown_word": (
        gettext_lazy("Unknown word"),
        gettext_lazy("“%(value)s” is not a word the register knows."),
        gettext_lazy("The field stays empty; correct the word in the file if it matters."),
    ),
    "bad_number": (
        gettext_lazy("Not a number"),
        gettext_lazy("“%(value)s” cannot be read as a number, or is out of range."),
        gettext_lazy("The field stays empty; correct it in the file if it matters."),
    ),
    "bad_mobile": (
        gettext_lazy("Not a mobile number"),
        gettext_lazy("“%(value)s” is not a mobile number of Bangladesh."),
        gettext_lazy("The field stays empty; correct it in the file if it matters."),
    ),
    "too_long": (
        gettext_lazy("Too long"),
        gettext_lazy("The text is longer than %(most)s signs."),
        gettext_lazy("The field stays empty; shorten it in the file."),
    ),
    "owner_differs": (
        gettext_lazy("Another owner"),
        gettext_lazy("Another owner of this holding is named already (%(where)s)."),
        gettext_lazy("The owner named first stays; a change of owner is a name transfer."),
    ),
    "units_differ": (
        gettext_lazy("Other units than registered"),
        gettext_lazy("“%(value)s” is not what the register's units of this holding say."),
        gettext_lazy("A survey does not change the units; look whether the holding must be assessed anew."),
    ),
}
FIELD_WORDS: dict[str, Any] = {
    "geometry": gettext_lazy("outline"),
    "bin": gettext_lazy("building no."),
    "ward": gettext_lazy("ward no."),
    "road": gettext_lazy("road"),
    "mahalla": gettext_lazy("mahalla"),
    "number": gettext_lazy("holding number"),
    "old_number": gettext_lazy("old holding no."),
    "storeys": gettext_lazy("storeys"),
    "structure": gettext_lazy("structure"),
    "use": gettext_lazy("use"),
    "frontage": gettext_lazy("frontage"),
    "occupancy": gettext_lazy("occupancy"),
    "built_year": gettext_lazy("year built"),
    "area_sqft": gettext_lazy("area (sq ft)"),
    "rent": gettext_lazy("monthly rent"),
    "owner_bn": gettext_lazy("owner's name"),
    "owner_en": gettext_lazy("owner's name in English"),
    "guardian": gettext_lazy("father/husband"),
    "mobile": gettext_lazy("mobile"),
}


@dataclass(frozen=True)
class Told:
    """One problem as a person reads it."""

    title: str
    sentence: str
    remedy: str
    field: str


def title(code: str) -> str:
    """The short name of a kind of problem."""
    return str(_WORDS[code][0]) if code in _WORDS else code


def field_words(field: str) -> str:
    """A field's name in the active language."""
    return str(FIELD_WORDS.get(field, field))


def tell(code: str, *, field: str, value: str, details: dict[str, Any]) -> Told:
    """A problem in the active language, from its code, value and details."""
    short, sentence, remedy = _WORDS[code]
    facts = {
        "value": value,
        "declared": "?",
        "likely": "?",
        "srid": "?",
        "stands": "",
        "outside": "",
        "reason": "",
        "kept": "",
        "first": "",
        "share": "",
        "bin": value,
        "metres": "",
        "most": "",
        "ward": "",
        "rows": "",
    }
    facts.update({key: _said(fact) for key, fact in details.items() if fact is not None})
    facts["where"] = _where(details)
    facts["others"] = ", ".join(map(_said, details.get("others", [])))
    if code != "wrong_crs" and code != "swapped_axes":
        facts["value"] = _said(value)
    return Told(str(short), str(sentence) % facts, str(remedy) % facts, field_words(field))


def _where(details: dict[str, Any]) -> str:
    if "first" in details:
        return _("row %(row)s") % {"row": _said(details["first"])}
    return _("in the register")


def _said(fact: Any) -> str:
    text = str(fact)
    return digits(text) if (get_language() or "bn").startswith("bn") else text
