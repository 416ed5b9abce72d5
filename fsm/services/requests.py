"""The office's part of a request: asked, verified, given to a crew, refused, withdrawn, closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fsm.models import Assignment, Charge, Containment, CrewMember, Event, Request, Vehicle
from fsm.queries.containments import serves
from fsm.queries.fleet import tariff_on
from fsm.queries.requests import open_request_on, standing_payment
from fsm.rules.numbers import request_number
from fsm.rules.workflow import Event as Happened
from fsm.rules.workflow import Step
from fsm.services.containments import Found, register_containment
from fsm.services.events import Appended, append, locked, recorded_before
from fsm.services.words import bad
from imis import audit
from imis.errors import Refused
from imis.fiscal import fiscal_year_of
from imis.models import User
from imis.numbers import next_number
from imis.roles import Permission, may


@dataclass(frozen=True)
class Wish:
    """What is asked for: who, where (holding, building or address in a ward), and when."""

    channel: str
    ward: int
    requester_name: str
    requester_mobile: str
    holding: int | None = None
    building: int | None = None
    containment: int | None = None
    address: str = ""
    consents_to_place: bool = False
    urgent: bool = False
    wanted_on: date | None = None


def request_emptying(*, request_id: UUID, wish: Wish, by: User, at: datetime) -> Request:
    """Records a request with its number; the same `request_id` again returns the first.

    Refused when the containment has an open request, BadInput when the place is missing or the containment lies in
    another ward and is not of that place: it could never be verified.
    """
    if not (wish.holding or wish.building or wish.address.strip()):
        raise bad("address", _("Say where: a holding, a building or an address."))
    try:
        with transaction.atomic():
            earlier = Request.objects.filter(pk=request_id).first()
            return _same(earlier, wish) if earlier else _request(request_id, wish, by, at)
    except IntegrityError as error:
        earlier = Request.objects.filter(pk=request_id).first()
        if earlier is not None:
            return _same(earlier, wish)
        if wish.containment and open_request_on(wish.containment):
            raise _kept(wish.containment) from error
        raise


def _same(earlier: Request, wish: Wish) -> Request:
    if (earlier.ward_id, earlier.requester_mobile) != (wish.ward, wish.requester_mobile):
        raise Refused(_("This form was sent before for another request."), remedy=_("Open a new form."))
    return earlier


def _request(request_id: UUID, wish: Wish, by: User, at: datetime) -> Request:
    if wish.containment:
        tank = Containment.objects.get(pk=wish.containment)
        _belongs(tank, wish.ward, wish.holding, wish.building, at)
        if open_request_on(tank.pk):
            raise _kept(tank.pk)
    code = fiscal_year_of(timezone.localdate(at)).code
    row = Request.objects.create(
        id=request_id,
        number=request_number(code, next_number(f"sludge_request:{code}")),
        channel=wish.channel,
        ward_id=wish.ward,
        holding_id=wish.holding,
        building_id=wish.building,
        containment_id=wish.containment,
        address=wish.address.strip(),
        requester_name=wish.requester_name.strip(),
        requester_mobile=wish.requester_mobile,
        consents_to_place=wish.consents_to_place,
        urgent=wish.urgent,
        wanted_on=wish.wanted_on,
        requested_at=at,
        requested_by=by,
    )
    append(event_id=uuid5(request_id, "request"), request=row, event=Happened(Step.REQUEST), by=by, at=at)
    note(row, "request_emptying", by, at, channel=wish.channel)
    return row


def _belongs(tank: Containment, ward: int, holding: int | None, building: int | None, at: datetime) -> None:
    if not serves(tank, ward=ward, holding=holding, building=building, on=timezone.localdate(at)):
        raise bad(
            "containment",
            _("This containment lies in another ward."),
            remedy=_("Choose the holding or building it belongs to, or the ward where it lies."),
        )


def _kept(containment: int) -> Refused:
    other = open_request_on(containment)
    return Refused(
        _("This containment has an open request already: %(number)s.") % {"number": other.number if other else ""},
        remedy=_("Go on with that request, or close it first."),
    )


def verify_request(*, event_id: UUID, request: UUID, containment: int | Found, by: User, at: datetime) -> Event:
    """Confirms a request and names its containment, or registers the one that was found there.

    From now on the containment keeps this one open request. BadInput for a containment of another ward that is not
    of the request's place.
    """

    def name_it(row: Request) -> None:
        if isinstance(containment, Found):
            day = timezone.localdate(at)
            tank = register_containment(
                ward=row.ward_id, found=containment, since=day, by=by, at=at, building=row.building_id
            )
        else:
            # Two requests verified on one containment at once: the second waits here and is refused in words.
            tank = Containment.objects.select_for_update().get(pk=containment)
            _belongs(tank, row.ward_id, row.holding_id, row.building_id, at)
        if open_request_on(tank.pk, but=row.pk):
            raise _kept(tank.pk)
        Request.objects.filter(pk=row.pk).update(containment=tank)
        row.containment = tank

    return _office_step("verify_request", event_id, request, Happened(Step.VERIFY), by, at, first=name_it)


def reject_request(*, event_id: UUID, request: UUID, reason: str, by: User, at: datetime) -> Event:
    """Turns a request down, with the reason."""
    return _office_step("reject_request", event_id, request, Happened(Step.REJECT, reason=reason), by, at)


def cancel_request(*, event_id: UUID, request: UUID, reason: str, by: User, at: datetime) -> Event:
    """Withdraws a request on the requester's word, with the reason."""
    return _office_step("cancel_request", event_id, request, Happened(Step.CANCEL, reason=reason), by, at)


def assign_request(
    *, event_id: UUID, request: UUID, vehicle: int, driver: int, planned_on: date, by: User, at: datetime
) -> Event:
    """Gives a request to a driver with a vehicle of the same provider; again for another driver or day."""
    truck = Vehicle.objects.select_related("provider").get(pk=vehicle)
    person = CrewMember.objects.select_related("user").get(pk=driver)
    if person.kind != "driver" or person.provider_id != truck.provider_id:
        raise bad("driver", _("The driver and the vehicle belong to different providers."))
    ward = Request.objects.values_list("ward", flat=True).get(pk=request)
    if person.user is None or not may(person.user, Permission.DRIVE, ward=ward):
        raise bad(
            "driver",
            _("This driver's account does not work in the ward of the request."),
            remedy=_("Choose another driver, or ask the administrator to add the ward."),
        )
    if planned_on < timezone.localdate(at):
        raise bad("planned_on", _("The day of the visit lies in the past."))
    if tariff_on(planned_on) is None:
        raise Refused(
            _("No tariff is in force on that day."), remedy=_("Adopt a tariff first, under Fleet and prices.")
        )

    def write(done: Appended) -> None:
        Assignment.objects.create(
            event=done.event,
            request_id=request,
            provider=truck.provider,
            vehicle=truck,
            driver=person,
            planned_on=planned_on,
        )

    return _office_step("assign_request", event_id, request, Happened(Step.ASSIGN), by, at, then=write)


def close_request(*, event_id: UUID, request: UUID, by: User, at: datetime) -> Event:
    """Ends a request whose sludge is at the plant; Refused while its fee is owed."""

    def fee_is_paid(row: Request) -> None:
        charge = Charge.objects.filter(request=row).first()
        if charge is not None and charge.amount > 0 and standing_payment(row) is None:
            raise Refused(_("The fee of this request is not paid yet."), remedy=_("Take the fee, then close it."))

    return _office_step("close_request", event_id, request, Happened(Step.CLOSE), by, at, first=fee_is_paid)


def _office_step(
    action: str,
    event_id: UUID,
    request: UUID,
    event: Happened,
    by: User,
    at: datetime,
    *,
    first: Callable[[Request], None] | None = None,
    then: Callable[[Appended], None] | None = None,
) -> Event:
    """One step with its audit row: `first` may refuse or prepare, `then` writes the event's facts."""
    with transaction.atomic():
        row = locked(request)
        earlier = recorded_before(event_id, row, event)
        if earlier is not None:
            return earlier.event
        if first is not None:
            first(row)
        done = append(event_id=event_id, request=row, event=event, by=by, at=at)
        if then is not None:
            then(done)
        note(row, action, by, at, state=row.state)
    return done.event


def note(row: Request, action: str, by: User, at: datetime, **details: Any) -> None:
    """The audit row of a step."""
    audit.record(
        by=by,
        at=at,
        action=action,
        object_type="sludge_request",
        object_id=row.pk,
        ward=row.ward_id,
        number=row.number,
        **details,
    )
