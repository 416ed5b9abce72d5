"""Reads of containments and of what the register says about a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from fsm.models import Containment, ContainmentBuilding, Request, Standing
from holdings.models import Building, Holding


@dataclass(frozen=True)
class Place:
    """Where somebody asks from: the register's rows as far as they are known, and the containments there."""

    ward: int
    holding: Holding | None
    building: Building | None
    containments: list[Containment]


def place_of_holding(holding: Holding, on: date) -> Place:
    """A holding's first building and the containments its buildings use on a day."""
    building = Building.objects.filter(holding_links__holding=holding).order_by("pk").first()
    found = containments_in_use(on).filter(building_links__building__holding_links__holding=holding).distinct()
    return Place(holding.ward_id, holding, building, list(found.order_by("code")))


def place_of_building(building: Building, on: date) -> Place:
    """A building and the containments it uses on a day."""
    found = containments_in_use(on).filter(building_links__building=building).distinct()
    return Place(building.ward_id, None, building, list(found.order_by("code")))


def containments_in_use(on: date) -> QuerySet[Containment]:
    """Containments in use with a building linked on a day."""
    linked = ContainmentBuilding.objects.filter(valid__contains=on).values("containment")
    return Containment.objects.filter(standing=Standing.IN_USE, pk__in=linked)


def containments_near(request: Request, on: date) -> QuerySet[Containment]:
    """The containments that a request can be about: those of its building or holding."""
    asked = Q(pk=request.containment_id)
    if request.building_id:
        asked |= Q(building_links__building=request.building_id, building_links__valid__contains=on)
    if request.holding_id:
        asked |= Q(
            building_links__building__holding_links__holding=request.holding_id, building_links__valid__contains=on
        )
    return Containment.objects.filter(asked, standing=Standing.IN_USE).distinct().order_by("code")


def buildings_of(containment: Containment, on: date) -> list[Building]:
    """The buildings whose toilets lead to a containment on a day."""
    links = containment.building_links.filter(valid__contains=on)
    return list(Building.objects.filter(pk__in=links.values("building")).order_by("bin"))


def emptyings(containment: Containment, *, but: Request | None = None) -> tuple[int, date | None]:
    """How often a containment was emptied, and when last (the day the tank was empty), leaving one request out."""
    rows = Request.objects.filter(containment=containment, events__step="finish")
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    row = rows.aggregate(times=Count("id", distinct=True), last=Max("events__at", filter=Q(events__step="finish")))
    return row["times"], timezone.localdate(row["last"]) if row["last"] else None
