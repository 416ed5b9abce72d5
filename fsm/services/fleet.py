"""What the office keeps: providers, vehicles, crews, plants, prices and assumptions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.contrib.gis.geos import Point
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from fsm.models import (
    CrewMember,
    Population,
    Provider,
    SludgeRate,
    Tariff,
    TreatmentPlant,
    Vehicle,
)
from fsm.services.words import bad
from imis import audit
from imis.errors import Refused
from imis.models import User

Row = TypeVar("Row", bound=models.Model)


def add_provider(*, name_bn: str, name_en: str, phone: str, by: User, at: datetime) -> Provider:
    """A provider that may be given requests."""
    return added(Provider(name_bn=name_bn, name_en=name_en, phone=phone), "add_sludge_provider", by, at)


def add_vehicle(*, plate: str, provider: int, capacity_m3: Decimal, by: User, at: datetime) -> Vehicle:
    """A vacutug of a provider."""
    row = Vehicle(plate=plate, provider_id=provider, capacity_m3=capacity_m3)
    return added(row, "add_sludge_vehicle", by, at)


def add_crew_member(
    *, provider: int, name_bn: str, kind: str, by: User, at: datetime, username: str = ""
) -> CrewMember:
    """A driver (with an account) or emptier of a provider. BadInput when the account does not exist."""
    user = User.objects.filter(username=username).first() if username else None
    if kind == "driver" and user is None:
        raise bad("username", _("A driver needs an account; the administrator makes one first."))
    row = CrewMember(provider_id=provider, name_bn=name_bn, kind=kind, user=user)
    return added(row, "add_sludge_crew", by, at)


def add_plant(
    *,
    name_bn: str,
    name_en: str,
    kind: str,
    capacity_m3_day: Decimal | None,
    longitude: Decimal,
    latitude: Decimal,
    by: User,
    at: datetime,
) -> TreatmentPlant:
    """A treatment plant at a place in degrees (EPSG:4326)."""
    place = Point(float(longitude), float(latitude), srid=4326)
    place.transform(3857)
    row = TreatmentPlant(name_bn=name_bn, name_en=name_en, kind=kind, capacity_m3_day=capacity_m3_day, geom=place)
    return added(row, "add_treatment_plant", by, at)


def adopt_tariff(
    *,
    since: date,
    call_out_amount: Decimal,
    per_m3_amount: Decimal,
    minimum_amount: Decimal,
    authority: str,
    by: User,
    at: datetime,
) -> Tariff:
    """A tariff in force from `since` on; the one before ends the day before. Refused for a day inside the past ones."""
    with transaction.atomic():
        last = Tariff.objects.select_for_update().order_by("-valid").first()
        if last is not None:
            if last.valid.lower >= since:
                raise Refused(_("A tariff from that day or later is adopted already."))
            last.valid = DateRange(last.valid.lower, since)
            last.save(update_fields=["valid"])
        row = Tariff(
            valid=DateRange(since, None),
            call_out_amount=call_out_amount,
            per_m3_amount=per_m3_amount,
            minimum_amount=minimum_amount,
            authority=authority,
        )
        return added(row, "adopt_sludge_tariff", by, at)


def state_population(
    *, ward: int, counted_on: date, non_sewered: int, source: str, by: User, at: datetime
) -> Population:
    """How many people of a ward live without a sewer, as counted on a day."""
    row = Population(ward_id=ward, counted_on=counted_on, non_sewered=non_sewered, source=source)
    return added(row, "state_population", by, at, ward=ward)


def state_sludge_rate(*, since: date, ml_per_head_day: Decimal, source: str, by: User, at: datetime) -> SludgeRate:
    """How much sludge a person is assumed to make a day, from a day on."""
    return added(SludgeRate(since=since, ml_per_head_day=ml_per_head_day, source=source), "state_sludge_rate", by, at)


def added(row: Row, action: str, by: User, at: datetime, ward: int | None = None) -> Row:
    """Writes a row with its audit row; Refused when it is there already."""
    kind = row._meta.model_name or ""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(by=by, at=at, action=action, object_type=kind, object_id=row.pk, ward=ward)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", "") != "23505":
            raise
        raise Refused(_("There is one like this already."), remedy=_("Look at the list below.")) from error
    return row
