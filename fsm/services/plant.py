"""The plant's part: what arrived, beside what was said to have left."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fsm.models import Delivery, Event, TreatmentPlant, Trip
from fsm.rules.volumes import could_arrive
from fsm.rules.workflow import Event as Happened
from fsm.rules.workflow import Step
from fsm.services.events import append, locked, recorded_before
from fsm.services.requests import note
from fsm.services.words import bad
from imis.errors import Refused
from imis.models import User
from imis.spoken import number


def receive_load(
    *, event_id: UUID, trip: UUID, volume: Decimal, plant: int, weighed: bool, by: User, at: datetime
) -> Event:
    """A trip arrived with `volume` m³ (0: it came empty). Refused for the one who drove it.

    BadInput for more than can have come in its vehicle: what the plant writes is what the month's report sums up.
    `trip` is the id of its departure. The request is RECEIVED when its tank is empty and every trip is in.
    """
    left = Trip.objects.select_related("event", "vehicle").get(pk=trip)
    if left.event.by_id == by.pk:
        raise Refused(_("Nobody receives a load that they drove."), remedy=_("Another person must measure it."))
    event = Happened(Step.RECEIVE, trip=left.number, volume=volume)
    with transaction.atomic():
        row = locked(left.request_id)
        earlier = recorded_before(event_id, row, event)
        if earlier is not None:
            return earlier.event
        if not could_arrive(volume, left.vehicle.capacity_m3):
            raise bad("volume", _too_much(volume, left.vehicle.capacity_m3))
        done = append(event_id=event_id, request=row, event=event, by=by, at=at)
        at_plant = TreatmentPlant.objects.get(pk=plant, active=True)
        Delivery.objects.create(event=done.event, trip=left, plant=at_plant, weighed=weighed)
        note(row, "receive_sludge", by, at, trip=left.number, volume=volume, emptied=left.event.volume_m3)
    return done.event


def _too_much(volume: Decimal, capacity: Decimal) -> str:
    said = _("%(volume)s m³ cannot have come in a vehicle that holds %(capacity)s m³. Look at the figure again.")
    return said % {"volume": number(volume), "capacity": number(capacity)}
