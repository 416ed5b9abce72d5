"""Containments that no survey brought: found while a request was verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import count

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from fsm.models import Containment, ContainmentBuilding
from fsm.services.fleet import added
from holdings.models import Building, Ward
from imis.models import User
from imis.numbers import next_number, take_block


@dataclass(frozen=True)
class Found:
    """What somebody saw of a tank: measures in metres, inside."""

    technology: str
    outlet: str
    shape: str = "unknown"
    diameter_m: Decimal | None = None
    length_m: Decimal | None = None
    width_m: Decimal | None = None
    depth_m: Decimal | None = None
    stated_volume_m3: Decimal | None = None


def register_containment(
    *, ward: int, found: Found, since: date, by: User, at: datetime, building: int | None = None
) -> Containment:
    """A containment with the next number of its ward, linked to its building from `since` on.

    It lies at its building, or in the middle of its ward until a visit says where: then it is marked to be verified.
    """
    stands_in = Building.objects.get(pk=building) if building else None
    with transaction.atomic():
        row = Containment(
            code=_next_code(ward),
            ward_id=ward,
            technology=found.technology,
            outlet=found.outlet,
            shape=found.shape,
            diameter_m=found.diameter_m,
            length_m=found.length_m,
            width_m=found.width_m,
            depth_m=found.depth_m,
            stated_volume_m3=found.stated_volume_m3,
            needs_verification=stands_in is None,
            geom=stands_in.point if stands_in else Ward.objects.get(pk=ward).geom.point_on_surface,
        )
        added(row, "register_containment", by, at, ward=ward)
        if stands_in is not None:
            ContainmentBuilding.objects.create(containment=row, building=stands_in, valid=DateRange(since, None))
    return row


def _next_code(ward: int) -> str:
    """The next code of the ward that no containment has: a file may have brought some of the series."""
    number = next_number(containment_series(ward))
    if not Containment.objects.filter(code__iexact=containment_code(ward, number)).exists():
        return containment_code(ward, number)
    begins = containment_code(ward, number).partition("-")[0]
    taken = {
        code.upper() for code in Containment.objects.filter(code__istartswith=begins).values_list("code", flat=True)
    }
    free = next(each for each in count(number) if containment_code(ward, each) not in taken)
    take_block(containment_series(ward), free - number)
    return containment_code(ward, free)


def containment_series(ward: int) -> str:
    """The series that numbers a ward's containments."""
    return f"containment:{ward}"


def containment_code(ward: int, number: int) -> str:
    """The code of a containment: C22-000123."""
    return f"C{ward:02d}-{number:06d}"
