"""The life of an emptying request: one transition table, and the state as the fold of its events.

The database holds the same table (sql/0002_refusals.sql); a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

ZERO = Decimal("0.00")


class State(str, Enum):
    """Where a request stands."""

    REQUESTED = "requested"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    EMPTYING = "emptying"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    CLOSED = "closed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Step(str, Enum):
    """What can happen to a request."""

    REQUEST = "request"
    VERIFY = "verify"
    REJECT = "reject"
    CANCEL = "cancel"
    ASSIGN = "assign"
    START = "start"
    FAIL = "fail"
    DEPART = "depart"
    FINISH = "finish"
    RECEIVE = "receive"
    CLOSE = "close"


# Every (step, state before, state after) there is. `receive` and `finish` have two outcomes: RECEIVED once the tank is
# empty and every trip has arrived, else the state that waits for the rest.
TRANSITIONS: frozenset[tuple[Step, State | None, State]] = frozenset(
    {
        (Step.REQUEST, None, State.REQUESTED),
        (Step.VERIFY, State.REQUESTED, State.VERIFIED),
        (Step.REJECT, State.REQUESTED, State.REJECTED),
        (Step.REJECT, State.VERIFIED, State.REJECTED),
        (Step.CANCEL, State.REQUESTED, State.CANCELLED),
        (Step.CANCEL, State.VERIFIED, State.CANCELLED),
        (Step.CANCEL, State.ASSIGNED, State.CANCELLED),
        (Step.CANCEL, State.FAILED, State.CANCELLED),
        (Step.ASSIGN, State.VERIFIED, State.ASSIGNED),
        (Step.ASSIGN, State.ASSIGNED, State.ASSIGNED),
        (Step.ASSIGN, State.FAILED, State.ASSIGNED),
        (Step.START, State.ASSIGNED, State.EMPTYING),
        (Step.FAIL, State.ASSIGNED, State.FAILED),
        (Step.FAIL, State.EMPTYING, State.FAILED),
        (Step.DEPART, State.EMPTYING, State.EMPTYING),
        (Step.FINISH, State.EMPTYING, State.IN_TRANSIT),
        (Step.FINISH, State.EMPTYING, State.RECEIVED),
        (Step.RECEIVE, State.EMPTYING, State.EMPTYING),
        (Step.RECEIVE, State.IN_TRANSIT, State.IN_TRANSIT),
        (Step.RECEIVE, State.IN_TRANSIT, State.RECEIVED),
        (Step.CLOSE, State.RECEIVED, State.CLOSED),
    }
)
# A request in one of these is over; its containment may be asked for again.
ENDED = frozenset({State.CLOSED, State.REJECTED, State.CANCELLED})
# Steps that need a reason in words, and those that carry a trip and its volume.
WITH_REASON = frozenset({Step.REJECT, Step.CANCEL, Step.FAIL})
WITH_VOLUME = frozenset({Step.DEPART, Step.RECEIVE})
# Steps that mean the truck is out with the sludge of a containment: its place and volume are known from then on.
_SETTLING = frozenset({Step.FINISH, Step.RECEIVE})


class Refusal(str, Enum):
    """Why a step cannot be taken now."""

    NOT_NOW = "not_now"
    NO_TRIP_YET = "no_trip_yet"
    SLUDGE_IS_OUT = "sludge_is_out"
    NO_SUCH_TRIP = "no_such_trip"
    RECEIVED_BEFORE = "received_before"
    TRIP_OUT_OF_TURN = "trip_out_of_turn"
    VOLUME_MISSING = "volume_missing"
    REASON_MISSING = "reason_missing"


class NotPossible(ValueError):
    """The step contradicts the state; `refusal` says how and `state` is the one it met."""

    def __init__(self, refusal: Refusal, step: Step, state: State | None) -> None:
        super().__init__(f"{step.value} in {state.value if state else 'nothing'}: {refusal.value}")
        self.refusal, self.step, self.state = refusal, step, state


@dataclass(frozen=True)
class Event:
    """One thing that happened: `trip` and `volume` (m³) belong to depart and receive only."""

    step: Step
    trip: int | None = None
    volume: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Trip:
    """A load that left for the plant: `emptied` m³ taken, `received` m³ given off there, None while on the way."""

    number: int
    emptied: Decimal
    received: Decimal | None = None


@dataclass(frozen=True)
class Progress:
    """What the events so far amount to; volumes in m³."""

    state: State | None = None
    events: int = 0
    trips: tuple[Trip, ...] = ()

    @property
    def emptied(self) -> Decimal:
        """Taken from the containment by all trips."""
        return sum((trip.emptied for trip in self.trips), ZERO)

    @property
    def received(self) -> Decimal:
        """Given off at plants by the trips that arrived."""
        return sum((trip.received for trip in self.trips if trip.received is not None), ZERO)

    @property
    def arrived(self) -> bool:
        """Whether no trip is on the way."""
        return all(trip.received is not None for trip in self.trips)

    @property
    def difference(self) -> Decimal | None:
        """Received less emptied of the trips that arrived; None before the first arrival. Negative is a loss."""
        came = [trip for trip in self.trips if trip.received is not None]
        return self.received - sum((trip.emptied for trip in came), ZERO) if came else None

    @property
    def is_open(self) -> bool:
        """Whether the request still keeps its containment."""
        return self.state is not None and self.state not in ENDED


def possible_steps(state: State | None) -> frozenset[Step]:
    """The steps the table allows in a state."""
    return frozenset(step for step, before, _after in TRANSITIONS if before == state)


def follow(progress: Progress, event: Event) -> Progress:
    """The progress after one more event; NotPossible when the table or the trips forbid it."""
    _check(progress, event)
    trips = _trips(progress, event)
    after = _outcome(replace(progress, trips=trips), event.step)
    return Progress(state=after, events=progress.events + 1, trips=trips)


def fold(events: Iterable[Event]) -> Progress:
    """The progress that a request's events amount to, in their order."""
    progress = Progress()
    for event in events:
        progress = follow(progress, event)
    return progress


def _check(progress: Progress, event: Event) -> None:
    refusal = _table_refuses(progress, event) or _facts_refuse(event) or _trips_refuse(progress, event)
    if refusal is not None:
        raise NotPossible(refusal, event.step, progress.state)


def _table_refuses(progress: Progress, event: Event) -> Refusal | None:
    return None if event.step in possible_steps(progress.state) else Refusal.NOT_NOW


def _facts_refuse(event: Event) -> Refusal | None:
    if event.step in WITH_REASON and not event.reason.strip():
        return Refusal.REASON_MISSING
    if event.step is Step.DEPART and (event.volume is None or event.volume <= 0):
        return Refusal.VOLUME_MISSING
    if event.step is Step.RECEIVE and (event.volume is None or event.volume < 0):
        return Refusal.VOLUME_MISSING
    return None


def _trips_refuse(progress: Progress, event: Event) -> Refusal | None:
    if event.step is Step.FINISH and not progress.trips:
        return Refusal.NO_TRIP_YET
    if event.step is Step.FAIL and progress.trips:
        return Refusal.SLUDGE_IS_OUT
    if event.step is Step.DEPART and event.trip != len(progress.trips) + 1:
        return Refusal.TRIP_OUT_OF_TURN
    if event.step is Step.RECEIVE:
        trip = next((trip for trip in progress.trips if trip.number == event.trip), None)
        if trip is None:
            return Refusal.NO_SUCH_TRIP
        if trip.received is not None:
            return Refusal.RECEIVED_BEFORE
    return None


def _trips(progress: Progress, event: Event) -> tuple[Trip, ...]:
    if event.step is Step.DEPART:
        assert event.trip is not None and event.volume is not None
        return (*progress.trips, Trip(event.trip, event.volume))
    if event.step is Step.RECEIVE:
        return tuple(
            replace(trip, received=event.volume) if trip.number == event.trip else trip for trip in progress.trips
        )
    return progress.trips


def _outcome(progress: Progress, step: Step) -> State:
    """The state after `step`, from the table; of two outcomes the one that the trips decide."""
    outcomes = {after for taken, before, after in TRANSITIONS if taken is step and before == progress.state}
    if step in _SETTLING and len(outcomes) > 1:
        return State.RECEIVED if progress.arrived else State.IN_TRANSIT
    (only,) = outcomes
    return only
