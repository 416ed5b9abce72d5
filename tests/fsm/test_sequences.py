"""Two thousand random lives of a request through the real services and the real database.

After each, the state is the fold of its events, no volume is negative, a step was refused exactly when the rules
refuse it, and what is owed is what the books say.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from fsm import services
from fsm.models import Charge, Event, Payment, Request, Trip
from fsm.queries.requests import standing_payment
from fsm.rules import workflow
from fsm.rules.volumes import could_arrive
from fsm.rules.workflow import Event as Happened
from fsm.rules.workflow import State, Step
from imis.errors import IMISError
from imis.ledger import queries as books
from tests.fsm.office import Office

SEQUENCES, PARTS = 2000, 4
# A step with its trip and hundredths of a m³; weighted so that many lives reach the plant.
STEPS = st.one_of(
    st.sampled_from(["verify", "assign", "start", "finish", "close", "pay"]).map(lambda step: (step, 0, 0)),
    st.tuples(st.just("depart"), st.just(0), st.integers(0, 210)),
    st.tuples(st.just("receive"), st.integers(1, 3), st.integers(-1, 410)),
    st.sampled_from(["fail", "cancel", "reject", "reverse", "again"]).map(lambda step: (step, 0, 0)),
)
ROUTES = st.sampled_from([0, 1, 2, 3, 4, 4, 4])  # how much of the usual beginning has been walked
BEGINNING = ["verify", "assign", "start"]


class Life:
    """One request, driven by steps; `pure` is what the rules alone make of it."""

    def __init__(self, office: Office, number: int) -> None:
        self.office = office
        self.tank = office.containment(f"T-{number}")
        self.request = office.asked(self.tank)
        self.pure = workflow.fold([Happened(Step.REQUEST)])
        self.last: Callable[[], object] = lambda: None
        self.charged = self.paid = False

    def walk(self, step: str, trip: int, hundredths: int) -> None:
        if step == "again":
            before = Event.objects.filter(request=self.request).count(), Payment.objects.count()
            with suppress(IMISError, Charge.DoesNotExist):  # a payment taken back is not there to be taken back again
                self.last()
            assert before == (Event.objects.filter(request=self.request).count(), Payment.objects.count())
            return
        volume = Decimal(hundredths) / 100
        act = self.act(step, trip, volume, uuid4())
        expected = self.expected(step, trip, volume)
        try:
            act()
        except (IMISError, Trip.DoesNotExist, Charge.DoesNotExist):
            assert expected is None, f"{step} {trip} {volume} in {self.pure.state} was refused"
        else:
            assert expected is not None, f"{step} {trip} {volume} in {self.pure.state} went through"
            self.pure, self.last = expected, act
            self.charged |= step == "finish"
            self.paid = step == "pay" or (self.paid and step != "reverse")

    def act(self, step: str, trip: int, volume: Decimal, key: UUID) -> Callable[[], object]:
        office, pk = self.office, self.request.pk
        by = {"by": office.officer, "at": office.now(), "event_id": key, "request": pk}
        drive = {**by, "by": office.driver_user}
        return {
            "verify": lambda: services.verify_request(containment=self.tank.pk, **by),
            "assign": lambda: office.assign(self.request, key),
            "start": lambda: services.start_emptying(**drive),
            "finish": lambda: services.finish_emptying(**drive),
            "fail": lambda: services.report_failure(reason="x", **drive),
            "cancel": lambda: services.cancel_request(reason="x", **by),
            "reject": lambda: services.reject_request(reason="x", **by),
            "close": lambda: services.close_request(**by),
            "depart": lambda: services.send_load(volume=volume, plant=office.plant.pk, **drive),
            "receive": lambda: office.receive(self.request, trip, str(volume), key),
            "pay": lambda: office.pay(Request.objects.get(pk=pk), key),
            "reverse": self.reverse,
        }[step]

    def reverse(self) -> object:
        paid = standing_payment(self.request)
        if paid is None:
            raise Charge.DoesNotExist
        return services.reverse_fee(payment=paid.pk, reason="x", by=self.office.boss, at=self.office.now())

    def expected(self, step: str, trip: int, volume: Decimal) -> workflow.Progress | None:
        """What the rules say; None when they, the truck's size (also for what arrives) or the unpaid fee forbid it."""
        if step == "pay":
            return self.pure if self.charged and not self.paid else None
        if step == "reverse":
            return self.pure if self.paid else None
        if (step == "close" and not self.paid) or (step == "depart" and volume > self.office.truck.capacity_m3):
            return None
        if step == "receive" and not could_arrive(volume, self.office.truck.capacity_m3):
            return None
        number = len(self.pure.trips) + 1 if step == "depart" else trip or None
        happened = Happened(Step(step), number, volume if step in ("depart", "receive") else None, "x")
        try:
            return workflow.follow(self.pure, happened)
        except workflow.NotPossible:
            return None

    def is_sound(self) -> None:
        request = Request.objects.get(pk=self.request.pk)
        folded = workflow.fold(event.rule for event in Event.objects.filter(request=request).order_by("n"))
        assert folded == self.pure and folded.state is not None and folded.state.value == request.state
        assert folded.emptied >= 0 and folded.received >= 0
        assert all(trip.emptied > 0 and (trip.received is None or trip.received >= 0) for trip in folded.trips)
        charge = Charge.objects.filter(request=request).first()
        has_finished = Event.objects.filter(request=request, step="finish").exists()
        assert (charge is not None) == has_finished == self.charged
        assert (standing_payment(request) is not None) == self.paid
        assert charge is None or charge.volume_m3 == folded.emptied


def owed() -> Decimal:
    fees = Charge.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return fees - (Payment.objects.filter(reversal=None).aggregate(total=Sum("amount"))["total"] or Decimal(0))


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_random_lives(part: int) -> None:
    office, seen = Office(), set()
    numbers = iter(range(10 * SEQUENCES))

    @seed(part)
    @settings(
        max_examples=SEQUENCES // PARTS, database=None, derandomize=False, suppress_health_check=list(HealthCheck)
    )
    @given(beginning=ROUTES, steps=st.lists(STEPS, max_size=10))
    def live(beginning: int, steps: list[tuple[str, int, int]]) -> None:
        number = next(numbers)
        life = Life(office, number)
        for step in BEGINNING[:beginning]:
            life.walk(step, 0, 0)
        if beginning > len(BEGINNING):
            life.walk("depart", 0, 150)
        for step, trip, hundredths in steps:
            life.walk(step, trip, hundredths)
        life.is_sound()
        if number % 25 == 0:
            assert books.balance("receivable_sludge") == owed()
        seen.add(life.pure.state)

    live()
    assert next(numbers) >= SEQUENCES // PARTS
    assert {State.REQUESTED, State.VERIFIED, State.ASSIGNED, State.EMPTYING, State.IN_TRANSIT, State.RECEIVED} <= seen
    assert seen & {State.FAILED, State.CANCELLED, State.REJECTED}
    books_hold()


def books_hold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert books.balance("receivable_sludge") == owed()
    call_command("check_books", stdout=StringIO())
    trial = books.trial_balance()
    assert sum(row.debit for row in trial) == sum(row.credit for row in trial)
