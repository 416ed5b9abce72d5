"""The values in a filter: each is read as the catalogue says its column is, and written anew.

MapServer writes SQL from a filter by its own rules: it does not escape a backslash and copies what looks like a date
as it stands. So text that goes there holds only signs that mean nothing to it (`plain`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from geoserver.ows.refusals import Refusal
from layers.spec import Attribute, Kind

# Of a pattern that is written anew: any text, any one sign, and what takes their meaning from them.
SIGNS = MANY, ONE, ESCAPE = ("*", "?", "!")
_LONGEST_TEXT, _LONGEST_PATTERN, _MOST_WILD = 200, 100, 10
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}
# Beside letters, the marks that Bangla writes on them, and figures of any script.
_PLAIN_SIGNS = frozenset(" -_.,/:()\u200c\u200d")
_PLAIN_CATEGORIES = ("L", "Mn", "Mc", "Nd")
# In MapServer a pattern becomes a regular expression, where these group.
_GROUPING = frozenset("()")


def value(attribute: Attribute, text: str, *, whole: bool = True) -> str:
    """A literal as its column's kind has it; `whole`: it is the whole value, so a code must be one. Raises Refusal."""
    text = text.strip()
    if attribute.kind in (Kind.INTEGER, Kind.NUMBER):
        if not _NUMBER.fullmatch(text):
            raise _unfit(attribute, _("a number, such as 12 or -0.5"))
    elif attribute.kind is Kind.BOOLEAN:
        if text not in _BOOLEANS:
            raise _unfit(attribute, "true, false")
        return _BOOLEANS[text]
    elif attribute.kind is Kind.DATE:
        return _day(attribute, text)
    else:
        _check_text(attribute, text, _LONGEST_TEXT)
        if whole and text and attribute.choices and text not in attribute.choices.values:
            raise _unfit(attribute, ", ".join(attribute.choices.values))
    return text


def pattern(attribute: Attribute, node: Element, text: str) -> str:
    """A pattern of PropertyIsLike with our own signs in the place of the client's. Raises Refusal."""
    if attribute.kind is not Kind.TEXT:
        raise _unfit(attribute, _("no pattern: the column holds no text"))
    escape = node.get("escapeChar") or node.get("escape") or "\\"
    given = (node.get("wildCard", "*"), node.get("singleChar", "_"), escape)
    if any(len(each) != 1 or each.isalnum() or each.isspace() for each in given) or len(set(given)) < 3:
        wanted = _("A pattern has three different signs: wildCard, singleChar, escapeChar.")
        raise Refusal("InvalidParameterValue", wanted)
    _check_text(attribute, text, _LONGEST_PATTERN)
    parts = _parts(text, *given)
    if sum(len(part) == 1 and part in (MANY, ONE) for part in parts) > _MOST_WILD:
        raise _unfit(attribute, _("a pattern with at most %s wildcards") % _MOST_WILD)
    return "".join(parts)


def plain(text: str, *, is_pattern: bool = False) -> str:
    """The text, which holds nothing that MapServer could read as anything but text. Raises Refusal."""
    inner = text.replace(MANY, "").replace(ONE, "") if is_pattern else text
    allowed = _PLAIN_SIGNS - _GROUPING if is_pattern else _PLAIN_SIGNS
    for sign in inner:
        if sign not in allowed and not unicodedata.category(sign).startswith(_PLAIN_CATEGORIES):
            said = _("A filter may hold letters, figures, spaces and these signs: %s") % "- _ . , / : ( )"
            raise Refusal("InvalidParameterValue", said)
    return text


def _parts(text: str, many: str, one: str, escape: str) -> list[str]:
    """The pattern sign by sign; several `many` side by side are one."""
    parts: list[str] = []
    signs = iter(text)
    for sign in signs:
        if sign == escape:
            sign = next(signs, "")
            if not sign:
                raise Refusal("InvalidParameterValue", _("The filter is not complete."))
            parts.append(_literally(sign))
        elif sign == many:
            parts += [] if parts[-1:] == [MANY] else [MANY]
        else:
            parts.append(ONE if sign == one else _literally(sign))
    return parts


def _literally(sign: str) -> str:
    return f"{ESCAPE}{sign}" if sign in SIGNS else sign


def _day(attribute: Attribute, text: str) -> str:
    try:
        # Not what later versions of Python also read, such as 2026-W01-1.
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError as failure:
        raise _unfit(attribute, _("a date, such as 2026-07-01")) from failure


def _check_text(attribute: Attribute, text: str, most: int) -> None:
    if len(text) > most:
        raise _unfit(attribute, _("text of at most %s signs") % most)
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
        raise _unfit(attribute, _("text without control characters"))


def _unfit(attribute: Attribute, wanted: str) -> Refusal:
    text = _("The value for %(name)s does not fit. Wanted: %(wanted)s") % {"name": attribute.name, "wanted": wanted}
    return Refusal("InvalidParameterValue", text)
