"""What the cells of a file mean: columns guessed, words, dates and doors understood one by one, as rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from django.conf import settings
from django.utils import translation

from holdings.intake.spec import Field, Intake, Kind
from holdings.rules.identity import number_key, parse_code
from holdings.rules.survey import heading, road_key
from imis.bangla import fold

_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})$")
Understand = Callable[[str], str | None]


def guess_columns(intake: Intake, columns: Iterable[str]) -> dict[str, str]:
    """Field → column by heading, each column once; a heading may end in a unit ("diameter_in")."""
    by_heading: dict[str, str] = {}
    for column in columns:
        by_heading.setdefault(heading(column), column)
    chosen: dict[str, str] = {}
    for field in intake.fields:
        words = [heading(word) for word in (field.name, *titles(field.title), *field.headings)]
        asked = [*words, *(f"{word} {unit}" for unit in field.units for word in words)]
        found = (by_heading[word] for word in asked if word in by_heading)
        free = next((column for column in found if column not in chosen.values()), None)
        if free is not None:
            chosen[field.name] = free
    return chosen


def guess_units(intake: Intake, columns: dict[str, str]) -> dict[str, str]:
    """Field → the unit that its column's heading ends with."""
    found: dict[str, str] = {}
    for name, column in columns.items():
        last = heading(column).rpartition(" ")[2]
        if last in intake.field(name).units:
            found[name] = last
    return found


def titles(text: object) -> list[str]:
    """A lazy text in every language of the site."""
    said = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said.append(str(text))
    return said


def understanding(field: Field) -> Understand | None:
    """How the distinct texts of a field are understood before SQL sees them; None for kinds that SQL reads."""
    if field.kind is Kind.CHOICE:
        return _choosing(field)
    return {Kind.DATE: day, Kind.HOLDING: door, Kind.ROAD: road_key}.get(field.kind)


def _choosing(field: Field) -> Understand:
    assert field.choices is not None
    known: dict[str, str] = {}
    for choice in field.choices():
        for word in (choice.code, *titles(choice.title), *choice.aliases):
            known.setdefault(heading(word), choice.code)
    return lambda written: known.get(heading(written))


def day(written: str) -> str | None:
    """A date in ISO form from 2026-07-14, 14/07/2026 or ১৪-০৭-২০২৬; None for anything else."""
    text = fold(written).strip()
    if found := _ISO.match(text):
        year, month, number = found.groups()
    elif found := _DAY_FIRST.match(text):
        number, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        return None


def door(written: str) -> str | None:
    """A holding's code, or its number's normal form as the register keeps it."""
    try:
        return str(parse_code(written))
    except ValueError:
        return number_key(written) or None
