"""The workflow's table: what may follow what, what the trips decide, and that the database holds the same table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from fsm.models import State as StateWords
from fsm.models import Step as StepWords
from fsm.rules.workflow import (
    ENDED,
    TRANSITIONS,
    Event,
    NotPossible,
    Progress,
    Refusal,
    State,
    Step,
    Trip,
    fold,
    follow,
    possible_steps,
)

D = Decimal
TO_EMPTYING = [Event(Step.REQUEST), Event(Step.VERIFY), Event(Step.ASSIGN), Event(Step.START)]


def depart(n: int, volume: str) -> Event:
    return Event(Step.DEPART, trip=n, volume=D(volume))


def receive(n: int, volume: str) -> Event:
    return Event(Step.RECEIVE, trip=n, volume=D(volume))


def test_the_straight_way_ends_closed_with_its_volumes() -> None:
    progress = fold(
        [
            *TO_EMPTYING,
            depart(1, "2.00"),
            depart(2, "1.50"),
            receive(1, "1.90"),
            Event(Step.FINISH),
            receive(2, "1.50"),
            Event(Step.CLOSE),
        ]
    )
    assert progress.state is State.CLOSED
    assert progress.trips == (Trip(1, D("2.00"), D("1.90")), Trip(2, D("1.50"), D("1.50")))
    assert (progress.emptied, progress.received, progress.difference) == (D("3.50"), D("3.40"), D("-0.10"))
    assert not progress.is_open


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (TO_EMPTYING[:1], State.REQUESTED),
        (TO_EMPTYING[:2], State.VERIFIED),
        (TO_EMPTYING[:3], State.ASSIGNED),
        (TO_EMPTYING, State.EMPTYING),
        ([*TO_EMPTYING, depart(1, "1")], State.EMPTYING),
        ([*TO_EMPTYING, depart(1, "1"), Event(Step.FINISH)], State.IN_TRANSIT),
        ([*TO_EMPTYING, depart(1, "1"), receive(1, "1")], State.EMPTYING),
        ([*TO_EMPTYING, depart(1, "1"), receive(1, "1"), Event(Step.FINISH)], State.RECEIVED),
        ([*TO_EMPTYING, depart(1, "1"), depart(2, "1"), Event(Step.FINISH), receive(2, "1")], State.IN_TRANSIT),
        ([*TO_EMPTYING, Event(Step.FAIL, reason="locked gate")], State.FAILED),
        ([*TO_EMPTYING, Event(Step.FAIL, reason="locked gate"), Event(Step.ASSIGN)], State.ASSIGNED),
        ([Event(Step.REQUEST), Event(Step.REJECT, reason="outside the city")], State.REJECTED),
        ([*TO_EMPTYING[:3], Event(Step.CANCEL, reason="sold the house")], State.CANCELLED),
    ],
)
def test_each_prefix_stands_where_it_should(events: list[Event], state: State) -> None:
    assert fold(events).state is state


@pytest.mark.parametrize(
    ("events", "event", "refusal"),
    [
        ([], Event(Step.VERIFY), Refusal.NOT_NOW),
        (TO_EMPTYING[:1], Event(Step.REQUEST), Refusal.NOT_NOW),
        (TO_EMPTYING[:1], Event(Step.ASSIGN), Refusal.NOT_NOW),
        (TO_EMPTYING[:1], Event(Step.REJECT, reason="  "), Refusal.REASON_MISSING),
        (TO_EMPTYING, Event(Step.FINISH), Refusal.NO_TRIP_YET),
        (TO_EMPTYING, Event(Step.CANCEL, reason="x"), Refusal.NOT_NOW),
        (TO_EMPTYING, depart(2, "1"), Refusal.TRIP_OUT_OF_TURN),
        (TO_EMPTYING, depart(1, "0"), Refusal.VOLUME_MISSING),
        (TO_EMPTYING, depart(1, "-1"), Refusal.VOLUME_MISSING),
        (TO_EMPTYING, Event(Step.DEPART, trip=1), Refusal.VOLUME_MISSING),
        ([*TO_EMPTYING, depart(1, "1")], Event(Step.FAIL, reason="x"), Refusal.SLUDGE_IS_OUT),
        ([*TO_EMPTYING, depart(1, "1")], receive(2, "1"), Refusal.NO_SUCH_TRIP),
        ([*TO_EMPTYING, depart(1, "1")], receive(1, "-0.01"), Refusal.VOLUME_MISSING),
        ([*TO_EMPTYING, depart(1, "1"), receive(1, "1")], receive(1, "1"), Refusal.RECEIVED_BEFORE),
        ([*TO_EMPTYING, depart(1, "1"), Event(Step.FINISH)], Event(Step.CLOSE), Refusal.NOT_NOW),
        ([*TO_EMPTYING, depart(1, "1"), Event(Step.FINISH)], depart(2, "1"), Refusal.NOT_NOW),
    ],
)
def test_each_refusal_names_itself(events: list[Event], event: Event, refusal: Refusal) -> None:
    with pytest.raises(NotPossible) as refused:
        follow(fold(events), event)
    assert refused.value.refusal is refusal


def test_a_load_that_arrives_empty_is_received_with_its_loss() -> None:
    progress = fold([*TO_EMPTYING, depart(1, "2"), Event(Step.FINISH), receive(1, "0")])
    assert (progress.state, progress.difference) == (State.RECEIVED, D("-2"))


def test_nothing_follows_an_end() -> None:
    assert all(possible_steps(state) == frozenset() for state in ENDED)
    assert all(possible_steps(state) for state in State if state not in ENDED)


def test_every_state_can_be_reached_and_words_cover_the_rules() -> None:
    assert {after for _step, _before, after in TRANSITIONS} == set(State)
    assert {step for step, _before, _after in TRANSITIONS} == set(Step)
    assert [state.value for state in State] == [word.value for word in StateWords]
    assert [step.value for step in Step] == [word.value for word in StepWords]
    assert Progress().difference is None


@pytest.mark.django_db
def test_the_database_holds_the_same_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT step, before, after FROM fsm_transitions()")
        held = set(cursor.fetchall())
    assert held == {(step.value, before.value if before else "", after.value) for step, before, after in TRANSITIONS}
