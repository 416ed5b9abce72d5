"""Why a step was refused, in words, with what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fsm.models import State
from fsm.rules.workflow import NotPossible, Refusal
from imis.errors import BadInput, Refused


def refusal(error: NotPossible) -> Refused:
    """The refusal as a screen shows it."""
    state = str(State(error.state.value).label) if error.state else "–"
    said = {
        Refusal.NOT_NOW: _("This step cannot follow: the request stands at “%(state)s”.") % {"state": state},
        Refusal.NO_TRIP_YET: _("No load has left yet."),
        Refusal.SLUDGE_IS_OUT: _("A load has left already: the visit cannot count as failed."),
        Refusal.NO_SUCH_TRIP: _("There is no such trip."),
        Refusal.RECEIVED_BEFORE: _("This trip was received before."),
        Refusal.TRIP_OUT_OF_TURN: _("The trips are numbered in turn."),
        Refusal.VOLUME_MISSING: _("The volume must be more than nothing."),
        Refusal.REASON_MISSING: _("A reason is needed."),
    }[error.refusal]
    remedy = {
        Refusal.NOT_NOW: _("Load the page again: somebody was quicker."),
        Refusal.NO_TRIP_YET: _("Record the load first, with its volume."),
        Refusal.SLUDGE_IS_OUT: _("Say that the tank is empty, with what was taken."),
    }.get(error.refusal, "")
    return Refused(said, remedy=remedy)


def bad(field: str, message: str, *, remedy: str = "") -> BadInput:
    """A wrong value of a field."""
    return BadInput(message, field=field, remedy=remedy)
