"""Planted leaks: the checker that finds nothing wrong with the product finds each of them, by door, layer and role."""

from __future__ import annotations

import pytest

from tests.matrix import leaks
from tests.matrix.checker import Asker, Door, Program, ProgramElsewhere, WithTemporaryPassword, findings
from tests.matrix.click_doors import CLICK, PANEL
from tests.matrix.database_doors import DATABASE, QGIS
from tests.matrix.leaks import Leak
from tests.matrix.map_doors import EXPORT, FEATURE, TILE
from tests.matrix.service_doors import API, FILTER, INFO, WFS

pytestmark = pytest.mark.usefixtures("doors")
STRANGER, PLANNER, CASHIER, DRIVER = Asker(""), Asker("planner"), Asker("cashier"), Asker("driver")
LIMITED = Asker("collection_officer", own_ward=True)
_TAX = "buildings_by_tax_status"

# The leak, the door it leads out of, whose hands it falls into, what it shows, and what is said of it.
PLANTED: list[tuple[str, Door, Asker, str, str]] = [
    ("COLUMN_IN_PUBLIC_VIEW", DATABASE, STRANGER, "buildings", "tells the owner"),
    ("COLUMN_IN_STAFF_VIEW", QGIS, PLANNER, "buildings", "too many ['owner']"),
    ("TABLE_OPEN_TO_PUBLIC", DATABASE, STRANGER, "wards", "also reads ['holdings_owner']"),
    ("LAYER_WIDENED", TILE, STRANGER, "containments", "answered with 200"),
    ("LAYER_WIDENED", FEATURE, STRANGER, "containments", "answered with 200"),
    ("COLUMN_WIDENED", FEATURE, STRANGER, "buildings", "too many ['bin']"),
    ("COLUMN_IN_TILE", TILE, STRANGER, "buildings", "tells the building number"),
    ("WARDS_FORGOTTEN", TILE, LIMITED, _TAX, "wards too many [22]"),
    ("WARDS_FORGOTTEN", FEATURE, LIMITED, "requests_by_state", "wards too many [22]"),
    ("WARDS_FORGOTTEN", EXPORT, LIMITED, "water_connections", "wards too many [22]"),
    ("WARDS_FORGOTTEN", WFS, LIMITED, _TAX, "wards too many [22]"),
    ("WARDS_FORGOTTEN", QGIS, LIMITED, _TAX, "answered with 200"),
    ("TILE_PASS_BELIEVED", TILE, STRANGER, _TAX, "answered with 200"),
    ("EVERY_LAYER_OFFERED", EXPORT, PLANNER, _TAX, "answered with 200"),
    ("EVERY_LAYER_OFFERED", QGIS, PLANNER, _TAX, "answered with 200"),
    ("PASSWORD_IN_PROJECT", QGIS, PLANNER, "wards", "holds ['password']"),
    ("OWS_COLUMNS_KEPT", WFS, STRANGER, "buildings", "too many ['bin']"),
    ("OWS_COLUMNS_KEPT", INFO, STRANGER, "buildings", "tells the building number"),
    ("OWS_OF_ALL_WARDS", WFS, LIMITED, _TAX, "wards too many [22]"),
    ("OWS_OF_ALL_WARDS", INFO, LIMITED, "sewer_connections", "wards too many [22]"),
    ("OWS_CIRCLE_BELIEVED", WFS, STRANGER, _TAX, "answered with 200"),
    ("REST_UNGUARDED", API, PLANNER, "dues", "answered with 200"),
    ("REST_UNGUARDED", API, DRIVER, "requests", "answered with 200"),
    ("REST_WITH_MOBILE", API, PLANNER, "holdings", "tells the owner's mobile"),
    ("REST_WITH_MOBILE", API, CASHIER, "holding", "too many ['mobile']"),
    ("REQUESTER_FOR_ALL", API, PLANNER, "requests", "tells the requester"),
    ("REQUESTER_FOR_ALL", API, PLANNER, "request", "tells the reason"),
    ("REST_OF_ALL_WARDS", API, LIMITED, "buildings", "wards too many [22]"),
    ("REST_OF_ALL_WARDS", API, LIMITED, "request", "answered with 200"),
    ("DRIVER_AT_THE_MAP", FEATURE, DRIVER, "sewers", "answered with 200"),
    ("DRIVER_AT_THE_MAP", QGIS, DRIVER, "wards", "answered with 200"),
    ("WARDS_FORGOTTEN", CLICK, LIMITED, _TAX, "wards too many [22]"),
    ("PLANNER_SEES_TAX", CLICK, PLANNER, _TAX, "answered with 200"),
    ("PLANNER_SEES_TAX", PANEL, PLANNER, "tax:holding_panel", "answered with 200"),
    ("PLANNER_SEES_PEOPLE", PANEL, PLANNER, "utilities:holding_panel", "tells the account"),
    ("PLANNER_SEES_PEOPLE", PANEL, PLANNER, "holdings:panel", "tells the owner"),
    ("CASHIER_TAKES_FILES", EXPORT, CASHIER, _TAX, "answered with 200"),
    ("WARDS_FORGOTTEN", WFS, Program("collection_officer", own_ward=True), _TAX, "wards too many [22]"),
    ("FILTER_BELIEVED", FILTER, STRANGER, "buildings", "should be refused"),
    ("FILTER_BELIEVED", FILTER, PLANNER, "containments", "should be refused"),
    ("TOKEN_OF_ANYBODY", WFS, Program("planner"), _TAX, "answered with 200"),
    ("HALF_SIGNED_IN_BELIEVED", FEATURE, WithTemporaryPassword("planner"), "sewers", "answered with 200"),
    ("HALF_SIGNED_IN_BELIEVED", WFS, WithTemporaryPassword("planner"), "sewers", "answered with 200"),
    ("TOKEN_AS_SESSION", FEATURE, ProgramElsewhere("planner"), "sewers", "answered with 200"),
    ("TOKEN_AS_SESSION", API, ProgramElsewhere("planner"), "buildings", "answered with 200"),
    ("TOKEN_AS_SESSION", QGIS, ProgramElsewhere("planner"), "wards", "answered with 200"),
]


@pytest.mark.parametrize(
    ("name", "door", "asker", "thing", "said"), PLANTED, ids=lambda each: getattr(each, "name", str(each))
)
def test_a_leak_is_found(
    name: str, door: Door, asker: Asker, thing: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak: Leak = getattr(leaks, name)
    assert findings(door, [asker], [thing]) == []
    with leak(monkeypatch):
        found = findings(door, [asker], [thing])
    assert [each for each in found if said in each.problem], [str(each) for each in found]
    assert {(each.door, each.thing, each.asker) for each in found} == {(door.name, thing, str(asker))}
    assert findings(door, [asker], [thing]) == [], "the leak was not closed again"


def test_every_leak_is_planted() -> None:
    written = {name for name, value in vars(leaks).items() if name.isupper() and callable(value)}
    assert written == {planted[0] for planted in PLANTED}


def test_what_is_missing_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that gives nothing to anybody would tell no secret either."""
    from layers.views import ogc

    with monkeypatch.context() as patch:
        patch.setattr(ogc, "columns_for", lambda *_: ())
        patch.setattr(ogc.access, "granted_to", lambda _: ogc.access.NOBODY)
        found = findings(FEATURE, [PLANNER], ["sewers"])
    assert {each.thing for each in found} == {"sewers"} and "should be given" in found[0].problem
