"""What the auditor asks for, and the code of a receipt."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DayForm(forms.Form):
    """One day."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class TokenForm(forms.Form):
    """What a telephone reads from the QR square of a bill or receipt: the code, or the address that holds it."""

    token = forms.CharField(
        label=_("Code on the bill or receipt"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=_("The letters and digits in the QR square, or the whole address."),
    )
