"""Reads what a program asks of OGC API Features: numbers, boxes, moments and values, each by a strict grammar.

Python's own readers take more than the standard does: underscores, blanks, figures of any script.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from layers.spec import Attribute, Kind

Box = tuple[float, float, float, float]
_WHOLE = re.compile(r"[-+]?[0-9]{1,19}")
_NUMBER = re.compile(r"[-+]?([0-9]{1,20}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][-+]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339, as the standard asks.
_CLOCK, _ZONE = r"[0-9]{2}:[0-9]{2}:[0-9]{2}", r"([Zz]|[-+][0-9]{2}:[0-9]{2})"
_MOMENT = re.compile(rf"({_DAY.pattern}[Tt]{_CLOCK})(\.[0-9]+)?{_ZONE}")


class BadRequest(ValueError):
    """A parameter that cannot be understood: its name and what is wanted instead."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name}: {wanted}")
        self.name, self.wanted = name, wanted


def boxes_of(text: str) -> tuple[Box, ...]:
    """The boxes of a `bbox` parameter: west,south,east,north in degrees; of six numbers the heights do not count.

    A box whose west lies east of its east crosses the date line and becomes two. Raises BadRequest.
    """
    wanted = "west,south,east,north in degrees (longitude first)"
    parts = text.split(",")
    if not all(_NUMBER.fullmatch(part) for part in parts):
        raise BadRequest("bbox", wanted)
    numbers = [float(part) for part in parts]
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4:
        raise BadRequest("bbox", wanted)
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadRequest("bbox", wanted)
    if west <= east:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east, north))


def check_moment(text: str) -> None:
    """Raises BadRequest unless `datetime` is a moment, a day, or an interval of them.

    The collections say no extent in time, so every feature belongs to every moment: nothing is filtered by it.
    """
    ends = text.split("/")
    moments = [_is_moment(end) for end in ends if len(ends) == 1 or end not in ("", "..")]
    if len(ends) > 2 or not moments or not all(moments):
        raise BadRequest("datetime", "2026-07-01T00:00:00Z, 2026-07-01, or two of them with / between (.. for open)")


def value_of(attribute: Attribute, text: str) -> Any:
    """The value that a text stands for. Raises BadRequest."""
    if "\x00" in text:
        raise BadRequest(attribute.name, "text without NUL")
    try:
        return _value(attribute.kind, text)
    except (ValueError, KeyError) as error:
        raise BadRequest(attribute.name, attribute.kind.value) from error


def _value(kind: Kind, text: str) -> Any:
    if kind is Kind.INTEGER:
        number = int(_fitting(_WHOLE, text))
        if not -(2**31) <= number < 2**31:
            raise ValueError(text)
        return number
    if kind is Kind.NUMBER:
        return float(_fitting(_NUMBER, text))
    if kind is Kind.BOOLEAN:
        return {"true": True, "false": False}[text]
    return date.fromisoformat(_fitting(_DAY, text)) if kind is Kind.DATE else text


def _fitting(grammar: re.Pattern[str], text: str) -> str:
    if not grammar.fullmatch(text):
        raise ValueError(text)
    return text


def _is_moment(text: str) -> bool:
    """True for a moment or a day that there is."""
    found = _MOMENT.fullmatch(text)
    if not found and not _DAY.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(found[1].upper() if found else text)
    except ValueError:
        return False
    return True
