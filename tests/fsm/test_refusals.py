"""The database refuses what must never be, whoever asks: each rule is met by SQL that bypasses Python."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from fsm.models import Event, Payment, Request, Trip
from tests.fsm.office import NOW, WARD, Office, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def refused(rule: str, sql: str, *params: Any) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def insert_event(request: Request, n: int, step: str, before: str, after: str, **facts: Any) -> tuple[str, list[Any]]:
    columns = {
        "id": uuid4(), "request_id": request.pk, "n": n, "step": step, "before": before, "after": after, "trip": None,
        "volume_m3": None, "reason": "", "at": NOW, "recorded_at": NOW, "by_id": someone("intruder").pk, **facts,
    }  # fmt: skip
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO fsm_event ({', '.join(columns)}) VALUES ({places})", list(columns.values())


def event_refused(rule: str, request: Request, *event: Any, **facts: Any) -> None:
    sql, params = insert_event(request, *event, **facts)
    refused(rule, sql, *params)


def test_kept_rows_are_neither_changed_nor_deleted(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    office.receive(request, 1, "1")
    office.pay(request)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE wants no pending trigger
    for table in ("event", "assignment", "trip", "delivery", "photo", "charge", "payment", "reversal"):
        key = "event_id" if table in ("assignment", "trip", "delivery") else "id"
        refused("append_only", f"UPDATE fsm_{table} SET {key} = {key}")
        refused("append_only", f"DELETE FROM fsm_{table}")
        refused("append_only", f"TRUNCATE fsm_{table} CASCADE")
    refused("append_only", "DELETE FROM fsm_request")
    refused("append_only", "TRUNCATE fsm_request CASCADE")


def test_the_state_moves_only_by_events(office: Office) -> None:
    request = office.asked(office.containment())
    refused("state_is_the_fold_of_events", "UPDATE fsm_request SET state = 'closed' WHERE id = %s", request.pk)
    refused(
        "state_is_the_fold_of_events",
        "INSERT INTO fsm_request SELECT (json_populate_record(r, json_build_object("
        "'id', %s::text, 'number', 'x', 'containment_id', NULL))).* FROM fsm_request r",
        uuid4(),
    )
    refused("request_stays_as_asked", "UPDATE fsm_request SET number = 'x' WHERE id = %s", request.pk)
    refused("request_stays_as_asked", "UPDATE fsm_request SET ward_id = 1 WHERE id = %s", request.pk)


def test_a_request_without_its_first_event_does_not_commit(office: Office) -> None:
    with pytest.raises(IntegrityError, match="request_has_its_first_event"), transaction.atomic():
        Request.objects.create(
            id=uuid4(), number="x", channel="phone", ward_id=WARD, address="y", requester_name="z",
            requester_mobile="01", requested_at=NOW, requested_by=office.officer,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_events_follow_the_table(office: Office) -> None:
    request = office.asked(office.containment())
    event_refused("sludge_step_is_in_the_table", request, 2, "close", "requested", "closed")
    event_refused("sludge_event_follows_the_last", request, 2, "assign", "verified", "assigned")
    event_refused("sludge_event_follows_the_last", request, 3, "verify", "requested", "verified")
    event_refused("sludge_event_follows_the_last", request, 1, "verify", "requested", "verified")
    event_refused("sludge_refusal_has_a_reason", request, 2, "reject", "requested", "rejected")
    event_refused("volume_belongs_to_a_trip", request, 2, "verify", "requested", "verified", trip=1, volume_m3=1)
    event_refused(
        "sludge_event_recorded_after_it_happened", request, 2, "verify", "requested", "verified",
        recorded_at=NOW.replace(year=2025),
    )  # fmt: skip


def test_work_needs_a_containment(office: Office) -> None:
    event_refused("work_needs_a_containment", office.asked(), 2, "verify", "requested", "verified")


def test_trips_are_possible(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    office.start(request)
    event_refused("empty_tank_needs_a_trip", request, 5, "finish", "emptying", "in_transit")
    event_refused("sludge_trips_in_turn", request, 5, "depart", "emptying", "emptying", trip=2, volume_m3=1)
    event_refused("sludge_volume_not_negative", request, 5, "depart", "emptying", "emptying", trip=1, volume_m3=0)
    event_refused("sludge_volume_not_negative", request, 5, "depart", "emptying", "emptying", trip=1, volume_m3=-1)
    event_refused("sludge_received_left_before", request, 5, "receive", "emptying", "emptying", trip=1, volume_m3=1)
    office.load(request, "1")
    event_refused("no_failed_visit_with_sludge_out", request, 6, "fail", "emptying", "failed", reason="x")
    event_refused("received_when_every_trip_is_in", request, 6, "finish", "emptying", "received")
    office.finish(request)
    receive = {"trip": 1, "volume_m3": 1}
    event_refused("received_when_every_trip_is_in", request, 7, "receive", "in_transit", "in_transit", **receive)
    event_refused(
        "sludge_received_by_another", request, 7, "receive", "in_transit", "received",
        by_id=office.driver_user.pk, **receive,
    )  # fmt: skip
    office.receive(request, 1, "1")
    event_refused("sludge_step_is_in_the_table", request, 8, "receive", "received", "received", trip=1, volume_m3=1)


def test_one_open_request_for_a_containment(office: Office) -> None:
    tank = office.containment()
    office.asked(tank)
    other = office.asked()
    refused(
        "one_open_request_per_containment",
        "UPDATE fsm_request SET containment_id = %s WHERE id = %s", tank.pk, other.pk,
    )  # fmt: skip
    verified = office.verified(office.containment("C22-2"))
    refused("containment_stays_after_verification",
            "UPDATE fsm_request SET containment_id = NULL WHERE id = %s", verified.pk)  # fmt: skip


def test_facts_belong_to_their_event(office: Office) -> None:
    request = office.emptied(office.containment(), "1.5")
    trip, finish = Trip.objects.get(), Event.objects.get(step="finish")
    facts = [finish.pk, request.pk, trip.vehicle_id, trip.plant_id]
    refused("trip_belongs_to_its_event",
            "INSERT INTO fsm_trip (event_id, request_id, vehicle_id, plant_id, number) VALUES (%s, %s, %s, %s, 2)",
            *facts)  # fmt: skip
    refused("delivery_belongs_to_its_trip",
            "INSERT INTO fsm_delivery (event_id, trip_id, plant_id, weighed) VALUES (%s, %s, %s, false)",
            finish.pk, trip.pk, trip.plant_id)  # fmt: skip
    refused("assignment_belongs_to_its_event",
            "INSERT INTO fsm_assignment (event_id, request_id, provider_id, vehicle_id, driver_id, planned_on)"
            " VALUES (%s, %s, %s, %s, %s, '2026-11-11')",
            finish.pk, request.pk, office.provider.pk, office.truck.pk, office.driver.pk)  # fmt: skip


def test_a_trip_fits_its_vehicle(office: Office) -> None:
    request = office.verified(office.containment())
    office.assign(request)
    office.start(request)
    sql, params = insert_event(request, 5, "depart", "emptying", "emptying", trip=1, volume_m3="2.01")
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    refused("trip_fits_the_vehicle",
            "INSERT INTO fsm_trip (event_id, request_id, vehicle_id, plant_id, number) VALUES (%s, %s, %s, %s, 1)",
            params[0], request.pk, office.truck.pk, office.plant.pk)  # fmt: skip


def test_the_fee_is_paid_once_and_whole(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    payment = office.pay(request)
    assert isinstance(payment, Payment)
    copy = (
        "INSERT INTO fsm_payment SELECT (json_populate_record(p, json_build_object("
        "'id', %s::text, 'reference', 'other', 'amount', {amount}))).* FROM fsm_payment p"
    )
    refused("sludge_fee_paid_once", copy.format(amount="p.amount"), uuid4())
    refused("sludge_fee_paid_in_full", copy.format(amount="1"), uuid4())
    refused(
        "sludge_reversal_by_another_officer",
        "INSERT INTO fsm_reversal (payment_id, entry_id, reason, reversed_at, reversed_by_id)"
        " VALUES (%s, %s, 'x', now(), %s)",
        payment.pk, payment.entry_id, office.cashier.pk,
    )  # fmt: skip


def test_a_tariff_keeps_its_prices(office: Office) -> None:
    refused("sludge_tariff_stays", "UPDATE fsm_tariff SET per_m3_amount = 1")
    refused("sludge_tariff_stays", "DELETE FROM fsm_tariff")
    refused("one_sludge_tariff_in_force",
            "INSERT INTO fsm_tariff (valid, call_out_amount, per_m3_amount, minimum_amount, authority)"
            " VALUES ('[2026-08-01,2026-09-01)', 0, 0, 0, 'x')")  # fmt: skip


def test_a_fee_is_for_what_was_taken(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    other = office.emptied(office.containment("C22-9"), "1")
    refused(
        "fee_is_for_the_volume_taken",
        "INSERT INTO fsm_charge (request_id, event_id, tariff_id, volume_m3, amount, working, entry_id, made_at)"
        " SELECT request_id, %s, tariff_id, volume_m3 + 1, 0, working, NULL, made_at FROM fsm_charge"
        " WHERE request_id = %s",
        Event.objects.get(request=other, step="finish").pk, request.pk,
    )  # fmt: skip


def test_a_link_to_a_building_is_dated_and_single(office: Office) -> None:
    office.containment()
    copy = (
        "INSERT INTO fsm_containmentbuilding (containment_id, building_id, valid)"
        " SELECT containment_id, building_id, %s FROM fsm_containmentbuilding"
    )
    refused("containment_building_linked_once_at_a_time", copy, "[2024-01-01,)")
    refused("containment_link_lasts", copy, "empty")
    with connection.cursor() as cursor:
        cursor.execute(copy, ["[2010-01-01,2020-01-01)"])


@pytest.mark.parametrize("column", ["diameter_m", "length_m", "width_m", "depth_m", "stated_volume_m3"])
def test_measures_are_positive(office: Office, column: str) -> None:
    office.containment()
    refused(f"containment_{column}_positive", f"UPDATE fsm_containment SET {column} = 0")


def test_volume_is_derived_by_the_database_and_may_be_overridden(office: Office) -> None:
    tank = office.containment(shape="circular", diameter_m="1.20", depth_m="2.50")
    tank.refresh_from_db()
    assert str(tank.volume_m3) == "2.83"
    tank.stated_volume_m3 = "9.99"  # type: ignore[assignment]
    tank.save()
    tank.refresh_from_db()
    assert str(tank.volume_m3) == "9.99"
