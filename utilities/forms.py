"""Input of the utilities' screens."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from utilities.models.choices import Status
from utilities.queries.reach import MOST_METRES

USUAL_METRES = Decimal(30)


class ReachForm(forms.Form):
    """How far from the sewer a building may stand, in metres."""

    metres = forms.DecimalField(
        label=_("Within (m)"), min_value=1, max_value=MOST_METRES, max_digits=5, decimal_places=1, initial=USUAL_METRES
    )


class FindForm(forms.Form):
    """A part of a line's code, and a ward."""

    q = forms.CharField(label=_("Code"), max_length=20, required=False)
    ward = forms.IntegerField(label=_("Ward"), min_value=1, max_value=999, required=False, localize=False)


class CorrectionForm(forms.Form):
    """What is true of a connection, from a day on, and how that is known."""

    status = forms.ChoiceField(label=_("Status"), choices=Status.choices)
    account_number = forms.CharField(
        label=_("Account number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    meter_number = forms.CharField(
        label=_("Meter number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    since = forms.DateField(label=_("True since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("How it is known: a letter of the provider, a bill, a visit.")
    )
