"""Appends an event to a request: under its lock, by the rules, once for each id that a client made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fsm.models import Event, Request
from fsm.rules import workflow
from fsm.services.words import refusal
from imis.errors import Refused
from imis.models import User


@dataclass(frozen=True)
class Appended:
    """The event, what the request came to, and whether this call wrote it (False: it was written before)."""

    event: Event
    progress: workflow.Progress
    first: bool


def locked(request: UUID) -> Request:
    """The request, held until the transaction ends. Request.DoesNotExist when there is none."""
    return Request.objects.select_for_update().get(pk=request)


def recorded_before(event_id: UUID, request: Request, event: workflow.Event) -> Appended | None:
    """The event this id already led to. Refused when the id was used for something else."""
    earlier = Event.objects.filter(pk=event_id).first()
    if earlier is None:
        return None
    same = (earlier.request_id, earlier.step, earlier.volume_m3) == (request.pk, event.step.value, event.volume)
    if not same or (event.step is workflow.Step.RECEIVE and earlier.trip != event.trip):
        raise Refused(
            _("This note was sent before for another step."), remedy=_("Load the page again and enter it anew.")
        )
    return Appended(earlier, progress_of(request), first=False)


def progress_of(request: Request) -> workflow.Progress:
    """What the events so far amount to."""
    return workflow.fold(event.rule for event in Event.objects.filter(request=request).order_by("n"))


def append(
    *,
    event_id: UUID,
    request: Request,
    event: workflow.Event,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
) -> Appended:
    """Appends `event` to a locked request and returns what came of it; a repeated `event_id` returns the first.

    `happened_at` is the client's clock (a telephone that was out of reach); it is kept between the step before and
    now. Refused when the workflow forbids the step.
    """
    earlier = recorded_before(event_id, request, event)
    if earlier is not None:
        return earlier
    before = progress_of(request)
    try:
        after = workflow.follow(before, event)
    except workflow.NotPossible as error:
        raise refusal(error) from error
    last = Event.objects.filter(request=request).order_by("-n").values_list("at", flat=True).first()
    row = Event.objects.create(
        id=event_id,
        request=request,
        n=after.events,
        step=event.step.value,
        before=before.state.value if before.state else "",
        after=_value(after),
        trip=event.trip,
        volume_m3=event.volume,
        reason=event.reason.strip()[:300],
        at=_between(happened_at or at, last or request.requested_at, at),
        recorded_at=at,
        by=by,
    )
    request.state = _value(after)
    return Appended(row, after, first=True)


def _value(progress: workflow.Progress) -> str:
    assert progress.state is not None
    return progress.state.value


def _between(moment: datetime, earliest: datetime, latest: datetime) -> datetime:
    return min(max(moment, min(earliest, latest)), latest)
