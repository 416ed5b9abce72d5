"""Every role (and a stranger) × every layer × every door: what comes out is what the table says, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.matrix.checker import (
    ALL,
    ASKERS,
    CIRCLES,
    LIMITED,
    SCOPED,
    Asker,
    Door,
    HalfSignedIn,
    Program,
    ProgramElsewhere,
    WithTemporaryPassword,
    findings,
    secrets_in,
)
from tests.matrix.click_doors import CLICK, PANEL
from tests.matrix.database_doors import DATABASE, QGIS
from tests.matrix.expected import allowed_secrets
from tests.matrix.map_doors import EXPORT, FEATURE, TILE
from tests.matrix.service_doors import API, FILTER, INFO, WFS

DOORS = (TILE, FEATURE, WFS, FILTER, INFO, EXPORT, API, QGIS, CLICK, PANEL)
pytestmark = pytest.mark.usefixtures("doors")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_each_gets_what_the_table_says(asker: Asker, door: Door) -> None:
    assert [str(each) for each in findings(door, [asker])] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("asker", LIMITED, ids=str)
def test_whoever_works_in_one_ward_gets_that_ward(asker: Asker, door: Door) -> None:
    """Of the layers that know wards, and of every REST address and panel."""
    assert [str(each) for each in findings(door, [asker], SCOPED if door.things == ALL else None)] == []


@pytest.mark.parametrize("door", (WFS, INFO), ids=lambda door: door.name)
@pytest.mark.parametrize("asker", [*CIRCLES, Asker("driver"), *LIMITED], ids=str)
def test_a_token_opens_what_its_person_may_see(asker: Asker, door: Door) -> None:
    """A map server's door knows sessions and tokens: whoever works in one ward has no more wards by token."""
    program = Program(asker.role, asker.own_ward)
    assert [str(each) for each in findings(door, [program], SCOPED if asker.own_ward else None)] == []


@pytest.mark.parametrize(
    "door", [door for door in DOORS if door not in (WFS, FILTER, INFO)], ids=lambda door: door.name
)
def test_at_the_other_doors_a_token_is_nothing(door: Door) -> None:
    """It lives for ninety days and passes no second factor, so it opens maps only."""
    assert [str(each) for each in findings(door, [ProgramElsewhere("administrator")])] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_before_the_second_factor_everybody_is_a_stranger(door: Door, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    assert [str(each) for each in findings(door, [HalfSignedIn("administrator")])] == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_with_a_temporary_password_everybody_is_a_stranger(door: Door) -> None:
    assert [str(each) for each in findings(door, [WithTemporaryPassword("administrator")])] == []


@pytest.mark.parametrize("asker", CIRCLES, ids=str)
def test_a_login_of_the_database_reads_the_views_of_its_circle(asker: Asker) -> None:
    """As QGIS and the map servers do; people play no part there."""
    assert [str(each) for each in findings(DATABASE, [asker])] == []


@pytest.mark.parametrize("thing", [*API.things, *PANEL.things])
def test_whoever_may_see_people_does(thing: str) -> None:
    """Else the refusals above would prove nothing: the words are really there to be told, and the table names them."""
    door, auditor = (API if thing in API.things else PANEL), Asker("auditor")
    told = set().union(*(secrets_in(seen) for seen in door.open(auditor)(thing)))
    assert told - {"building number"} == allowed_secrets(auditor.office, door.name, thing) - {"building number"}


def test_whoever_lacks_layers_in_qgis_is_told_why() -> None:
    said = "ডেটাবেসের ভিউ ওয়ার্ড চেনে না"
    for asker in (Asker("collector"), Asker("collector", own_ward=True)):
        page = asker.browser().get(reverse("layers:qgis")).content.decode()
        assert (said in page) is asker.own_ward
