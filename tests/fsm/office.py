"""A small sludge service for the tests: a fleet, a plant, a tariff, containments, and people who work in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from fsm import services
from fsm.models import (
    Containment,
    ContainmentBuilding,
    CrewMember,
    Event,
    Payment,
    Provider,
    Request,
    Tariff,
    TreatmentPlant,
    Trip,
    Vehicle,
)
from holdings.models import Building, Ward
from imis.models import User
from tests.tax.city import DHAKA

WARD = 22
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=DHAKA)
TODAY = NOW.date()
D = Decimal


def square(x: float, y: float, side: float) -> MultiPolygon:
    corners = ((x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y))
    return MultiPolygon(Polygon(corners), srid=3857)


def ward(number: int = WARD) -> Ward:
    shape = square(number * 100, 0, 90)
    return Ward.objects.get_or_create(
        number=number, defaults={"name_bn": f"ওয়ার্ড {number}", "name_en": f"Ward {number}", "geom": shape}
    )[0]


def someone(name: str, role: str = "fsm_officer") -> User:
    return User.objects.get_or_create(username=name, defaults={"roles": [role], "all_wards": True, "name_bn": name})[0]


@dataclass
class Office:
    """Everything a request needs, and one method a step; `at` moves a minute with each."""

    at: datetime = NOW
    officer: User = field(default_factory=lambda: someone("officer"))
    cashier: User = field(default_factory=lambda: someone("till", "cashier"))
    boss: User = field(default_factory=lambda: someone("boss", "collection_officer"))
    operator: User = field(default_factory=lambda: someone("gate", "plant_operator"))

    def __post_init__(self) -> None:
        ward()
        by, at = self.officer, self.at
        self.provider = Provider.objects.filter(name_bn="কেসিসি").first() or services.add_provider(
            name_bn="কেসিসি", name_en="KCC", phone="", by=by, at=at
        )
        self.truck = Vehicle.objects.filter(plate="খুলনা-১").first() or services.add_vehicle(
            plate="খুলনা-১", provider=self.provider.pk, capacity_m3=D("2.00"), by=by, at=at
        )
        self.driver_user = someone("driver", "driver")
        self.driver = CrewMember.objects.filter(user=self.driver_user).first() or services.add_crew_member(
            provider=self.provider.pk, name_bn="রহিম", kind="driver", username="driver", by=by, at=at
        )
        self.plant = TreatmentPlant.objects.filter(name_en="Rajbandh").first() or services.add_plant(
            name_bn="রাজবাঁধ", name_en="Rajbandh", kind="fstp", capacity_m3_day=D(180), longitude=D("89.4921"),
            latitude=D("22.7938"), by=by, at=at,
        )  # fmt: skip
        if not Tariff.objects.exists():
            services.adopt_tariff(
                since=date(2026, 7, 1), call_out_amount=D(200), per_m3_amount=D("750.50"), minimum_amount=D(1200),
                authority="test", by=by, at=at,
            )  # fmt: skip

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at

    def containment(self, code: str = "C22-1", **facts: object) -> Containment:
        made = Containment.objects.create(
            code=code, ward=ward(), technology="septic_tank", outlet="open_drain", geom=Point(2215, 15, srid=3857),
            **facts,
        )  # fmt: skip
        building = Building.objects.get_or_create(
            bin=f"B-{code}", ward=ward(),
            defaults={"geom": square(2210, 10, 12), "point": Point(2216, 16, srid=3857), "area_m2": D(120)},
        )[0]  # fmt: skip
        ContainmentBuilding.objects.create(containment=made, building=building, valid=DateRange(date(2020, 1, 1), None))
        return made

    def asked(self, containment: Containment | None = None, **wish: object) -> Request:
        asked: dict[str, object] = {
            "channel": "phone", "ward": WARD, "requester_name": "করিম", "requester_mobile": "01711000000",
            "address": "২২/১ খান জাহান আলী রোড", "containment": containment.pk if containment else None,
        }  # fmt: skip
        return services.request_emptying(
            request_id=uuid4(), wish=services.Wish(**{**asked, **wish}), by=self.officer, at=self.now()
        )

    def verified(self, containment: Containment, **wish: object) -> Request:
        request = self.asked(containment, **wish)
        services.verify_request(
            event_id=uuid4(), request=request.pk, containment=containment.pk, by=self.officer, at=self.now()
        )
        return request

    def assign(self, request: Request, event_id: UUID | None = None) -> Event:
        # The day of the same minute: a clock that passes midnight in between would plan for yesterday.
        at = self.now()
        return services.assign_request(
            event_id=event_id or uuid4(), request=request.pk, vehicle=self.truck.pk, driver=self.driver.pk,
            planned_on=timezone.localdate(at), by=self.officer, at=at,
        )  # fmt: skip

    def start(self, request: Request) -> Event:
        return services.start_emptying(event_id=uuid4(), request=request.pk, by=self.driver_user, at=self.now())

    def load(self, request: Request, volume: str, event_id: UUID | None = None) -> Event:
        return services.send_load(
            event_id=event_id or uuid4(), request=request.pk, volume=D(volume), plant=self.plant.pk,
            by=self.driver_user, at=self.now(),
        )  # fmt: skip

    def finish(self, request: Request) -> Event:
        return services.finish_emptying(event_id=uuid4(), request=request.pk, by=self.driver_user, at=self.now())

    def receive(self, request: Request, number: int, volume: str, event_id: UUID | None = None) -> Event:
        trip = Trip.objects.get(request=request, number=number)
        return services.receive_load(
            event_id=event_id or uuid4(), trip=trip.pk, volume=D(volume), plant=self.plant.pk, weighed=True,
            by=self.operator, at=self.now(),
        )  # fmt: skip

    def emptied(self, containment: Containment, *volumes: str, **wish: object) -> Request:
        request = self.verified(containment, **wish)
        self.assign(request)
        self.start(request)
        for volume in volumes:
            self.load(request, volume)
        self.finish(request)
        return Request.objects.get(pk=request.pk)

    def pay(self, request: Request, payment_id: UUID | None = None) -> Payment:
        payment_id = payment_id or uuid4()
        return services.take_fee(
            payment_id=payment_id, request=request.pk, amount=request.charge.amount, channel="counter",
            reference=str(payment_id), value_date=timezone.localdate(self.at), by=self.cashier, at=self.now(),
            payer_name="করিম",
        )  # fmt: skip

    def close(self, request: Request) -> Event:
        return services.close_request(event_id=uuid4(), request=request.pk, by=self.officer, at=self.now())
