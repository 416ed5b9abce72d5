"""Reads of containments and of what the register says about a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from fsm.models import Containment, ContainmentBuilding, Request, Standing
from holdings.models import Building, Holding
from imis import bangla


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
    return Place(holding.ward_id, holding, building, list(containments_of(on, holding=holding.pk)))


def place_of_building(building: Building, on: date) -> Place:
    """A building and the containments it uses on a day."""
    return Place(building.ward_id, None, building, list(containments_of(on, building=building.pk)))


def containments_of(on: date, *, holding: int | None = None, building: int | None = None) -> QuerySet[Containment]:
    """The containments in use to which a building, or the buildings of a holding, lead on a day."""
    links = ContainmentBuilding.objects.filter(valid__contains=on)
    here = Q(building=building) if building else Q(pk__in=[])
    if holding:
        here |= Q(building__holding_links__holding=holding)
    return Containment.objects.filter(
        standing=Standing.IN_USE, pk__in=links.filter(here).values("containment")
    ).order_by("code")


def containments_near(request: Request, on: date) -> QuerySet[Containment]:
    """The containments that a request can be about: the one it names, and those of its building or holding."""
    here = containments_of(on, holding=request.holding_id, building=request.building_id)
    asked = Q(pk=request.containment_id) | Q(pk__in=here.order_by().values("pk"))
    return Containment.objects.filter(asked, standing=Standing.IN_USE).order_by("code")


def containment_of_code(ward: int, code: str) -> Containment | None:
    """The containment in use that has a code in a ward, whatever script and case it was typed in."""
    wanted = bangla.latin(code).strip()
    return Containment.objects.filter(ward_id=ward, standing=Standing.IN_USE, code__iexact=wanted).first()


def serves(
    containment: Containment, *, ward: int, on: date, holding: int | None = None, building: int | None = None
) -> bool:
    """Whether a request from this place can be about a containment: it lies in the ward, or it is theirs.

    A house at the edge of a ward may lead to a tank on the other side of the line.
    """
    if containment.ward_id == ward:
        return True
    return containments_of(on, holding=holding, building=building).filter(pk=containment.pk).exists()


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
