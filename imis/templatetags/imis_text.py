"""Numbers, money and days in templates, as the active language writes them.

`{% load imis_text %}`: {{ x|taka }} → ৳ ১,৬৪,৩৭৫ · {{ n|num }} → ৩,০০০ · {{ code|figures }} → ০০১২ (no grouping)
· {{ d|day }} → ২২/১১/২০২২খ্রিঃ · {{ t|moment }} → day and time in Dhaka · {{ year|fiscal_year }} → ২০২৬-২৭
· {{ rate|percent }} → ১৫% · {{ n|storey }} → ২ তলা · {{ row.action|action_words }}
· {{ anything|plainly }} (yes, no, lists).
None and "" become an en dash.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imis import bangla, titles, words

register = template.Library()
NOTHING = "–"
_NO_BREAK = "\u00a0"
_LATIN_LETTER = re.compile("[A-Za-z]")
_WORD, _NO_FIGURE = re.compile(r"\S+"), re.compile("[A-Za-z&<]")


def _language() -> str:
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def taka(value: object) -> str:
    """An amount of taka with its sign and lakh grouping; paisa are shown when there are any."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    # A hyphen looks like a dash in a column of amounts; a minus sign does not.
    sign = "−" if amount < 0 else ""
    return f"{sign}৳{_NO_BREAK}{bangla.grouped(abs(amount), _language())}"


@register.filter
def num(value: object) -> str:
    """A count or a measure: lakh grouping, decimals as given."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    whole, _point, decimals = f"{abs(amount):f}".partition(".")
    text = bangla.grouped(whole, _language()) + (f".{decimals}" if decimals else "")
    return figures(f"−{text}" if amount < 0 else text)


@register.filter
def figures(value: object) -> str:
    """Text with its digits in the script of the language and no grouping: codes, phone and bill numbers.

    A code with Latin letters (a receipt's TAX-2627-000123) stays as it is printed: half of it cannot be Bangla.
    """
    if value is None or value == "":
        return NOTHING
    text = str(value)
    return bangla.digits(text) if _language() == "bn" and not _LATIN_LETTER.search(text) else text


@register.filter(is_safe=True)
def spoken(sentence: object) -> str:
    """A sentence that came with Latin figures (Django's about a field): its figures in the script of the language.

    A word with Latin letters, a tag or an entity stays as it is.
    """
    text = str(sentence)
    return text if _language() != "bn" else _WORD.sub(lambda word: _in_bangla(word[0]), text)


def _in_bangla(word: str) -> str:
    return word if _NO_FIGURE.search(word) else bangla.digits(word)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day (of a datetime: the day in Dhaka)."""
    if not value:
        return NOTHING
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return bangla.date_in(value, _language())


@register.filter
def moment(value: datetime | None) -> str:
    """A day and a time to the minute, in Dhaka."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{bangla.date_in(local, _language())} {figures(f'{local:%H:%M}')}"


@register.filter
def fiscal_year(start_year: int | None) -> str:
    """The fiscal year that begins in July of `start_year`."""
    return NOTHING if start_year is None else bangla.fiscal_year_in(int(start_year), _language())


@register.filter
def percent(value: object) -> str:
    """A rate in per cent (15 → 15%), without needless zeros."""
    amount = _decimal(value)
    return NOTHING if amount is None else figures(f"{amount.normalize():f}%")


@register.filter
def storey(number: int) -> str:
    """A storey in words: 0 is the ground floor; Bangla counts it as the first, so the one above it is the second."""
    if number < 0:
        return _("basement")
    if number == 0:
        return _("ground floor")
    return _("floor %(n)s") % {"n": figures(number + 1 if _language() == "bn" else number)}


@register.filter
def plainly(value: object) -> str:
    """A stored value as a person reads it: yes or no, a list with commas, figures in the language's script."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {plainly(inner)}" for key, inner in value.items()) or NOTHING
    if isinstance(value, (list, tuple)):
        return ", ".join(plainly(item) for item in value) or NOTHING
    if isinstance(value, (int, float, Decimal)):
        return figures(value)
    if isinstance(value, date):
        return day(value)
    return NOTHING if value in (None, "") else figures(value)


@register.simple_tag
def place_of(where: dict[tuple[str, str], str], kind: str, key: object) -> str:
    """The address of a thing among those that imis.whereabouts found; "" where the reader may not see it."""
    return where.get((kind, str(key)), "")


@register.filter
def head(code: str, names: dict[str, str]) -> str:
    """A head of the books in words; its code when no app names it."""
    return names.get(code, code) or NOTHING


@register.filter
def named(names: dict[str, str]) -> str:
    """{name_bn, name_en} in the active language, the other where one is missing."""
    first, other = ("name_bn", "name_en") if _language() == "bn" else ("name_en", "name_bn")
    return names.get(first) or names.get(other) or NOTHING


@register.filter
def title_in(code: str, kind: str) -> str:
    """What an audit row's object is called among those of its kind; a number as it is."""
    return titles.title(kind, code)


@register.filter
def detail_words(details: dict[str, object]) -> list[tuple[str, str]]:
    """The details of an audit row as a reader takes them: (what, value) in the active language."""
    return [(words.detail_words(key), _detail(key, value)) for key, value in details.items()]


def _detail(key: str, value: object) -> str:
    if isinstance(value, dict):
        inner = "; ".join(f"{_inside(key, name)}: {_detail(name, part)}" for name, part in value.items())
        return inner or NOTHING
    if isinstance(value, list):
        return ", ".join(_detail(key, part) for part in value) or NOTHING
    if value is None or isinstance(value, bool):
        return plainly(value)
    if key in words.AMOUNTS or (key == "before" and _decimal(value) is not None):
        return taka(value)
    if key in words.DAYS:
        return day(_day_of(str(value)))
    if key == "fiscal_year":
        return fiscal_year(int(str(value)))
    if key == "quarter":
        return bangla.ordinal(int(str(value)), _language())
    return figures(words.value_words(key, value)) if isinstance(value, str) else plainly(value)


def _inside(key: str, name: str) -> str:
    """The name of a part of a detail: a code of that detail (a reason), or a detail itself (before: roles)."""
    said = words.value_words(key, name)
    return said if said != name else words.detail_words(name)


def _day_of(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


register.filter("action_words", words.action_words)
register.filter("operation_words", words.operation_words)
register.filter("object_words", words.object_words)
