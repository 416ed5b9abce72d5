"""Which containment a request can be about: links that ended, codes that are taken, the other side of a ward's line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fsm import services
from fsm.models import Containment, ContainmentBuilding, Request
from fsm.queries.containments import containments_near, place_of_building, place_of_holding
from fsm.queries.requests import history_of_holding
from fsm.services import requests as request_services
from holdings.models import Building, Holding, HoldingBuilding
from imis.errors import BadInput, Refused
from tests.fsm.office import TODAY, WARD, D, Office, Point, square, ward
from tests.fsm.reading import filled, text_of

Sign = Callable[..., Client]
PIT = services.Found("lined_pit", "unknown")


def building(number: int, in_ward: int = WARD) -> Building:
    return Building.objects.create(
        bin=f"N-{number}",
        ward=ward(in_ward),
        geom=square(2230, 10, 12),
        point=Point(2236, 16, srid=3857),
        area_m2=D(120),
    )


def holding_in(*buildings: Building, number: str = "7", in_ward: int = WARD) -> Holding:
    made = Holding.objects.create(ward=ward(in_ward), number_written=number, number_key=number)
    for each in buildings:
        HoldingBuilding.objects.create(holding=made, building=each)
    return made


def link(tank: Containment, house: Building, since: date, until: date | None = None) -> None:
    ContainmentBuilding.objects.create(containment=tank, building=house, valid=DateRange(since, until))


def verify(office: Office, request: Request, containment: int | services.Found) -> None:
    services.verify_request(
        event_id=uuid4(), request=request.pk, containment=containment, by=office.officer, at=office.now()
    )


def test_a_link_that_ended_offers_its_tank_no_more(office: Office) -> None:
    tank, old = office.containment(), building(1)
    link(tank, old, date(2015, 1, 1), date(2020, 1, 1))
    former, neighbour = holding_in(old), tank.building_links.exclude(building=old).get().building
    assert place_of_building(old, TODAY).containments == place_of_holding(former, TODAY).containments == []
    assert place_of_building(old, date(2019, 12, 31)).containments == [tank]
    assert place_of_building(neighbour, TODAY).containments == [tank]
    asked = office.asked(None, building=old.pk, holding=former.pk)
    assert list(containments_near(asked, TODAY)) == []
    theirs = office.asked(tank, building=neighbour.pk)
    assert list(history_of_holding(former.pk)) == [asked]
    assert list(history_of_holding(holding_in(neighbour, number="8").pk)) == [theirs]


def test_a_request_by_a_building_is_of_its_holding(office: Office) -> None:
    house = building(1)
    asked = office.asked(None, building=house.pk)
    verify(office, asked, PIT)
    assert list(history_of_holding(holding_in(house).pk)) == [asked]


def test_a_code_that_a_file_brought_is_skipped(office: Office) -> None:
    for code in ("C22-000001", "c22-000002", "C22-000004"):
        office.containment(code)
    for _turn in range(3):
        verify(office, office.asked(None), PIT)
    found = Containment.objects.filter(technology="lined_pit").order_by("pk").values_list("code", flat=True)
    assert list(found) == ["C22-000003", "C22-000005", "C22-000006"]


def test_a_tank_on_record_is_found_by_its_code(office: Office, browser_of: Sign) -> None:
    tank, officer = office.containment("C22-000123"), browser_of(office.officer)
    asked = office.asked(None)
    page = officer.get(reverse("fsm:request", args=[asked.pk]))
    address = reverse("fsm:verify", args=[asked.pk])
    choice = {"verify-containment": "known", "verify-code": ""}
    for code in ("", "C22-000999"):
        refused = officer.post(address, filled(page, address, **{**choice, "verify-code": code}))
        assert refused.status_code == 400 and Containment.objects.count() == 1
    answer = officer.post(address, filled(page, address, **{**choice, "verify-code": " c২২-০০০১২৩ "}))
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert (asked.containment, asked.state, Containment.objects.count()) == (tank, "verified", 1)
    # A second call for the same tank is the open request's.
    again = office.asked(None)
    page = officer.get(reverse("fsm:request", args=[again.pk]))
    address = reverse("fsm:verify", args=[again.pk])
    refused = officer.post(address, filled(page, address, **{**choice, "verify-code": "C22-000123"}))
    assert refused.status_code == 400 and asked.number in text_of(refused)


def test_a_code_of_another_ward_or_out_of_use_is_not_found(office: Office, browser_of: Sign) -> None:
    office.containment("C22-1", standing="abandoned")
    asked = office.asked(None)
    address = reverse("fsm:verify", args=[asked.pk])
    data = {"event_id": uuid4(), "verify-event_id": uuid4(), "verify-containment": "known", "verify-code": "C22-1"}
    assert browser_of(office.officer).post(address, data).status_code == 400
    ward(23)
    office.containment("C22-2")
    asked = office.asked(None, ward=23)
    data["verify-code"] = "C22-2"
    assert browser_of(office.officer).post(reverse("fsm:verify", args=[asked.pk]), data).status_code == 400
    assert not Request.objects.exclude(state="requested").exists()


def test_a_tank_of_another_ward_is_refused_while_the_caller_is_there(office: Office) -> None:
    tank = office.containment()
    ward(23)
    with pytest.raises(BadInput) as refused:
        office.asked(tank, ward=23)
    assert refused.value.remedy and refused.value.field == "containment"
    asked = office.asked(None, ward=23)
    with pytest.raises(BadInput):
        verify(office, asked, tank.pk)


def test_a_house_may_lead_to_a_tank_beyond_the_wards_line(office: Office) -> None:
    tank, house = office.containment(), building(1, in_ward=23)
    link(tank, house, date(2020, 1, 1))
    asked = office.asked(tank, ward=23, building=house.pk)
    verify(office, asked, tank.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.ward_id, asked.containment) == ("verified", 23, tank)


@pytest.mark.django_db(transaction=True)
def test_two_requests_verified_on_one_tank_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(at=timezone.now())
    tank = office.containment()
    both, meeting = [office.asked(None), office.asked(None)], threading.Barrier(2, timeout=2)
    real, ended = request_services.open_request_on, []

    def looked(*args: object, **named: object) -> Request | None:
        found = real(*args, **named)  # type: ignore[arg-type]
        try:
            meeting.wait()
        except threading.BrokenBarrierError:
            pass  # the other one waits for the lock, as it should
        return found

    def go(request: Request) -> None:
        try:
            services.verify_request(
                event_id=uuid4(), request=request.pk, containment=tank.pk, by=office.officer, at=timezone.now()
            )
            ended.append("verified")
        except Exception as error:
            ended.append(type(error).__name__)
        finally:
            connection.close()

    monkeypatch.setattr(request_services, "open_request_on", looked)
    threads = [threading.Thread(target=go, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [Refused.__name__, "verified"]
