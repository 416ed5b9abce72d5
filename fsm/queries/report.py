"""The month of the sludge service: counts, volumes, money and indicators, from the events and the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from fsm.models import Charge, Event, Payment, Request, State, TreatmentPlant, Trip
from fsm.queries.fleet import people_without_sewer, sludge_rates
from fsm.rules import indicators
from fsm.rules.indicators import Asked, Load, RateDays, Response, Share
from holdings.models import Ward

ZERO = Decimal("0.00")
_DROPPED = [State.REJECTED.value, State.CANCELLED.value]


@dataclass(frozen=True)
class Month:
    """A calendar month in the city's time."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time()))

    def until(self, day: date) -> int:
        """How many of its days have passed by `day`, that day counted."""
        return max(0, min((day - self.first).days + 1, self.days))


@dataclass(frozen=True)
class Line:
    """One row of a table of the report: a ward, a provider or a plant, with m³, trips and requests."""

    name_bn: str
    name_en: str
    requests: int = 0
    emptyings: int = 0
    trips: int = 0
    emptied: Decimal = ZERO
    on_way: Decimal = ZERO
    received: Decimal = ZERO
    difference: Decimal | None = None


@dataclass(frozen=True)
class Report:
    """Everything the monthly report says. Volumes in m³, money in taka; `wards` None means the whole city.

    `emptied` − `on_way` + `difference` = `received`, here and in each line: what no plant has received yet is `on_way`.
    `collection` is of the wards whose `population` is stated; the others are `uncounted`.
    """

    month: Month
    as_at: datetime
    wards: tuple[int, ...] | None
    response: Response
    by_volume: Share
    by_trips: Share
    collection: Share
    population: int | None
    uncounted: tuple[int, ...]
    rates: tuple[RateDays, ...]
    days: int
    emptyings: int
    failed_visits: int
    trips: int
    emptied: Decimal
    on_way: Decimal
    received: Decimal
    difference: Decimal | None
    fees: Decimal
    paid: Decimal
    by_ward: list[Line]
    by_provider: list[Line]
    by_plant: list[Line]


def monthly_report(month: Month, as_at: datetime, wards: list[int] | None = None) -> Report:
    """The report of a month as known at `as_at`. Requests by the day they were made, trips by the day they left."""
    trips = _within(_trips(month, as_at), "request__ward", wards)
    loads = [Load(row["emptied"], row["received"]) for row in trips.values("emptied", "received")]
    totals = _sums(trips)
    return Report(
        month=month,
        as_at=as_at,
        wards=None if wards is None else tuple(wards),
        response=indicators.response(_cohort(month, as_at, wards), as_at),
        by_volume=indicators.safe_desludging_by_volume(loads),
        by_trips=indicators.safe_desludging_by_trips(loads),
        emptyings=_steps("finish", month, wards).count(),
        failed_visits=_steps("fail", month, wards).count(),
        by_ward=_by_ward(month, trips, wards),
        by_provider=_by_provider(trips),
        by_plant=_by_plant(trips),
        **totals,
        **_money(month, wards),
        **_collection(month, as_at, wards, trips),
    )


def _collection(month: Month, as_at: datetime, wards: list[int] | None, trips: QuerySet[Any]) -> dict[str, Any]:
    """The collection ratio and what it stands on: sludge and people of the same wards, each day at its own rate."""
    today = timezone.localdate(as_at)
    days = month.until(today)
    people = people_without_sewer(min(month.last, today), wards)
    here = set(_within(Ward.objects.all(), "number", wards).values_list("number", flat=True))
    rates = indicators.rates_by_day(sludge_rates(), month.first, days)
    population = sum(people.values()) if people else None
    emptied = _sums(trips.filter(request__ward__in=list(people)))["emptied"]
    return {
        "collection": indicators.collection_ratio(emptied, population, rates, days),
        "population": population,
        "uncounted": tuple(sorted(here - set(people))),
        "rates": rates,
        "days": days,
    }


def _within(rows: QuerySet[Any], field: str, wards: list[int] | None) -> QuerySet[Any]:
    return rows if wards is None else rows.filter(**{f"{field}__in": wards})


def _cohort(month: Month, as_at: datetime, wards: list[int] | None) -> list[Asked]:
    finish = Event.objects.filter(request=OuterRef("pk"), step="finish", at__lte=as_at).values("at")[:1]
    past = Event.objects.filter(request=OuterRef("pk"), at__lte=as_at)
    # A visit that failed was made: the request stays in the cohort, whatever became of it.
    dropped = Exists(past.filter(after__in=_DROPPED)) & ~Exists(past.filter(step="fail"))
    rows = Request.objects.filter(requested_at__gte=month.start, requested_at__lt=month.end)
    rows = _within(rows, "ward", wards).annotate(emptied_at=Subquery(finish), dropped=dropped)
    return [
        Asked(asked, emptied, gone)
        for asked, emptied, gone in rows.values_list("requested_at", "emptied_at", "dropped")
    ]


def _trips(month: Month, as_at: datetime) -> QuerySet[Any]:
    """The trips that left in the month, with what came of them by `as_at`."""
    came = Event.objects.filter(arrival__trip=OuterRef("pk"), at__lte=as_at).values("volume_m3")[:1]
    return Trip.objects.filter(event__at__gte=month.start, event__at__lt=month.end, event__at__lte=as_at).annotate(
        emptied=F("event__volume_m3"), received=Subquery(came)
    )


_TRIP_SUMS: dict[str, Any] = {
    "n": Count("pk"),
    "taken": Sum("emptied"),
    "way": Sum("emptied", filter=Q(received=None)),
    "came": Sum("received"),
    "loss": Sum(F("received") - F("emptied")),
}


def _sums(trips: QuerySet[Any]) -> dict[str, Any]:
    row = trips.aggregate(**_TRIP_SUMS)
    return {
        "trips": row["n"],
        "emptied": row["taken"] or ZERO,
        "on_way": row["way"] or ZERO,
        "received": row["came"] or ZERO,
        "difference": row["loss"],
    }


def _steps(step: str, month: Month, wards: list[int] | None) -> QuerySet[Any]:
    return _within(Event.objects.filter(step=step, at__gte=month.start, at__lt=month.end), "request__ward", wards)


def _money(month: Month, wards: list[int] | None) -> dict[str, Any]:
    asked = _within(Charge.objects.filter(event__at__gte=month.start, event__at__lt=month.end), "request__ward", wards)
    paid = Payment.objects.filter(value_date__gte=month.first, value_date__lte=month.last, reversal=None)
    return {
        "fees": asked.aggregate(total=Sum("amount"))["total"] or ZERO,
        "paid": _within(paid, "charge__request__ward", wards).aggregate(total=Sum("amount"))["total"] or ZERO,
    }


def _line(name_bn: str, name_en: str, row: dict[str, Any], **more: Any) -> Line:
    return Line(
        name_bn,
        name_en,
        trips=row["n"],
        emptied=row["taken"] or ZERO,
        on_way=row["way"] or ZERO,
        received=row["came"] or ZERO,
        difference=row["loss"],
        **more,
    )


def _by_ward(month: Month, trips: QuerySet[Any], wards: list[int] | None) -> list[Line]:
    asked = Request.objects.filter(requested_at__gte=month.start, requested_at__lt=month.end)
    requests = dict(_within(asked, "ward", wards).order_by().values_list("ward").annotate(n=Count("pk")))
    finished = dict(_steps("finish", month, wards).order_by().values_list("request__ward").annotate(n=Count("pk")))
    driven = {row["request__ward"]: row for row in trips.order_by().values("request__ward").annotate(**_TRIP_SUMS)}
    nothing = {"n": 0, "taken": None, "way": None, "came": None, "loss": None}
    return [
        _line(
            ward.name_bn,
            ward.name_en,
            driven.get(ward.number, nothing),
            requests=requests.get(ward.number, 0),
            emptyings=finished.get(ward.number, 0),
        )
        for ward in Ward.objects.filter(number__in={*requests, *driven, *finished}).order_by("number")
    ]


def _by_provider(trips: QuerySet[Any]) -> list[Line]:
    names = "vehicle__provider__name_bn", "vehicle__provider__name_en"
    rows = trips.order_by().values(*names).annotate(**_TRIP_SUMS, jobs=Count("request", distinct=True))
    return [_line(row[names[0]], row[names[1]], row, requests=row["jobs"]) for row in rows.order_by(names[0])]


def _by_plant(trips: QuerySet[Any]) -> list[Line]:
    """By the plant that received a load, or the one it was bound for while it is on the way."""
    lines = []
    for plant in TreatmentPlant.objects.order_by("name_bn"):
        here = trips.filter(Q(delivery__plant=plant) | Q(delivery=None, plant=plant))
        row = here.aggregate(**_TRIP_SUMS)
        if row["n"]:
            lines.append(_line(plant.name_bn, plant.name_en, row))
    return lines
