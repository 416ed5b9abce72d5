"""The demo's sludge service: a containment for most buildings, a fleet, a plant, and requests in every state.

Containments are one statement; the requests go through the real services, so the books and the events are true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from demo.statements import statement
from demo.story import PILOT, PILOT_WARDS, History
from fsm import services
from fsm.models import Containment, CrewMember, Request, TreatmentPlant, Trip, Vehicle
from fsm.services.containments import containment_series
from holdings.models import Building, Holding, Ownership
from imis.models import User
from imis.numbers import take_block

_PEOPLE_A_HOLDING = Decimal("4.1")
# How far each request of the demo came, and how many days ago it was made.
_STORIES: tuple[tuple[str, int], ...] = (
    *(("closed", day) for day in (52, 47, 41, 36, 33, 29, 24, 20, 17, 13, 11, 8)),
    ("received", 6), ("received", 4), ("in_transit", 2), ("emptying", 1), ("assigned", 2), ("assigned", 1),
    ("failed", 3), ("verified", 1), ("verified", 2), ("requested", 0), ("requested", 1), ("requested", 1),
    ("rejected", 9), ("cancelled", 15),
)  # fmt: skip
_NEEDS = ("requested", "verified", "assigned", "emptying", "in_transit", "received", "closed")


@dataclass(frozen=True)
class _Fleet:
    truck: Vehicle
    driver: CrewMember
    plant: TreatmentPlant


def load_sludge(history: History) -> None:
    """Fills the sludge service up to the history's last day."""
    _containments()
    officer, opened = history.users["fsm_officer"], _moment(history.today - timedelta(days=400))
    fleet = _fleet(officer, opened)
    _assumptions(officer, opened)
    tanks = _tanks(len(_STORIES))
    for turn, ((state, days), tank) in enumerate(zip(_STORIES, tanks, strict=False)):
        _Life(history, fleet, tank, turn).live(state, history.today - timedelta(days=days))


def _containments() -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement("containments"), {})
        cursor.execute("ANALYZE fsm_containment")
        cursor.execute(statement("containment_links"))
    for ward, count in Containment.objects.values_list("ward").annotate(n=Count("pk")).order_by("ward"):
        take_block(containment_series(ward), count)


def _fleet(by: User, at: datetime) -> _Fleet:
    own = services.add_provider(name_bn="কেসিসি কনজারভেন্সি শাখা", name_en="KCC Conservancy", phone="", by=by, at=at)
    club = services.add_provider(
        name_bn="কমিউনিটি ডেভেলপমেন্ট কমিটি (ডেমো)", name_en="Community development committee (demo)", phone="",
        by=by, at=at,
    )  # fmt: skip
    truck = services.add_vehicle(plate="খুলনা মেট্রো-শ ১১-০০২৩", provider=own.pk, capacity_m3=Decimal(2), by=by, at=at)
    services.add_vehicle(plate="খুলনা মেট্রো-শ ১১-০০৪১", provider=own.pk, capacity_m3=Decimal(5), by=by, at=at)
    services.add_vehicle(plate="খুলনা মেট্রো-শ ১১-০০৫৭", provider=club.pk, capacity_m3=Decimal(1), by=by, at=at)
    driver = services.add_crew_member(
        provider=own.pk, name_bn="ডেমো চালক", kind="driver", username="driver", by=by, at=at
    )
    services.add_crew_member(provider=own.pk, name_bn="ডেমো অপসারণকর্মী", kind="emptier", by=by, at=at)
    plant = services.add_plant(
        name_bn="রাজবাঁধ পয়ঃবর্জ্য শোধনাগার", name_en="Rajbandh treatment plant", kind="fstp",
        capacity_m3_day=Decimal(180), longitude=Decimal("89.492111"), latitude=Decimal("22.793750"), by=by, at=at,
    )  # fmt: skip
    return _Fleet(truck, driver, plant)


def _assumptions(by: User, at: datetime) -> None:
    day = timezone.localdate(at)
    services.adopt_tariff(
        since=day, call_out_amount=Decimal(200), per_m3_amount=Decimal(750), minimum_amount=Decimal(1200),
        authority="ডেমো ফি-তালিকা", by=by, at=at,
    )  # fmt: skip
    services.state_sludge_rate(since=day, ml_per_head_day=Decimal(275), source="ডেমো: সাধারণত ২৭০–২৮০ মিলি", by=by, at=at)
    for ward, holdings in Holding.objects.values_list("ward").annotate(n=Count("pk")).order_by("ward"):
        people = int(holdings * _PEOPLE_A_HOLDING)
        services.state_population(
            ward=ward, counted_on=day, non_sewered=people, source="ডেমো: হোল্ডিং × ৪.১ জন", by=by, at=at
        )


def _tanks(n: int) -> list[Containment]:
    """Containments of the pilot wards, the first ward first; spread over it by their numbers."""
    rows: list[Containment] = []
    for ward in (PILOT, *(ward for ward in PILOT_WARDS if ward != PILOT)):
        here = Containment.objects.filter(ward_id=ward, volume_m3__gte=3)
        here = here.filter(building_links__building__holding_links__isnull=False)
        found = list(here.distinct().order_by("code")[: 40 * n])
        rows += found[:: max(1, len(found) // n)]
    return rows[:n]


class _Life:
    """One request of the demo, driven through the services to where it stands."""

    def __init__(self, history: History, fleet: _Fleet, tank: Containment, turn: int) -> None:
        self.users, self.fleet, self.tank, self.turn = history.users, fleet, tank, turn
        self.subject = f"imis-demo/sludge/{tank.code}"
        self.last = _moment(history.today, 16)
        self.at = self.last

    def live(self, state: str, asked_on: date) -> None:
        """Up to `state`, from a request made on `asked_on`."""
        self.at = _moment(asked_on)
        request = self._ask()
        if state in ("rejected", "cancelled"):
            act = services.reject_request if state == "rejected" else services.cancel_request
            reason = "কর্পোরেশনের বাইরে (ডেমো)" if state == "rejected" else "আবেদনকারী অন্য ব্যবস্থা করেছেন (ডেমো)"
            act(reason=reason, **self._office(request, state))
            return
        reached = _NEEDS.index("assigned" if state == "failed" else state)
        steps = (None, self._verify, self._assign, self._empty, self._finish, self._receive, self._close)
        for step in steps[1 : reached + 1]:
            assert step is not None
            step(request)
        if state == "failed":
            services.report_failure(reason="গলিতে গাড়ি ঢোকেনি (ডেমো)", **self._crew(request, "fail"))

    def _next(self, hours: int) -> datetime:
        self.at = min(self.at + timedelta(hours=hours, minutes=7 * (self.turn % 5)), self.last)
        return self.at

    def _id(self, step: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.subject}/{step}")

    def _office(self, request: Request, step: str, hours: int = 2) -> dict[str, Any]:
        by = self.users["fsm_officer"]
        return {"event_id": self._id(step), "request": request.pk, "by": by, "at": self._next(hours)}

    def _crew(self, request: Request, step: str, hours: int = 1) -> dict[str, Any]:
        return {**self._office(request, step, hours), "by": self.users["driver"]}

    def _ask(self) -> Request:
        building = Building.objects.filter(containment_links__containment=self.tank).order_by("pk")[0]
        holding = Holding.objects.filter(building_links__building=building).order_by("pk").first()
        owner = Ownership.objects.filter(holding=holding).select_related("owner").order_by("pk").first()
        wish = services.Wish(
            channel="phone" if self.turn % 3 else "counter",
            ward=self.tank.ward_id,
            holding=holding.pk if holding else None,
            building=building.pk,
            containment=self.tank.pk,
            requester_name=owner.owner.name_bn if owner else "ডেমো আবেদনকারী",
            requester_mobile=f"0170000{self.turn:04d}",
            urgent=self.turn % 7 == 3,
            consents_to_place=self.turn % 2 == 0,
        )
        by = self.users["fsm_officer"]
        return services.request_emptying(request_id=self._id("request"), wish=wish, by=by, at=self.at)

    def _verify(self, request: Request) -> None:
        services.verify_request(containment=self.tank.pk, **self._office(request, "verify"))

    def _assign(self, request: Request) -> None:
        facts = self._office(request, "assign", 3)
        planned = timezone.localdate(self.at) + timedelta(days=int(self.at < self.last - timedelta(days=2)))
        services.assign_request(
            vehicle=self.fleet.truck.pk, driver=self.fleet.driver.pk, planned_on=planned,
            **facts,
        )  # fmt: skip

    def _empty(self, request: Request) -> None:
        services.start_emptying(**self._crew(request, "start", 17))
        for n, volume in enumerate(
            (Decimal("2.00"), Decimal("1.20") + Decimal(self.turn % 6) / 10)[: 1 + self.turn % 2]
        ):
            services.send_load(
                volume=volume, plant=self.fleet.plant.pk, **self._crew(request, f"load{n}"),
            )  # fmt: skip

    def _finish(self, request: Request) -> None:
        services.finish_emptying(**self._crew(request, "finish"))

    def _receive(self, request: Request) -> None:
        for trip in Trip.objects.filter(request=request).select_related("event").order_by("number"):
            left = trip.event.volume_m3
            assert left is not None
            loss = Decimal(self.turn % 4) * Decimal("0.05")
            services.receive_load(
                event_id=self._id(f"receive{trip.number}"),
                trip=trip.pk,
                volume=left - loss,
                plant=self.fleet.plant.pk,
                weighed=True,
                by=self.users["plant_operator"],
                at=self._next(1),
            )

    def _close(self, request: Request) -> None:
        charge = Request.objects.select_related("charge").get(pk=request.pk).charge
        at = self._next(3)
        services.take_fee(
            payment_id=self._id("pay"),
            request=request.pk,
            amount=charge.amount,
            channel="counter",
            reference=f"DS-{self.turn:03d}",
            value_date=timezone.localdate(at),
            payer_name=request.requester_name,
            by=self.users["cashier"],
            at=at,
        )
        services.close_request(**self._office(request, "close"))


def _moment(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
