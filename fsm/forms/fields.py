"""Fields that understand what a clerk or driver types, in either script."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from imis import bangla


def day_input() -> forms.DateInput:
    """A date box: browsers read ISO dates only, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FiguresField(forms.DecimalField):
    """A number in either script, with a comma or point before its decimals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Folds Bangla digits; a lone comma before one or two digits is a point."""
        text = bangla.latin(str(value or "")).strip()
        if text.count(",") == 1 and "." not in text and len(text.rpartition(",")[2]) <= 2:
            text = text.replace(",", ".")
        number: Decimal | None = super().to_python(text)
        return number


def volume_field(**kwargs: Any) -> FiguresField:
    """m³ with two decimals."""
    return FiguresField(max_digits=6, decimal_places=2, **{"min_value": Decimal("0.01"), **kwargs})


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
