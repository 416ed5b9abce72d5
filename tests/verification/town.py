"""Two wards, a road and a few buildings that are really committed, because another process reads them."""

from __future__ import annotations

from decimal import Decimal

import psycopg2
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from holdings.models import Building, Holding, HoldingBuilding, Road, Ward
from layers.database import drop_views, rebuild_views
from layers.services import refresh_summaries
from layers.spec import Audience
from tax.models import Standing
from tests.layers.city import X0, Y0, YEAR

# Ward: buildings in it.
BUILDINGS = {22: 4, 23: 3}
BOX = (X0 - 50, Y0 - 50, X0 + 450, Y0 + 250)


def square(x: float, y: float, size: float) -> MultiPolygon:
    """A clockwise square whose lower left corner lies `x`, `y` from the town's."""
    west, south = X0 + x, Y0 + y
    ring = [(west, south), (west, south + size), (west + size, south + size), (west + size, south), (west, south)]
    return MultiPolygon(Polygon(ring), srid=3857)


def build() -> None:
    """Makes the town and its map views, and lets this process act in the views' roles."""
    for number, offset in ((22, 0), (23, 200)):
        ward = Ward.objects.create(
            number=number, name_bn=f"ওয়ার্ড {number}", name_en=f"Ward {number}", geom=square(offset, 0, 200)
        )
        for place in range(BUILDINGS[number]):
            _building(ward, offset + 10 + 30 * place)
    line = LineString([(X0, Y0 + 100), (X0 + 400, Y0 + 100)])
    Road.objects.create(
        ward_id=22, code="001", name_bn="সড়ক", name_en="Road", hierarchy="main", geom=MultiLineString(line, srid=3857)
    )
    refresh_summaries(by=None, at=timezone.localtime())
    rebuild_views()
    with connection.cursor() as cursor:
        for audience in Audience:
            cursor.execute(f"GRANT {audience.schema} TO CURRENT_USER")


def _building(ward: Ward, x: float) -> None:
    building = Building.objects.create(
        bin=f"secret-{ward.pk}-{x:g}",
        ward=ward,
        geom=square(x, 20, 12),
        point=Point(X0 + x + 6, Y0 + 26, srid=3857),
        area_m2=Decimal("120.00"),
        storeys=2,
        structure="pucca",
        use="residential",
    )
    holding = Holding.objects.create(ward=ward, number_written=f"{x:g}", number_key=f"{x:g}")
    HoldingBuilding.objects.create(holding=holding, building=building)
    Standing.objects.create(holding=holding, unpaid_amount=50, oldest_unpaid_year=YEAR - 1, last_billed_year=YEAR)


def committed(*statements: str) -> None:
    """Does something in the database that every process sees, whatever transaction the test is in."""
    ours = connection.settings_dict
    line = psycopg2.connect(
        host=ours["HOST"] or None,
        port=ours["PORT"] or None,
        dbname=ours["NAME"],
        user=ours["USER"] or None,
        password=ours["PASSWORD"] or None,
    )
    line.autocommit = True
    try:
        with line.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        line.close()


def tear_down() -> None:
    """Leaves nothing behind."""
    drop_views()
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
