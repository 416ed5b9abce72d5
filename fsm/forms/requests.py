"""Input of the sludge service: requests, the steps that follow, the fee."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fsm.forms.fields import FiguresField, MobileField, WardField, day_input, volume_field
from fsm.models import (
    Channel,
    Containment,
    CrewMember,
    Outlet,
    Shape,
    Technology,
    TreatmentPlant,
    Vehicle,
)
from fsm.queries.containments import containment_of_code
from fsm.services import Found
from fsm.templatetags.sludge_text import named
from holdings.models import Ward
from imis.templatetags.imis_text import figures, num

NEW, KNOWN = "new", "known"
EARLIEST = date(2000, 1, 1)


class VehicleField(forms.ModelChoiceField):
    """A vehicle by its plate, what it holds and whose it is."""

    def label_from_instance(self, vehicle: Any) -> str:
        """Plate, capacity and provider in the active language."""
        return _("%(plate)s, %(capacity)s m³, %(provider)s") % {
            "plate": figures(vehicle.plate),
            "capacity": num(vehicle.capacity_m3),
            "provider": named(vehicle.provider),
        }


class DriverField(forms.ModelChoiceField):
    """A driver by name and provider."""

    def label_from_instance(self, driver: Any) -> str:
        """The driver's name, and the provider's in the active language."""
        return f"{driver.name_bn}, {named(driver.provider)}"


class RequestForm(forms.Form):
    """What a person at the counter or on the telephone says."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[choice for choice in Channel.choices if choice[0] in ("counter", "phone")],
    )
    requester_name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    requester_mobile = MobileField(label=gettext_lazy("Mobile"))
    ward = WardField(label=gettext_lazy("Ward"), queryset=Ward.objects.none())
    address = forms.CharField(label=gettext_lazy("Address and how to find it"), max_length=200, required=False)
    containment = forms.ModelChoiceField(
        label=gettext_lazy("Containment"),
        queryset=Containment.objects.none(),
        required=False,
        empty_label=gettext_lazy("Not known yet"),
    )
    wanted_on = forms.DateField(label=gettext_lazy("Wanted on"), required=False, widget=day_input())
    urgent = forms.BooleanField(label=gettext_lazy("Urgent: the tank overflows"), required=False)
    consents_to_place = forms.BooleanField(
        label=gettext_lazy("Agrees that place and time of the photos are kept"), required=False
    )

    def __init__(
        self,
        *args: Any,
        wards: QuerySet[Ward],
        containments: list[Containment],
        place_known: bool,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["ward"].queryset = wards  # type: ignore[attr-defined]
        keys = [row.pk for row in containments]
        self.fields["containment"].queryset = Containment.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
        if place_known:
            del self.fields["ward"]
        else:
            self.fields["address"].required = True
        if not containments:
            del self.fields["containment"]

    def clean_wanted_on(self) -> date | None:
        """Not in the past."""
        day: date | None = self.cleaned_data["wanted_on"]
        if day is not None and day < self.today:
            raise ValidationError(_("This day lies in the past."))
        return day


class StepForm(forms.Form):
    """Any step: the id that the page made for it, so that sending it twice is harmless."""

    event_id = forms.UUIDField(widget=forms.HiddenInput)


class ReasonForm(StepForm):
    """A step that says why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class VerifyForm(StepForm):
    """Which containment a request is about: one of those there, or one seen for the first time."""

    containment = forms.ChoiceField(label=gettext_lazy("Containment"), widget=forms.RadioSelect)
    code = forms.CharField(label=gettext_lazy("Containment no."), max_length=40, required=False)
    technology = forms.ChoiceField(label=gettext_lazy("Technology"), choices=Technology.choices, required=False)
    outlet = forms.ChoiceField(label=gettext_lazy("Outlet"), choices=Outlet.choices, required=False, initial="unknown")
    shape = forms.ChoiceField(label=gettext_lazy("Shape"), choices=Shape.choices, required=False, initial="unknown")
    diameter_m = FiguresField(label=gettext_lazy("Diameter (m)"), required=False, max_digits=6, decimal_places=2)
    length_m = FiguresField(label=gettext_lazy("Length (m)"), required=False, max_digits=6, decimal_places=2)
    width_m = FiguresField(label=gettext_lazy("Width (m)"), required=False, max_digits=6, decimal_places=2)
    depth_m = FiguresField(label=gettext_lazy("Depth (m)"), required=False, max_digits=6, decimal_places=2)

    def __init__(self, *args: Any, ward: int, containments: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward = ward
        self.known: Containment | None = None
        field = self.fields["containment"]
        field.choices = [  # type: ignore[attr-defined]
            *((str(pk), title) for pk, title in containments),
            (KNOWN, _("On record in this ward: find it by its number")),
            (NEW, _("Not on record: register it now")),
        ]
        # With nothing known of the place the officer says which: a second row for one tank would have two histories.
        field.initial = str(containments[0][0]) if containments else None

    def clean(self) -> dict[str, Any]:
        """Measures are above nothing; a new containment has a technology; a number leads to a containment."""
        data = super().clean() or {}
        for name in ("diameter_m", "length_m", "width_m", "depth_m"):
            if data.get(name) is not None and data[name] <= 0:
                self.add_error(name, _("More than nothing."))
        if data.get("containment") == NEW and not data.get("technology"):
            self.add_error("technology", _("Say what kind of tank or pit it is."))
        if data.get("containment") == KNOWN:
            self.known = containment_of_code(self.ward, data.get("code", ""))
            if self.known is None:
                self.add_error("code", _("No containment in use has this number in this ward."))
        return data

    def chosen(self) -> int | Found:
        """The containment's key, or what was found."""
        data = self.cleaned_data
        if self.known is not None:
            return self.known.pk
        if data["containment"] != NEW:
            return int(data["containment"])
        measures = {name: data[name] for name in ("diameter_m", "length_m", "width_m", "depth_m")}
        return Found(data["technology"], data["outlet"] or "unknown", data["shape"] or "unknown", **measures)


class AssignForm(StepForm):
    """Who goes, with what, and when."""

    vehicle = VehicleField(label=gettext_lazy("Vehicle"), queryset=Vehicle.objects.none())
    driver = DriverField(label=gettext_lazy("Driver"), queryset=CrewMember.objects.none())
    planned_on = forms.DateField(label=gettext_lazy("Day of the visit"), widget=day_input())

    def __init__(self, *args: Any, vehicles: QuerySet[Vehicle], drivers: QuerySet[CrewMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vehicle"].queryset = vehicles  # type: ignore[attr-defined]
        self.fields["driver"].queryset = drivers  # type: ignore[attr-defined]


class DriveForm(StepForm):
    """A step of the driver; `happened_at` is the telephone's clock when it was out of reach."""

    happened_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class FailForm(DriveForm):
    """Why nothing could be done."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class PlantField(forms.ModelChoiceField):
    """A treatment plant in use, by its name in the active language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(TreatmentPlant.objects.filter(active=True), empty_label=None, **kwargs)

    def label_from_instance(self, plant: Any) -> str:
        """The plant's name in the active language."""
        return named(plant)


class LoadForm(DriveForm):
    """A load that leaves."""

    volume = volume_field(label=gettext_lazy("Volume (m³)"))
    plant = PlantField(label=gettext_lazy("Bound for"))


class PhotoForm(forms.Form):
    """A picture of the visit."""

    photo_id = forms.UUIDField(widget=forms.HiddenInput)
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )


class ReceiveForm(StepForm):
    """A load that arrived."""

    trip = forms.UUIDField(widget=forms.HiddenInput)
    volume = volume_field(label=gettext_lazy("Received (m³)"), min_value=Decimal(0))
    plant = PlantField(label=gettext_lazy("Treatment plant"))
    weighed = forms.BooleanField(label=gettext_lazy("Measured on the scale"), required=False)


class FeeForm(forms.Form):
    """The whole fee at the counter."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=2)
    payer_name = forms.CharField(label=gettext_lazy("Paid by"), required=False, max_length=150)


class ReverseForm(forms.Form):
    """Why a payment is undone."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class MonthForm(forms.Form):
    """The month of the report."""

    month = forms.DateField(
        label=gettext_lazy("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_month(self) -> date:
        """Its first day: a month that has begun, of a year that a calendar can reckon with."""
        month: date = self.cleaned_data["month"]
        if not EARLIEST <= month <= self.today:
            raise ValidationError(_("There is no report of this month."))
        return month
