"""The services of the sludge office: steps, retries, fees, refusals in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from fsm import services
from fsm.models import Charge, Event, Payment, Request, Trip
from fsm.queries import requests as queries
from fsm.rules.workflow import State
from imis.errors import BadInput, NotAllowed, Refused
from imis.ledger import queries as books
from imis.ledger.services import receipt_token, verify_token
from imis.models import AuditRow
from tests.fsm.office import TODAY, WARD, Office, someone

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def state(request: Request) -> str:
    return Request.objects.get(pk=request.pk).state


def test_from_the_request_to_the_closed_file(office: Office) -> None:
    request = office.emptied(office.containment(), "2.00", "1.20")
    assert state(request) == "in_transit"
    # 200 + 3.20 × 750.50 = 2601.60 → 2602.
    assert (request.charge.amount, request.charge.volume_m3) == (D(2602), D("3.20"))
    assert books.balance("receivable_sludge") == D(2602)
    assert books.balance("revenue_sludge") == D("-2601.60")
    office.receive(request, 2, "1.20")
    office.receive(request, 1, "1.85")
    progress = queries.progress_of(request)
    assert (progress.state, progress.difference) == (State.RECEIVED, D("-0.15"))
    with pytest.raises(Refused):
        office.close(request)
    payment = office.pay(request)
    assert isinstance(payment, Payment)
    assert books.balance("receivable_sludge") == 0 and books.balance("cash_counter") == D(2602)
    office.close(request)
    assert state(request) == "closed"
    proved = verify_token(receipt_token(payment.receipt))
    assert proved is not None and proved.in_books
    assert (proved.amount, proved.request_number) == (D("2602.00"), request.number)
    call_command("check_books", stdout=StringIO())


def test_each_step_has_one_audit_row_without_names(office: Office) -> None:
    request = office.emptied(office.containment(), "1.00")
    rows = AuditRow.objects.filter(object_type="sludge_request", object_id=str(request.pk)).order_by("id")
    assert [row.action for row in rows] == [
        "request_emptying", "verify_request", "assign_request", "start_emptying", "send_sludge_load",
        "finish_emptying",
    ]  # fmt: skip
    assert all(row.ward == WARD and "করিম" not in str(row.details) for row in rows)
    assert rows.count() == Event.objects.filter(request=request).count()


def test_a_receipt_is_in_the_one_series(office: Office) -> None:
    payment = office.pay(office.emptied(office.containment(), "1.00"))
    assert isinstance(payment, Payment)
    assert str(payment.receipt) == "TAX-2627-000001"


def test_a_containment_has_one_open_request(office: Office) -> None:
    tank = office.containment()
    first = office.asked(tank)
    with pytest.raises(Refused, match=first.number):
        office.asked(tank)
    services.cancel_request(event_id=uuid4(), request=first.pk, reason="sold", by=office.officer, at=office.now())
    assert state(office.asked(tank)) == "requested"


def test_a_request_by_phone_gets_its_containment_at_verification(office: Office) -> None:
    request = office.asked()
    tank = services.register_containment(
        ward=WARD, found=services.Found("lined_pit", "none", "circular", diameter_m=D("1.2"), depth_m=D("2.5")),
        since=TODAY, by=office.officer, at=office.now(),
    )  # fmt: skip
    tank.refresh_from_db()
    assert (tank.volume_m3, tank.needs_verification) == (D("2.83"), True)
    services.verify_request(
        event_id=uuid4(), request=request.pk, containment=tank.pk, by=office.officer, at=office.now()
    )
    assert Request.objects.get(pk=request.pk).containment == tank


def test_a_verified_request_cannot_take_the_containment_of_another(office: Office) -> None:
    tank = office.containment()
    office.verified(tank)
    other = office.asked()
    with pytest.raises(Refused):
        services.verify_request(
            event_id=uuid4(), request=other.pk, containment=tank.pk, by=office.officer, at=office.now()
        )


def test_the_same_form_sent_ten_times_is_one_request(office: Office) -> None:
    key, tank = uuid4(), office.containment()
    wish = services.Wish("phone", WARD, "করিম", "01711000000", containment=tank.pk, address="x")
    made = {
        services.request_emptying(request_id=key, wish=wish, by=office.officer, at=office.now()).number
        for _turn in range(10)
    }
    assert len(made) == 1 and Event.objects.count() == 1
    other = services.Wish("phone", WARD, "অন্য", "01811000000", address="y")
    with pytest.raises(Refused):
        services.request_emptying(request_id=key, wish=other, by=office.officer, at=office.now())


def test_every_step_of_the_telephone_may_be_sent_again(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    by, at = office.driver_user, office.now()
    start, load, end = uuid4(), uuid4(), uuid4()
    for _turn in range(3):
        services.start_emptying(event_id=start, request=request.pk, by=by, at=at)
    sent = {
        services.send_load(event_id=load, request=request.pk, volume=D("1.5"), plant=office.plant.pk, by=by, at=at).pk
        for _turn in range(3)
    }
    for _turn in range(3):
        services.finish_emptying(event_id=end, request=request.pk, by=by, at=at)
    assert sent == {load} and Trip.objects.count() == 1 and Charge.objects.count() == 1
    arrived = uuid4()
    assert {office.receive(request, 1, "1.5", arrived).pk for _turn in range(3)} == {arrived}
    assert state(request) == "received"
    with pytest.raises(Refused):
        services.send_load(event_id=load, request=request.pk, volume=D("1.6"), plant=office.plant.pk, by=by, at=at)
    paid = uuid4()
    assert {office.pay(Request.objects.get(pk=request.pk), paid).pk for _turn in range(3)} == {paid}  # type: ignore[attr-defined]


def test_a_late_phone_says_when_it_happened(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    assigned = office.at
    at = office.at + timedelta(hours=5)

    def start(happened: timedelta) -> Event:
        return services.start_emptying(
            event_id=uuid4(), request=request.pk, by=office.driver_user, at=at, happened_at=assigned + happened
        )

    event = start(timedelta(hours=2))
    assert (event.at, event.recorded_at) == (assigned + timedelta(hours=2), at)
    # A clock that runs ahead or behind is brought between the step before and now.
    office.at = at
    ahead = services.send_load(
        event_id=uuid4(), request=request.pk, volume=D(1), plant=office.plant.pk, by=office.driver_user, at=at,
        happened_at=at + timedelta(days=2),
    )  # fmt: skip
    behind = services.finish_emptying(
        event_id=uuid4(), request=request.pk, by=office.driver_user, at=at, happened_at=at - timedelta(days=2)
    )
    assert ahead.at == at and behind.at == at


def test_another_driver_cannot_touch_the_job(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    stranger = someone("stranger", "driver")
    with pytest.raises(NotAllowed):
        services.start_emptying(event_id=uuid4(), request=request.pk, by=stranger, at=office.now())
    services.add_crew_member(
        provider=office.provider.pk, name_bn="সেলিম", kind="driver", username="stranger", by=office.officer,
        at=office.now(),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        services.start_emptying(event_id=uuid4(), request=request.pk, by=stranger, at=office.now())


def test_a_load_fits_its_truck(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    office.start(request)
    with pytest.raises(BadInput):
        office.load(request, "2.01")
    assert office.load(request, "2.00").trip == 1


def test_a_failed_visit_is_sent_again(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    services.report_failure(
        event_id=uuid4(), request=request.pk, reason="gate locked", by=office.driver_user, at=office.now()
    )
    assert state(request) == "failed"
    office.assign(request)
    office.start(request)
    assert state(request) == "emptying"


def test_nobody_receives_what_they_drove(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    trip = Trip.objects.get()
    with pytest.raises(Refused):
        services.receive_load(
            event_id=uuid4(), trip=trip.pk, volume=D(1), plant=office.plant.pk, weighed=False,
            by=office.driver_user, at=office.now(),
        )  # fmt: skip
    assert state(request) == "in_transit"


def test_the_tariff_of_the_day_counts(office: Office) -> None:
    services.adopt_tariff(
        since=date(2026, 11, 10), call_out_amount=D(0), per_m3_amount=D(0), minimum_amount=D(0), authority="free week",
        by=office.officer, at=office.now(),
    )  # fmt: skip
    request = office.emptied(office.containment(), "1")
    assert (request.charge.amount, request.charge.entry) == (D(0), None)
    office.receive(request, 1, "1")
    office.close(request)
    with pytest.raises(Refused):
        services.adopt_tariff(
            since=date(2026, 8, 1), call_out_amount=D(0), per_m3_amount=D(0), minimum_amount=D(0), authority="late",
            by=office.officer, at=office.now(),
        )  # fmt: skip
    call_command("check_books", stdout=StringIO())


def test_an_assignment_needs_a_tariff_and_one_provider(office: Office) -> None:
    request = office.verified(office.containment())
    with pytest.raises(Refused):
        services.assign_request(
            event_id=uuid4(), request=request.pk, vehicle=office.truck.pk, driver=office.driver.pk,
            planned_on=date(2020, 1, 1), by=office.officer, at=office.at.replace(year=2019),
        )  # fmt: skip
    other = services.add_provider(name_bn="অন্য", name_en="Other", phone="", by=office.officer, at=office.now())
    truck = services.add_vehicle(plate="খ-২", provider=other.pk, capacity_m3=D(1), by=office.officer, at=office.now())
    with pytest.raises(BadInput):
        services.assign_request(
            event_id=uuid4(), request=request.pk, vehicle=truck.pk, driver=office.driver.pk, planned_on=TODAY,
            by=office.officer, at=office.now(),
        )  # fmt: skip


def test_what_is_there_already_is_refused_in_words(office: Office) -> None:
    with pytest.raises(Refused):
        services.add_vehicle(
            plate="খুলনা-১", provider=office.provider.pk, capacity_m3=D(1), by=office.officer, at=office.now()
        )
    with pytest.raises(BadInput):
        services.add_crew_member(
            provider=office.provider.pk, name_bn="x", kind="driver", by=office.officer, at=office.now()
        )
