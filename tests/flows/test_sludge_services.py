"""FSM request → treatment, in the service layer.

Reads like the story of docs/guide/sludge.md: a file brings the containments; a call becomes a request with its one
open place; a crew is sent; two loads leave and one note is sent twice; the plant measures less than left; the fee goes
through the books with a receipt of the one series; the month's report counts it; the map shows where it stood.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from fsm import services
from fsm.documents.report import report_pdf, report_xlsx
from fsm.models import Containment, Request, Trip
from fsm.queries.report import Month, monthly_report
from fsm.queries.requests import board, jobs_of, progress_of
from fsm.rules.workflow import State
from holdings.intake.queries import outcomes
from holdings.intake.services import apply_intake, check_intake, stage_intake
from holdings.models import Ward
from imis.errors import Refused
from imis.ledger import queries as books
from imis.ledger.services import receipt_token, verify_token
from imis.models import User
from imis.roles import Role
from layers.catalogue import BY_NAME
from tests.fsm.test_intake import point
from tests.holdings.conftest import wards, write
from tests.utilities.conftest import building

__all__ = ["wards", "write"]

WARD = 22
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=ZoneInfo("Asia/Dhaka"))
D = Decimal
Staff = Callable[[Role], User]


def bring_containments(write: Callable[..., Path], by: User) -> None:
    """A survey's file of tanks: one has its building and measures, one has neither."""
    building(7, WARD, 1100, 100)
    rows = [
        (point(1112, 105), {"code": "T-7", "type": "septic tank", "outlet": "drain", "length": "2.4", "width": "1.2",
                            "depth": "1.8", "bin": "B7"}),
        (point(1300, 105), {"code": "T-8", "type": "lined pit", "outlet": "", "length": "", "width": "", "depth": "",
                            "bin": ""}),
    ]  # fmt: skip
    file = stage_intake(kind="containments", path=write("tanks.gpkg", rows), name="tanks.gpkg", by=by, at=NOW)
    file = apply_intake(file=check_intake(file=file, by=by, at=NOW), by=by, at=NOW)
    assert outcomes(file).applied == 2


def open_office(staff: Staff) -> dict[str, int]:
    """Provider, vehicle, driver, plant, tariff and what the indicators assume."""
    by = {"by": staff(Role.FSM_OFFICER), "at": NOW}
    own = services.add_provider(name_bn="কেসিসি", name_en="KCC", phone="", **by)
    truck = services.add_vehicle(plate="খুলনা-১", provider=own.pk, capacity_m3=D(3), **by)
    name = staff(Role.DRIVER).username
    driver = services.add_crew_member(provider=own.pk, name_bn="রহিম", kind="driver", username=name, **by)
    plant = services.add_plant(
        name_bn="রাজবাঁধ", name_en="Rajbandh", kind="fstp", capacity_m3_day=D(180), longitude=D("89.4921"),
        latitude=D("22.7938"), **by,
    )  # fmt: skip
    services.adopt_tariff(
        since=NOW.date(), call_out_amount=D(200), per_m3_amount=D(750), minimum_amount=D(1200), authority="test", **by
    )
    services.state_population(ward=WARD, counted_on=NOW.date(), non_sewered=1000, source="test", **by)
    services.state_sludge_rate(since=NOW.date().replace(day=1), ml_per_head_day=D(275), source="test", **by)
    return {"truck": truck.pk, "driver": driver.pk, "plant": plant.pk}


def empty_the_tank(request: Request, office: dict[str, int], staff: Staff) -> None:
    """Verify, send the crew, two loads; the first note arrives twice."""
    officer, driver = staff(Role.FSM_OFFICER), staff(Role.DRIVER)
    tank = Containment.objects.get(code="T-7")
    services.verify_request(event_id=uuid4(), request=request.pk, containment=tank.pk, by=officer, at=NOW)
    services.assign_request(
        event_id=uuid4(), request=request.pk, vehicle=office["truck"], driver=office["driver"], planned_on=NOW.date(),
        by=officer, at=NOW,
    )  # fmt: skip
    (task,) = jobs_of(driver.crew_member, NOW.date())
    assert task.request == request
    at = NOW + timedelta(hours=2)
    services.start_emptying(event_id=uuid4(), request=request.pk, by=driver, at=at)
    load = {"request": request.pk, "plant": office["plant"], "by": driver, "at": at}
    note = uuid4()
    for _turn in range(2):
        services.send_load(event_id=note, volume=D("3.00"), **load)
    services.send_load(event_id=uuid4(), volume=D("2.00"), **load)
    services.finish_emptying(event_id=uuid4(), request=request.pk, by=driver, at=at)


def measure(office: dict[str, int], by: User) -> None:
    """The plant's operator finds less in the first load than was said."""
    for trip, volume in zip(Trip.objects.order_by("number"), (D("2.90"), D("2.00")), strict=True):
        services.receive_load(
            event_id=uuid4(), trip=trip.pk, volume=volume, plant=office["plant"], weighed=True, by=by,
            at=NOW + timedelta(hours=3),
        )  # fmt: skip


@pytest.mark.django_db
def test_a_request_reaches_treatment(wards: list[Ward], write: Callable[..., Path], staff: Staff) -> None:
    officer = staff(Role.FSM_OFFICER)
    bring_containments(write, officer)
    office = open_office(staff)
    tank = Containment.objects.get(code="T-7")
    assert tank.volume_m3 == D("5.18")
    wish = services.Wish("phone", WARD, "করিম", "01711000000", containment=tank.pk, address="মসজিদের পাশে")
    request = services.request_emptying(request_id=uuid4(), wish=wish, by=officer, at=NOW)
    with pytest.raises(Refused):
        services.request_emptying(request_id=uuid4(), wish=wish, by=officer, at=NOW)

    empty_the_tank(request, office, staff)
    assert Trip.objects.count() == 2
    columns = {column.state: column.count for column in board(officer)}
    assert columns["in_transit"] == 1 and sum(columns.values()) == 1

    measure(office, staff(Role.PLANT_OPERATOR))
    progress = progress_of(request)
    assert (progress.state, progress.emptied, progress.difference) == (State.RECEIVED, D("5.00"), D("-0.10"))

    request = Request.objects.get(pk=request.pk)
    assert request.charge.amount == D(3950) == books.balance("receivable_sludge")
    payment = services.take_fee(
        payment_id=uuid4(), request=request.pk, amount=D(3950), channel="counter", reference="c-1",
        value_date=NOW.date(), by=staff(Role.CASHIER), at=NOW + timedelta(hours=4),
    )  # fmt: skip
    services.close_request(event_id=uuid4(), request=request.pk, by=officer, at=NOW + timedelta(hours=5))
    proved = verify_token(receipt_token(payment.receipt))
    assert proved is not None and (proved.amount, proved.request_number) == (D(3950), request.number)
    assert payment.receipt.series == "TAX-2627"

    report_says(office)
    call_command("check_books", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the chain is sealed at commit, which a test does not reach
    call_command("verify_chain", stdout=StringIO())


def report_says(office: dict[str, int]) -> None:
    """The month: one of one answered, 4.90 of 5.00 m³ received, 5 of 2.75 m³ made by 1,000 people in ten days."""
    report = monthly_report(Month(2026, 11), NOW + timedelta(hours=6))
    assert report.response.efficiency.percent == 100 and report.response.median_hours == D("2.0")
    assert (report.by_volume.percent, report.by_trips.percent) == (D("98.0"), D("100.0"))
    assert (report.collection.whole, report.collection.percent) == (D("2.75"), D("181.8"))
    assert (report.fees, report.paid, report.difference) == (D(3950), D(3950), D("-0.10"))
    for lang in ("bn", "en"):
        assert report_pdf(report, lang=lang).startswith(b"%PDF") and report_xlsx(report, lang=lang).startswith(b"PK")
    with connection.cursor() as cursor:
        shown = {}
        for name in ("containments", "requests_by_state", "treatment_plants"):
            cursor.execute(f"SELECT count(*) FROM ({BY_NAME[name].features.sql}) f", {"fiscal_year": 2026})
            shown[name] = cursor.fetchone()[0]
    assert shown == {"containments": 2, "requests_by_state": 0, "treatment_plants": 1}
