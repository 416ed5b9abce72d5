"""Every role (and a stranger) × every layer × every door: what comes out is what the table says, and no more."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.matrix.checker import ASKERS, CIRCLES, LIMITED, SCOPED, Asker, Door, findings
from tests.matrix.database_doors import DATABASE, QGIS
from tests.matrix.map_doors import EXPORT, FEATURE, TILE
from tests.matrix.service_doors import API, INFO, WFS

DOORS = (TILE, FEATURE, WFS, INFO, EXPORT, API, QGIS)
pytestmark = pytest.mark.usefixtures("doors")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_each_gets_what_the_table_says(asker: Asker, door: Door) -> None:
    assert [str(each) for each in findings(door, [asker])] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("asker", LIMITED, ids=str)
def test_whoever_works_in_one_ward_gets_that_ward(asker: Asker, door: Door) -> None:
    """Of the layers that know wards, and of every REST address."""
    assert [str(each) for each in findings(door, [asker], None if door is API else SCOPED)] == []


@pytest.mark.parametrize("asker", CIRCLES, ids=str)
def test_a_login_of_the_database_reads_the_views_of_its_circle(asker: Asker) -> None:
    """As QGIS and the map servers do; people play no part there."""
    assert [str(each) for each in findings(DATABASE, [asker])] == []


def test_whoever_lacks_layers_in_qgis_is_told_why() -> None:
    said = "ডেটাবেসের ভিউ ওয়ার্ড চেনে না"
    for asker in (Asker("collector"), Asker("collector", own_ward=True)):
        page = asker.browser().get(reverse("layers:qgis")).content.decode()
        assert (said in page) is asker.own_ward
