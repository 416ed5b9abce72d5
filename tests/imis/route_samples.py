"""For every route with an object in its address: a real object in ward 22, or why wards play no part.

`test_routes` fails when a route with arguments is missing here. A factory takes the `World` and returns
the route's arguments; a text says why a person of another ward is let in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Polygon
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from fsm.models import Payment as SludgePayment
from fsm.models import Request as SludgeRequest
from holdings.models import Building, Holding, HoldingBuilding, SurveyFile, SurveyReading, SurveyRow, Unit
from imis.jobs import work_once
from imis.models import Job, User
from imis.money import D
from tax.models import Bill, Payment
from tax.queries import rule_set_on
from tax.services import assess_ward, issue_bills, request_ward_bills, take_payment
from tests.fsm.office import Office
from tests.tax.city import START, build_city, moment, officer
from utilities.models import Connection, Sewer

WARD = 22
OTHER_WARD = 24


def _square(x: float, y: float, side: float) -> MultiPolygon:
    # The register keeps rings clockwise.
    corners = ((x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y))
    return MultiPolygon(Polygon(corners), srid=3857)


@dataclass
class World:
    """One assessed and billed holding with its building and a payment; each made when first asked for."""

    maker: Callable[..., User]

    @cached_property
    def holding(self) -> Holding:
        """A let holding in a building of ward 22, assessed from July 2021."""
        build_city(wards=[WARD], count=1)
        Unit.objects.update(area_sqft=D(2000), monthly_rent_amount=None, occupancy="let", use="residential")
        assess_ward(ward=WARD, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
        holding = Holding.objects.get()
        HoldingBuilding.objects.create(holding=holding, building=self.building)
        return holding

    @cached_property
    def building(self) -> Building:
        """A building in the ward."""
        build_city(wards=[WARD], count=0)
        geom = _square(2210, 10, 12)
        return Building.objects.create(
            bin="B22-1", ward_id=WARD, geom=geom, point=geom.point_on_surface, area_m2=D("120.00")
        )

    @cached_property
    def bill(self) -> Bill:
        """The bill of the first quarter of 2021-22."""
        issued = date(2021, 7, 5)
        issue_bills(
            ward=[WARD] if self.holding else [], fiscal_year=2021, quarter=1, issued_on=issued,
            due_on=date(2021, 9, 30), by=officer("collector-b"), at=moment(issued),
        )  # fmt: skip
        return Bill.objects.get(holding=self.holding)

    @cached_property
    def payment(self) -> Payment:
        """One thousand taka at the counter."""
        day = date(2021, 8, 1)
        return take_payment(
            payment_id=uuid4(), channel="counter", reference="R-1", value_date=day, holding=self.bill.holding_id,
            amount=D(1000), by=officer("cashier-b"), at=moment(day),
        )  # fmt: skip

    @cached_property
    def ward_job(self) -> Job:
        """The ward's bills as PDF, really made."""
        request_ward_bills(
            ward=self.bill.ward_id, fiscal_year=2021, quarter=1, by=officer("collector-b"), at=moment(date(2021, 7, 6))
        )
        made = work_once()
        assert made is not None and made.state == Job.State.DONE
        return made

    @cached_property
    def sewer(self) -> Sewer:
        """A sewer of the ward."""
        geom = MultiLineString(LineString((9_968_000, 2_608_000), (9_968_090, 2_608_000)), srid=3857)
        return Sewer.objects.create(code="S22-1", ward_id=self.building.ward_id, geom=geom, length_m=D("83.00"))

    @cached_property
    def connection(self) -> Connection:
        """The water connection of that holding."""
        return Connection.objects.create(
            provider_id="KWASA", service="water", holding=self.holding, account_number="W-1", account_key="W1",
            status="connected", valid=DateRange(date(2021, 7, 1), None),
        )  # fmt: skip

    @cached_property
    def survey_file(self) -> SurveyFile:
        """A checked survey file with one row, in ward 22, brought in by somebody else."""
        file = SurveyFile.objects.create(
            name="survey.gpkg",
            sha256="0" * 64,
            driver="GPKG",
            row_count=1,
            state=SurveyFile.State.CHECKED,
            staged_by=self.maker("assessor", username="surveyor"),
            staged_at=timezone.now(),
        )
        row = SurveyRow.objects.create(file=file, number=1)
        SurveyReading.objects.create(row=row, file_id=file.pk, ward_number=self.holding.ward_id)
        return file

    @cached_property
    def tank_emptied(self) -> SludgeRequest:
        """A request of ward 22 whose tank is empty, with a trip on the way and its fee paid."""
        office = Office(at=timezone.now() - timedelta(days=1))
        return office.emptied(office.containment(), "1.00")

    @cached_property
    def sludge_payment(self) -> SludgePayment:
        """The fee of that request, paid at the counter."""
        request = self.tank_emptied
        return Office(at=timezone.now()).pay(request)


Sample = str | Callable[[World], dict[str, Any]]

ONE_OFFICE = "staff are managed for the whole corporation by the administrator alone"
OWN_JOB = "a job is shown to its owner and to those who could have asked for it; test_records proves it"
BEARER = "whoever holds the paper may check it; the answer names nobody"
KIND_OF_FILE = "each kind of file has a permission of its own beside the wards; test_intake_screens proves both"
OWN_CREW = "a driver works on the jobs of their own crew; tests/fsm keeps other drivers out"
CATALOGUE = "the same for everyone who may open the map; the layers filter by audience and ward themselves"

# Arguments of routes that are written as regular expressions.
EXPRESSIONS: dict[str, dict[str, Any]] = {
    "geoserver:audience": {"audience": "public"},
    "holdings:survey_report": {"file_id": 999_999_999, "kind": "csv"},
    "intake:report": {"file_id": 999_999_999, "kind": "csv"},
    "utilities:network": {"slug": "drains"},
    "utilities:sewer": {"sewer_id": 999_999_999},
    "utilities:reach_file": {"sewer_id": 999_999_999, "kind": "csv"},
}

SAMPLES: dict[str, Sample] = {
    "geoserver:audience": "the door limits scoped layers to the person's wards itself; tests/verification proves it",
    "edit_person": ONE_OFFICE,
    "set_active": ONE_OFFICE,
    "reset_password": ONE_OFFICE,
    "reset_second_factor": ONE_OFFICE,
    "job": OWN_JOB,
    "job_progress": OWN_JOB,
    "intake:file": KIND_OF_FILE,
    "intake:columns": KIND_OF_FILE,
    "intake:srid": KIND_OF_FILE,
    "intake:check": KIND_OF_FILE,
    "intake:apply": KIND_OF_FILE,
    "intake:problems": KIND_OF_FILE,
    "intake:map": KIND_OF_FILE,
    "intake:row": KIND_OF_FILE,
    "intake:settle": KIND_OF_FILE,
    "intake:report": KIND_OF_FILE,
    "utilities:network": "a list of the user's own wards; test_screens of the utilities proves it",
    "utilities:sewer": lambda world: {"sewer_id": world.sewer.pk},
    "utilities:reach_file": lambda world: {"sewer_id": world.sewer.pk, "kind": "csv"},
    "utilities:correct": lambda world: {"connection_id": world.connection.pk},
    "utilities:holding_panel": lambda world: {"holding_id": world.holding.pk},
    "layers:legend": CATALOGUE,
    "layers:tilejson": CATALOGUE,
    "layers:tile": CATALOGUE,
    **dict.fromkeys(("layers_ogc:collection", "layers_ogc:items", "layers_ogc:item"), CATALOGUE),
    "api:holding": lambda world: {"pk": world.holding.pk},
    "api:holding_dues": lambda world: {"holding_id": world.holding.pk},
    "api:building": lambda world: {"pk": world.building.pk},
    "api:request": lambda world: {"pk": world.tank_emptied.pk},
    "layers:building_panel": "buildings are on everyone's map; tests/layers keeps other wards' holdings out",
    "layers:holding_place": lambda world: {"pk": world.holding.pk},
    "layers:holding_road": lambda world: {"pk": world.holding.pk},
    "verify_receipt": BEARER,
    "verify_receipt_capitals": BEARER,
    "verify_bill": BEARER,
    "tax:assess": lambda world: {"ward": world.holding.ward_id},
    "tax:proposals": lambda world: {"ward": world.holding.ward_id},
    "tax:reject": lambda world: {"ward": world.holding.ward_id},
    "tax:bill_run": lambda world: {"ward": world.holding.ward_id},
    "tax:issue_bills": lambda world: {"ward": world.holding.ward_id},
    "tax:print_ward": lambda world: {"ward": world.holding.ward_id},
    "tax:ward_file": lambda world: {"job_id": world.ward_job.pk},
    "tax:holding_panel": lambda world: {"holding_id": world.holding.pk},
    "tax:account": lambda world: {"holding_id": world.holding.pk},
    "tax:pay": lambda world: {"holding_id": world.holding.pk},
    "tax:bill": lambda world: {"bill_id": world.bill.pk},
    "tax:bill_pdf": lambda world: {"bill_id": world.bill.pk},
    "tax:receipt": lambda world: {"payment_id": world.payment.pk},
    "tax:receipt_pdf": lambda world: {"payment_id": world.payment.pk},
    "tax:reverse": lambda world: {"payment_id": world.payment.pk},
    "fsm:request": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:verify": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:assign": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:reject": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:cancel": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:close": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:fee": lambda world: {"request_id": world.tank_emptied.pk},
    "fsm:receipt": lambda world: {"payment_id": world.sludge_payment.pk},
    "fsm:receipt_pdf": lambda world: {"payment_id": world.sludge_payment.pk},
    "fsm:reverse": lambda world: {"payment_id": world.sludge_payment.pk},
    "fsm:holding_panel": lambda world: {"holding_id": world.holding.pk},
    "fsm:request_panel": lambda world: {"key": int(world.tank_emptied.number.replace("FS-", "").replace("-", ""))},
    "fsm:containment_panel": lambda world: {"containment_id": world.tank_emptied.containment_id},
    "fsm:photo": "a photo's file lies on disk; tests/fsm keeps other wards' photos out",
    "fsm:drive_start": OWN_CREW,
    "fsm:drive_fail": OWN_CREW,
    "fsm:drive_load": OWN_CREW,
    "fsm:drive_finish": OWN_CREW,
    "fsm:drive_photo": OWN_CREW,
    "fsm:add": "fleet, plants and prices are kept for the whole corporation",
    "holdings:survey": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_columns": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_srid": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_check": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_apply": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_problems": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_map": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_row": lambda world: {"file_id": world.survey_file.pk, "number": 1},
    "holdings:survey_settle": lambda world: {"file_id": world.survey_file.pk},
    "holdings:survey_report": lambda world: {"file_id": world.survey_file.pk, "kind": "csv"},
    "holdings:detail": lambda world: {"holding_id": world.holding.pk},
    "holdings:panel": lambda world: {"holding_id": world.holding.pk},
}
