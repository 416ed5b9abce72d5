"""Input of the utilities' screens."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

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
