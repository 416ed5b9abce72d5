"""Figures in a sentence of a service or query, in the digits of the active language (templates have imis_text)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import get_language

from imis import bangla


def language() -> str:
    """The active language, bn or en."""
    return "bn" if (get_language() or "bn").startswith("bn") else "en"


def number(value: Decimal | int) -> str:
    """A number with lakh grouping: ১,৬৪,৩৭৫ or 1,64,375."""
    return bangla.grouped(value, language())


def day(value: date) -> str:
    """A day: ২২/১১/২০২২খ্রিঃ or 22/11/2022."""
    return bangla.date_in(value, language())


def figures(written: object) -> str:
    """A number or code as it stands, in the digits of the active language."""
    return bangla.digits(written) if language() == "bn" else str(written)
