"""Which buildings could connect to a sewer: those within so many true metres of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from utilities.models import Sewer, SewerReach
from utilities.statements import statement

MOST_METRES = 500
AT_MOST = 20_000


@dataclass(frozen=True)
class Reachable:
    """A building that could connect: how far it stands from the sewer, and whether a holding in it is connected."""

    building_id: int
    bin: str
    ward: int
    distance_m: Decimal
    holdings: int
    connected: bool
    geojson: str


def buildings_in_reach(sewer: Sewer, metres: Decimal, wards: Sequence[int] | None) -> list[Reachable]:
    """Buildings whose outline comes within `metres` of the sewer, the nearest first, at most AT_MOST.

    Metres are true ones (settings.CITY_METRIC_SRID): the storage SRID stretches them by a tenth at Khulna, so it only
    serves to ask its index for a box that is certainly wide enough. `wards` is the user's scope, None for all.
    Raises ValueError beyond MOST_METRES.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("buildings_in_reach"), reach_parameters(sewer, metres, wards))
        return [Reachable(*row) for row in cursor.fetchall()]


def reach_parameters(sewer: Sewer, metres: Decimal, wards: Sequence[int] | None) -> dict[str, Any]:
    """The parameters of sql/buildings_in_reach.sql; `stretched` is `metres` in storage units, with a margin."""
    if not 0 < metres <= MOST_METRES:
        raise ValueError(f"{metres} m is not between 0 and {MOST_METRES}")
    with connection.cursor() as cursor:
        # 1.01 covers the ellipsoid, on which Mercator stretches north and east differently.
        cursor.execute(
            "SELECT 1.01 / cos(radians(greatest(abs(ST_YMax(e)), abs(ST_YMin(e)))))"
            " FROM (SELECT ST_Transform(ST_Envelope(geom), 4326) AS e FROM utilities_sewer WHERE id = %s) s",
            [sewer.pk],
        )
        stretch = Decimal(cursor.fetchone()[0])
    return {
        "geom": sewer.geom.hexewkb.decode(),
        "metres": metres,
        "stretched": metres * stretch,
        "metric": settings.CITY_METRIC_SRID,
        "wards": None if wards is None else list(wards),
        "most": AT_MOST,
    }


def nearest_sewer(holding_id: int) -> SewerReach | None:
    """The sewer nearest to any building of a holding, as it was last measured; None beyond 100 m."""
    reaches = SewerReach.objects.filter(building__holding_links__holding_id=holding_id).select_related("sewer")
    return reaches.order_by("distance_m", "pk").first()
