"""A request to empty a containment, and the rows that say what happened to it."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fsm.models.choices import Channel, State, Step
from fsm.models.containments import Containment
from fsm.models.fleet import CrewMember, Provider, TreatmentPlant, Vehicle
from fsm.rules import workflow
from holdings.models import Building, Holding, Ward
from imis.models import User

_ENDED = sorted(state.value for state in workflow.ENDED)
_UNSEEN = [State.REQUESTED.value, State.REJECTED.value, State.CANCELLED.value]
_WITH_VOLUME = sorted(step.value for step in workflow.WITH_VOLUME)
_WITH_REASON = sorted(step.value for step in workflow.WITH_REASON)


class Request(models.Model):
    """Somebody asks for emptying. The id is made by the client; `state` is set by the events alone (a trigger)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(_("request no."), max_length=20)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="+", verbose_name=_("ward"))
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, related_name="+", verbose_name=_("holding"))
    building = models.ForeignKey(Building, models.PROTECT, null=True, related_name="+", verbose_name=_("building"))
    containment = models.ForeignKey(
        Containment, models.PROTECT, null=True, related_name="requests", verbose_name=_("containment")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    requester_name = models.CharField(_("name"), max_length=150)
    requester_mobile = models.CharField(_("mobile"), max_length=15)
    consents_to_place = models.BooleanField(_("place and time of photos may be kept"), default=False)
    urgent = models.BooleanField(_("urgent"), default=False)
    wanted_on = models.DateField(_("wanted on"), null=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, blank=True, default="")
    requested_at = models.DateTimeField(_("requested at"))
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("taken by"))

    class Meta:
        verbose_name = _("emptying request")
        verbose_name_plural = _("emptying requests")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="sludge_request_number_once"),
            models.UniqueConstraint(
                fields=["containment"], name="one_open_request_per_containment", condition=~Q(state__in=_ENDED)
            ),
            models.CheckConstraint(
                name="work_needs_a_containment",
                condition=Q(state="") | Q(state__in=_UNSEEN) | Q(containment__isnull=False),
            ),
            models.CheckConstraint(
                name="sludge_request_has_a_place",
                condition=~Q(address="") | Q(building__isnull=False) | Q(holding__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "requested_at"], name="sludge_request_board"),
            models.Index(fields=["requested_at"], name="sludge_request_month"),
        ]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One step of a request, appended and never changed. `at` is when it happened, `recorded_at` when we heard."""

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(Request, models.PROTECT, related_name="events", db_index=False)
    n = models.PositiveSmallIntegerField(_("place"))
    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    before = models.CharField(_("state before"), max_length=12, choices=State.choices, blank=True)
    after = models.CharField(_("state after"), max_length=12, choices=State.choices)
    trip = models.PositiveSmallIntegerField(_("trip"), null=True)
    volume_m3 = models.DecimalField(_("volume (m³)"), max_digits=8, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("step of a request")
        constraints = [
            models.UniqueConstraint(fields=["request", "n"], name="sludge_event_in_one_place"),
            models.UniqueConstraint(
                fields=["request", "trip", "step"], name="sludge_trip_once", condition=Q(trip__isnull=False)
            ),
            models.CheckConstraint(
                name="volume_belongs_to_a_trip",
                condition=Q(step__in=_WITH_VOLUME, trip__isnull=False, volume_m3__isnull=False)
                | (~Q(step__in=_WITH_VOLUME) & Q(trip__isnull=True, volume_m3__isnull=True)),
            ),
            models.CheckConstraint(
                name="sludge_volume_not_negative",
                condition=Q(volume_m3__isnull=True) | Q(volume_m3__gt=0) | Q(step="receive", volume_m3=0),
            ),
            models.CheckConstraint(
                name="sludge_refusal_has_a_reason", condition=~Q(step__in=_WITH_REASON) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="sludge_event_recorded_after_it_happened", condition=Q(recorded_at__gte=models.F("at"))
            ),
        ]
        indexes = [models.Index(fields=["at"], name="sludge_event_time")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.n} {self.step}"

    @property
    def rule(self) -> workflow.Event:
        """The event as the rules read it."""
        return workflow.Event(workflow.Step(self.step), self.trip, self.volume_m3, self.reason)


class Assignment(models.Model):
    """Who was told to go: facts of an `assign` event; the last one counts."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="assignment")
    request = models.ForeignKey(Request, models.PROTECT, related_name="assignments")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name=_("provider"))
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    driver = models.ForeignKey(CrewMember, models.PROTECT, related_name="assignments", verbose_name=_("driver"))
    planned_on = models.DateField(_("day of the visit"))

    class Meta:
        verbose_name = _("assignment")

    def __str__(self) -> str:
        return f"{self.request_id} {self.planned_on}"


class Trip(models.Model):
    """A load on its way: facts of a `depart` event."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="departure")
    request = models.ForeignKey(Request, models.PROTECT, related_name="trips")
    number = models.PositiveSmallIntegerField(_("trip"))
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    plant = models.ForeignKey(TreatmentPlant, models.PROTECT, related_name="+", verbose_name=_("treatment plant"))

    class Meta:
        verbose_name = _("trip")
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="sludge_trip_numbered_once")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.number}"


class Delivery(models.Model):
    """A load given off: facts of a `receive` event."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="arrival")
    trip = models.OneToOneField(Trip, models.PROTECT, related_name="delivery")
    plant = models.ForeignKey(TreatmentPlant, models.PROTECT, related_name="+", verbose_name=_("treatment plant"))
    weighed = models.BooleanField(_("weighed"), default=False)

    class Meta:
        verbose_name = _("delivery")

    def __str__(self) -> str:
        return f"{self.trip_id}"


class Photo(models.Model):
    """A picture taken at the visit, kept re-encoded under MEDIA_ROOT/sludge without what a phone hides in it.

    `taken_at` and `place` (EPSG:4326) come from the picture and are kept only with the requester's consent.
    """

    id = models.UUIDField(primary_key=True)
    request = models.ForeignKey(Request, models.PROTECT, related_name="photos")
    sent_sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField(_("taken at"), null=True)
    place = models.PointField(srid=4326, null=True, spatial_index=False)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def file_name(self) -> str:
        """Where the picture lies below MEDIA_ROOT."""
        return f"sludge/{self.pk.hex[:2]}/{self.pk}.jpg"
