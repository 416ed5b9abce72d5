"""The crew's part: begin, loads that leave, an empty tank, or a visit that failed. Each may be sent twice."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fsm.models import Assignment, Event, Request, TreatmentPlant, Trip, Vehicle
from fsm.queries.requests import assignment_of, driver_of
from fsm.rules.workflow import Event as Happened
from fsm.rules.workflow import Step
from fsm.services.charges import charge_for
from fsm.services.events import Appended, append, locked, progress_of, recorded_before
from fsm.services.requests import note
from fsm.services.words import bad
from imis.errors import NotAllowed
from imis.models import User
from imis.spoken import number as number_said


def start_emptying(
    *, event_id: UUID, request: UUID, by: User, at: datetime, happened_at: datetime | None = None
) -> Event:
    """The crew stands at the tank and begins. NotAllowed for a driver who was not sent."""
    with transaction.atomic():
        row = locked(request)
        done = _step(event_id, row, Happened(Step.START), by, at, happened_at)
        if done.first:
            note(row, "start_emptying", by, at)
    return done.event


def report_failure(
    *, event_id: UUID, request: UUID, reason: str, by: User, at: datetime, happened_at: datetime | None = None
) -> Event:
    """Nobody was there, or the truck could not reach the tank; the office sends somebody again or cancels."""
    with transaction.atomic():
        row = locked(request)
        done = _step(event_id, row, Happened(Step.FAIL, reason=reason), by, at, happened_at)
        if done.first:
            note(row, "report_failed_visit", by, at)
    return done.event


def send_load(
    *,
    event_id: UUID,
    request: UUID,
    volume: Decimal,
    plant: int,
    by: User,
    at: datetime,
    vehicle: int | None = None,
    happened_at: datetime | None = None,
) -> Event:
    """A load of `volume` m³ leaves for a plant; `vehicle` is the assigned one when not given.

    BadInput when the vehicle cannot hold it. The trip's number is the next of the request.
    """
    with transaction.atomic():
        row = locked(request)
        earlier = recorded_before(event_id, row, Happened(Step.DEPART, volume=volume))
        if earlier is not None:
            return earlier.event
        sent = _sent(row, by)
        truck = sent.vehicle if vehicle is None else Vehicle.objects.get(pk=vehicle, provider=sent.provider)
        if volume > truck.capacity_m3:
            raise bad(
                "volume", _("The vehicle holds %(capacity)s m³ at most.") % {"capacity": number_said(truck.capacity_m3)}
            )
        number = len(progress_of(row).trips) + 1
        event = Happened(Step.DEPART, trip=number, volume=volume)
        done = append(event_id=event_id, request=row, event=event, by=by, at=at, happened_at=happened_at)
        target = TreatmentPlant.objects.get(pk=plant, active=True)
        Trip.objects.create(event=done.event, request=row, number=number, vehicle=truck, plant=target)
        note(row, "send_sludge_load", by, at, trip=number, volume=volume)
    return done.event


def finish_emptying(
    *, event_id: UUID, request: UUID, by: User, at: datetime, happened_at: datetime | None = None
) -> Event:
    """The tank is empty: the fee for what was taken is asked, by the tariff of that day, and stands in the books."""
    with transaction.atomic():
        row = locked(request)
        done = _step(event_id, row, Happened(Step.FINISH), by, at, happened_at)
        if done.first:
            charge = charge_for(request=row, event=done.event, volume=done.progress.emptied, by=by, at=at)
            note(row, "finish_emptying", by, at, volume=done.progress.emptied, amount=charge.amount)
    return done.event


def _step(
    event_id: UUID, row: Request, event: Happened, by: User, at: datetime, happened_at: datetime | None
) -> Appended:
    """A step of the driver who was sent; a repeated one is answered whoever drives by now."""
    earlier = recorded_before(event_id, row, event)
    if earlier is not None:
        return earlier
    _sent(row, by)
    return append(event_id=event_id, request=row, event=event, by=by, at=at, happened_at=happened_at)


def _sent(row: Request, by: User) -> Assignment:
    """The assignment that sent this driver. NotAllowed for anybody else."""
    assignment, driver = assignment_of(row), driver_of(by)
    if assignment is None or driver is None or assignment.driver_id != driver.pk:
        raise NotAllowed(_("This job was given to another crew."), remedy=_("Load your list of jobs again."))
    return assignment
