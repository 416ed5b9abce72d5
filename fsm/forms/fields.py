"""Fields that understand what a clerk or driver types, in either script."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fsm.templatetags.sludge_text import named
from imis import bangla
from imis.templatetags.imis_text import figures

# 2,5 and 1,50: a comma for the point. 1,500 and 1,20,000: groups, as every screen prints them, western ones too.
_POINT = re.compile(r"-?\d+,\d{1,2}")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")


def day_input() -> forms.DateInput:
    """A date box: browsers read ISO dates only, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WardField(forms.ModelChoiceField):
    """A ward by its number and name."""

    def label_from_instance(self, ward: Any) -> str:
        """Number and name in the active language; once, where the name is the number in words."""
        number, name = figures(ward.number), named(ward)
        return name if number in name else f"{number} · {name}"


class FiguresField(forms.DecimalField):
    """A number in either script, as a screen prints it or as a hand writes it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Folds Bangla digits, ৳ and /-. Commas group (১,২০,০০০); a lone one before one or two digits is a point."""
        text = "".join(bangla.latin(str(value or "")).replace("৳", "").split()).removesuffix("/-")
        if _POINT.fullmatch(text):
            text = text.replace(",", ".")
        elif _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        elif "," in text:
            raise ValidationError(_("The commas stand in odd places; write the amount without them."))
        number: Decimal | None = super().to_python(text)
        return number


def volume_field(**kwargs: Any) -> FiguresField:
    """m³ with two decimals."""
    return FiguresField(**{"max_digits": 6, "decimal_places": 2, "min_value": Decimal("0.01"), **kwargs})


class MobileField(forms.CharField):
    """A mobile number of Bangladesh, in either script, with or without +88."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        """Eleven digits that begin with 01."""
        text = super().clean(value)
        digits = "".join(sign for sign in bangla.latin(text) if sign.isdigit())
        number = digits.removeprefix("88") if len(digits) == 13 else digits
        if text and not (len(number) == 11 and number.startswith("01")):
            raise ValidationError(_("A mobile number has eleven digits and begins with 01."))
        return number
