"""A town in which every layer has something in each of two wards, and every row of people holds unmistakable words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from fsm import services as sludge
from fsm.models import Containment, TreatmentPlant
from holdings.models import (
    Building,
    Holding,
    HoldingBuilding,
    Mahalla,
    Owner,
    Ownership,
    Road,
    SurveyFile,
    SurveyRow,
    Unit,
    Ward,
)
from imis.models import User
from layers.database import rebuild_views
from layers.services import refresh_summaries
from layers.spec import Audience
from tax.queries import rule_set_on
from tax.services import assess_ward, issue_bills
from tests.layers.city import X0, Y0
from tests.matrix.expected import CITY, SECRETS
from tests.tax.city import START, moment
from tests.verification.town import square, tear_down
from utilities.models import Connection, Drain, ElectricityLine, Provider, Sewer, SewerReach, WaterMain

_EVER = DateRange(date(2020, 1, 1), None)
_SERVICES = ("water", "sewerage", "electricity")
_WIDTH = 200


def middle(ward: int) -> tuple[float, float]:
    """A point of a ward at which every layer has something, in EPSG:3857."""
    return X0 + _WIDTH * sorted(CITY).index(ward) + _WIDTH / 2, Y0 + _WIDTH / 2


@contextmanager
def standing() -> Iterator[None]:
    """The town and its map views, committed, so that other processes see them; nothing is left of it."""
    try:
        clerk = User.objects.create(
            username="clerk", roles=["fsm_officer"], all_wards=True, email=_secret("staff e-mail")
        )
        survey = SurveyFile.objects.create(
            name="s.gpkg", sha256="0" * 64, driver="GPKG", row_count=2, staged_by=clerk, staged_at=timezone.now()
        )
        for number in sorted(CITY):
            _ward(number, clerk, survey)
        _bills(clerk)
        refresh_summaries(by=None, at=timezone.localtime())
        rebuild_views()
        with connection.cursor() as cursor:
            for audience in Audience:
                cursor.execute(f"GRANT {audience.schema} TO CURRENT_USER")
        yield
    finally:
        tear_down()


def _bills(clerk: User) -> None:
    """A quarter's bill for each holding, never paid."""
    other = User.objects.create(username="other", all_wards=True)
    for ward in sorted(CITY):
        assess_ward(ward=ward, rule_set=rule_set_on(START), valid_from=START, by=clerk, at=moment(START))
    issued = date(2021, 7, 5)
    issue_bills(
        ward=sorted(CITY), fiscal_year=2021, quarter=1, issued_on=issued, due_on=date(2021, 9, 30), by=other,
        at=moment(issued),
    )  # fmt: skip


def _secret(name: str) -> str:
    return SECRETS[name]


def _ward(number: int, clerk: User, survey: SurveyFile) -> None:
    x, y = middle(number)
    ward = Ward.objects.create(
        number=number, name_bn=f"ওয়ার্ড {number}", name_en=f"Ward {number}", zone=2,
        geom=square(x - X0 - _WIDTH / 2, 0, _WIDTH),
    )  # fmt: skip
    building = Building.objects.create(
        bin=f"{SECRETS['building number']}-{number}", ward=ward, geom=square(x - X0 - 6, y - Y0 - 6, 12),
        point=Point(x, y, srid=3857), area_m2=Decimal("120.00"), storeys=2, structure="pucca", use="residential",
    )  # fmt: skip
    holding = _people(ward, building, survey)
    _networks(ward, building, holding)
    _sludge(ward, building, clerk)


def _people(ward: Ward, building: Building, survey: SurveyFile) -> Holding:
    mahalla = Mahalla.objects.create(ward=ward, name_bn="মহল্লা", name_en="Mahalla")
    holding = Holding.objects.create(
        ward=ward, number_written="12", number_key="12", code=f"{ward.number}-001-0012-00", mahalla=mahalla
    )
    HoldingBuilding.objects.create(holding=holding, building=building)
    name = _secret("owner")
    owner = Owner.objects.create(
        name_bn=name, name_en=name, guardian_name=_secret("father"), mobile=_secret("owner's mobile")
    )
    Ownership.objects.create(holding=holding, owner=owner, share=1, valid=_EVER)
    Unit.objects.create(
        holding=holding, building=building, use="residential", structure="pucca", occupancy="let", area_sqft=2000,
        valid=_EVER,
    )  # fmt: skip
    raw = {"nid": _secret("owner's NID"), "email": _secret("owner's e-mail"), "owner": name}
    SurveyRow.objects.create(file=survey, number=ward.number, raw=raw)
    return holding


def _networks(ward: Ward, building: Building, holding: Holding) -> None:
    x, y = middle(ward.number)
    line = MultiLineString(LineString((x - 80, y), (x + 80, y)), srid=3857)
    road = Road.objects.create(
        ward=ward, code="001", name_bn="সড়ক", name_en="Road", hierarchy="main", width_m=Decimal(4), geom=line
    )
    Holding.objects.filter(pk=holding.pk).update(road=road)
    owners = {service: Provider.objects.filter(services__contains=[service]).order_by("pk")[0] for service in _SERVICES}
    shared = {"code": f"L{ward.number}", "ward": ward, "road": road, "length_m": Decimal("148.00"), "geom": line}
    pipe = {**shared, "material": "hdpe", "diameter_mm": 300}
    Drain.objects.create(
        **shared, provider=owners["sewerage"], cover="open", surface="lined", material="brick", width_mm=600
    )
    sewer = Sewer.objects.create(**pipe, provider=owners["sewerage"], side="left", plant="Rajbandh")
    WaterMain.objects.create(**pipe, provider=owners["water"], rank="main")
    ElectricityLine.objects.create(**shared, provider=owners["electricity"], voltage="11kv", carried="overhead")
    SewerReach.objects.create(building=building, sewer=sewer, distance_m=Decimal("4.50"))
    for place, service in enumerate(_SERVICES):
        account = f"{_secret('account')}{ward.number}{place}"
        Connection.objects.create(
            provider=owners[service], service=service, holding=holding, account_number=account, account_key=account,
            meter_number=f"{_secret('meter')}{ward.number}{place}", status="connected", valid=_EVER,
        )  # fmt: skip


def _sludge(ward: Ward, building: Building, clerk: User) -> None:
    place = Point(*middle(ward.number), srid=3857)
    TreatmentPlant.objects.create(
        name_bn=f"রাজবাঁধ {ward.number}", name_en="Rajbandh", kind="fstp", capacity_m3_day=Decimal(180), geom=place
    )
    tank = Containment.objects.create(
        code=f"C{ward.number}", ward=ward, technology="septic_tank", outlet="open_drain",
        stated_volume_m3=Decimal("3.50"), geom=place,
    )  # fmt: skip
    for at, containment in (
        (timezone.now() - timedelta(hours=2), None),
        (timezone.now() - timedelta(hours=1), tank.pk),
    ):
        wish = sludge.Wish(
            channel="phone", ward=ward.number, requester_name=_secret("requester"),
            requester_mobile=_secret("requester's mobile"), address=_secret("requester's address"),
            building=building.pk, containment=containment,
        )  # fmt: skip
        request = sludge.request_emptying(request_id=uuid4(), wish=wish, by=clerk, at=at)
        if containment is None:
            # Over: not on the map, but its reason can be read.
            sludge.reject_request(event_id=uuid4(), request=request.pk, reason=_secret("reason"), by=clerk, at=at)
