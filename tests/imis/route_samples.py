"""For every route with an object in its address: a real object in ward 22, or why wards play no part.

`test_routes` fails when a route with arguments is missing here. A factory takes the `World` and returns
the route's arguments; a text says why a person of another ward is let in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from holdings.models import Building, Holding, HoldingBuilding, Ward
from imis.models import User

WARD = 22
OTHER_WARD = 24


def _square(x: float, y: float, side: float) -> MultiPolygon:
    corners = ((x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y))  # the register keeps rings clockwise
    return MultiPolygon(Polygon(corners), srid=3857)


@dataclass
class World:
    """One ward with one building and one holding; each made when first asked for."""

    maker: Callable[..., User]

    @cached_property
    def ward(self) -> Ward:
        """Ward 22."""
        return Ward.objects.create(
            number=WARD, name_bn="২২ নং ওয়ার্ড", name_en="Ward 22", geom=_square(9_970_000, 2_600_000, 1000)
        )

    @cached_property
    def building(self) -> Building:
        """A building in the ward."""
        geom = _square(9_970_100, 2_600_100, 12)
        return Building.objects.create(
            bin="B22-1", ward=self.ward, geom=geom, point=geom.point_on_surface, area_m2=Decimal("120.00")
        )

    @cached_property
    def holding(self) -> Holding:
        """A holding in the building."""
        holding = Holding.objects.create(ward=self.ward, number_written="১২৩/ক", number_key="123/ক")
        HoldingBuilding.objects.create(holding=holding, building=self.building)
        return holding


Sample = str | Callable[[World], dict[str, Any]]

ONE_OFFICE = "staff are managed for the whole corporation by the administrator alone"
OWN_JOB = "a job is shown to the one who asked for it only; test_records proves it"
CATALOGUE = "the same for everyone who may open the map; the layers filter by audience and ward themselves"

RECEIPT = "anybody who holds a receipt may have it proved; the page names nobody"

SAMPLES: dict[str, Sample] = {
    "verify_receipt": RECEIPT,
    "verify_receipt_capitals": RECEIPT,
    "edit_person": ONE_OFFICE,
    "set_active": ONE_OFFICE,
    "reset_password": ONE_OFFICE,
    "reset_second_factor": ONE_OFFICE,
    "job": OWN_JOB,
    "job_progress": OWN_JOB,
    "layers:legend": CATALOGUE,
    "layers:tilejson": CATALOGUE,
    "layers:tile": CATALOGUE,
    "layers:building_panel": lambda world: {"pk": world.building.pk},
    "layers:holding_place": lambda world: {"pk": world.holding.pk},
}
