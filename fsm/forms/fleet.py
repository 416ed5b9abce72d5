"""Input of what the office keeps: fleet, plants, prices, assumptions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from fsm.forms.fields import FiguresField, WardField, day_input, volume_field
from fsm.models import CrewKind, PlantKind, Provider
from holdings.models import Ward


class ProviderForm(forms.Form):
    """A provider."""

    name_bn = forms.CharField(label=gettext_lazy("Name in Bangla"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    phone = forms.CharField(label=gettext_lazy("Office phone"), max_length=20, required=False)


class _OfProvider(forms.Form):
    provider = forms.ModelChoiceField(
        label=gettext_lazy("Provider"), queryset=Provider.objects.filter(active=True), empty_label=None
    )

    def clean_provider(self) -> int:
        """Its key."""
        provider: Provider = self.cleaned_data["provider"]
        return provider.pk


class VehicleForm(_OfProvider):
    """A vehicle."""

    plate = forms.CharField(label=gettext_lazy("Number plate"), max_length=30)
    capacity_m3 = volume_field(label=gettext_lazy("Capacity (m³)"))


class CrewForm(_OfProvider):
    """A driver or emptier."""

    name_bn = forms.CharField(label=gettext_lazy("Name in Bangla"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Work"), choices=CrewKind.choices)
    username = forms.CharField(
        label=gettext_lazy("User name of the account"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("A driver works with an account on the telephone; the administrator makes it."),
    )


class PlantForm(forms.Form):
    """A treatment plant."""

    name_bn = forms.CharField(label=gettext_lazy("Name in Bangla"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PlantKind.choices)
    # A wastewater plant of a large city treats some 500,000 m³ a day.
    capacity_m3_day = volume_field(label=gettext_lazy("Capacity (m³ a day)"), required=False, max_digits=8)
    latitude = FiguresField(
        label=gettext_lazy("Latitude"), max_digits=9, decimal_places=6, min_value=Decimal(20), max_value=Decimal(27)
    )
    longitude = FiguresField(
        label=gettext_lazy("Longitude"), max_digits=9, decimal_places=6, min_value=Decimal(88), max_value=Decimal(93)
    )


class TariffForm(forms.Form):
    """A price list."""

    since = forms.DateField(label=gettext_lazy("In force from"), widget=day_input())
    call_out_amount = FiguresField(
        label=gettext_lazy("Call-out fee (taka)"), max_digits=12, decimal_places=2, min_value=Decimal(0)
    )
    per_m3_amount = FiguresField(label=gettext_lazy("Taka a m³"), max_digits=12, decimal_places=2, min_value=Decimal(0))
    minimum_amount = FiguresField(
        label=gettext_lazy("Lowest fee (taka)"), max_digits=12, decimal_places=2, min_value=Decimal(0)
    )
    authority = forms.CharField(label=gettext_lazy("Decided by"), max_length=200)


class PopulationForm(forms.Form):
    """A count of people."""

    ward = WardField(label=gettext_lazy("Ward"), queryset=Ward.objects.none())
    counted_on = forms.DateField(label=gettext_lazy("Counted on"), widget=day_input())
    non_sewered = FiguresField(
        label=gettext_lazy("People without a sewer"), max_digits=9, decimal_places=0, min_value=Decimal(0)
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200)

    def __init__(self, *args: Any, wards: QuerySet[Ward], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = wards  # type: ignore[attr-defined]  # a ModelChoiceField has it

    def clean_ward(self) -> int:
        """Its number."""
        ward: Ward = self.cleaned_data["ward"]
        return ward.pk

    def clean_non_sewered(self) -> int:
        """A whole number."""
        return int(self.cleaned_data["non_sewered"])


class RateForm(forms.Form):
    """An assumption."""

    since = forms.DateField(label=gettext_lazy("In force from"), widget=day_input())
    ml_per_head_day = FiguresField(
        label=gettext_lazy("Sludge a head a day (ml)"), max_digits=7, decimal_places=2, min_value=Decimal("0.01")
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200)
