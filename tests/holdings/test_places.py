"""Roads of the planning office: loaded once, however often the file is."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import shapely
from django.core.management import call_command

from holdings.models import Road, Ward
from holdings.services.places import LoadedRoads, load_roads
from imis.models import AuditRow, User
from tests.holdings.conftest import EAST, NORTH, NOW, placed


def line(y: float) -> Any:
    return placed(shapely.LineString([(EAST, NORTH + y), (EAST + 300, NORTH + y)]))


def test_a_road_is_not_loaded_twice(wards: list[Ward], assessor: User, write: Callable[..., Path]) -> None:
    path = write("r.gpkg", [(line(100), {"name": "KDA"}), (line(100), {"name": "KDA"}), (line(200), {"name": "KDA"})])
    assert load_roads(path=path, by=assessor, at=NOW) == LoadedRoads(added=2, known=1)
    assert load_roads(path=path, by=assessor, at=NOW) == LoadedRoads(added=0, known=3)
    assert list(Road.objects.order_by("code").values_list("code", flat=True)) == ["001", "002"]
    assert AuditRow.objects.filter(action="load_roads").latest("pk").details == {"roads": 0, "known": 3}
    more = write(
        "more.gpkg", [(line(100), {"name": "KDA"}), (line(100), {"name": "Other"}), (line(300), {"name": "KDA"})]
    )
    said = StringIO()
    call_command("load_roads", str(more), stdout=said)
    assert said.getvalue().strip() == "roads: 2, there already: 1" and Road.objects.count() == 4
