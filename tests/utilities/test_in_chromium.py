"""As people do it, in Chromium: drains from a file to the map, then a provider's accounts to the holding's page.

Each picture of docs/guide/utilities.md is taken here (IMIS_SCREENSHOTS=1 renews docs/img).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from playwright.sync_api import Page, expect

from holdings.models import Building, Holding, HoldingBuilding
from holdings.rules.identity import number_key
from holdings.services.places import load_roads, load_wards
from imis.jobs import work_once
from imis.models import User
from imis.roles import Role
from tests.flows.conftest import browser, page, picture, sign_in, staff
from tests.utilities.conftest import HEAD
from utilities.models import Connection, Drain

__all__ = ["browser", "page", "picture", "sign_in", "staff"]

WARD = 24
Picture = Callable[[Page, str], Path]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.shared, pytest.mark.slow]


@pytest.fixture
def khulna(shared: Path, staff: Callable[[Role], User]) -> Path:
    """The wards, the roads, and the footprints of one ward, each with a holding where a house number is known."""
    home = shared / "data" / "khulna"
    load_wards(path=home / "khulna_wards.geojson", by=staff(Role.ASSESSOR), at=timezone.now())
    load_roads(path=home / "khulna_roads.gpkg", by=staff(Role.ASSESSOR), at=timezone.now())
    meta, _, wkb, columns = pyogrio.raw.read(home / "khulna_buildings.gpkg", where=f"ward_no = {WARD}")
    cells = dict(zip(meta["fields"], columns, strict=True))
    seen: set[str] = set()
    for shape, code, number in zip(shapely.from_wkb(wkb), cells["bin"], cells["house_no"], strict=True):
        _place(shape, code, number, seen)
    return home


def _place(shape: Any, code: str, number: str | None, seen: set[str]) -> None:
    geom = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)
    geom.transform(3857)
    turned = shapely.orient_polygons(shapely.from_wkb(bytes(geom.wkb)), exterior_cw=True)
    geom = GEOSGeometry(memoryview(shapely.to_wkb(turned)), srid=3857)
    house = Building.objects.create(bin=code, ward_id=WARD, geom=geom, point=geom.point_on_surface, area_m2=50)
    key = number_key(number or "")
    if key and key not in seen:
        seen.add(key)
        made = Holding.objects.create(ward_id=WARD, number_written=number, number_key=key)
        HoldingBuilding.objects.create(holding=made, building=house)


def finish_job(page: Page) -> None:
    """Lets the worker do the job whose progress page is open, and opens its result."""
    expect(page.locator("progress")).to_be_visible()
    while work_once() is not None:
        pass
    page.locator("main a.button.primary").click()


def bring(page: Page, site: Any, kind: str, file: Path) -> None:
    """Uploads a file of a kind and waits until it is checked."""
    page.goto(f"{site}/intake/")
    page.select_option("select[name=kind]", kind)
    page.set_input_files("input[type=file]", file)
    page.locator("main form button.primary").click()
    finish_job(page)


def enter(page: Page) -> None:
    """Enters the rows that may enter."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".acts form button.primary").click()
    finish_job(page)


def drains_by_the_planner(page: Page, site: Any, home: Path, picture: Picture) -> None:
    bring(page, site, "drains", home / "khulna_drains.gpkg")
    page.get_by_role("link", name=re.compile("কলাম")).click()
    assert page.locator("select[name=width_mm]").input_value() == "width"
    page.select_option("select[name=width_mm__unit]", "cm")
    page.select_option("select[name=depth_mm__unit]", "cm")
    page.locator("main form button.primary").click()
    finish_job(page)
    expect(page.locator("#survey-map[data-ready]")).to_be_attached()
    picture(page, "utilities-drains-checked")
    enter(page)
    assert Drain.objects.count() > 220 and Drain.objects.filter(width_mm=1400).exists()
    page.goto(f"{site}/utilities/")
    expect(page.locator("[data-network=drains] td.num").first).to_contain_text("২২")
    picture(page, "utilities-overview")


def on_the_map(page: Page, site: Any, path: str, layer: str, picture: Picture, name: str) -> None:
    page.goto(f"{site}{path}")
    expect(page.locator("#map[data-ready]")).to_be_attached(timeout=60_000)
    box = page.locator(f"input[value={layer}]")
    box.evaluate("box => box.closest('details')?.setAttribute('open', '')")
    box.check(force=True)
    page.wait_for_timeout(4_000)
    picture(page, name)


def water_table(holdings: list[Holding], folder: Path) -> Path:
    """What the water authority says of each holding, and of one that the register does not know."""
    states = ("connected", "connected", "disconnected", "connected", "never")
    lines = [f"KWASA,water,{WARD},99999,W-X,,connected,2021-01-01"]
    for n, (one, state) in enumerate(zip(holdings, states * len(holdings), strict=False)):
        account = "" if state == "never" else f"W-{n:05}"
        lines.append(f'KWASA,water,{WARD},"{one.number_written}",{account},,{state},2021-01-{n % 28 + 1:02}')
    table = folder / "kwasa.csv"
    table.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return table


def test_from_files_to_the_map_and_the_holding_page(
    live_server: Any,
    page: Page,
    staff: Callable[[Role], User],
    sign_in: Callable[[Page, User], None],
    picture: Picture,
    khulna: Path,
    settings: Any,
    tmp_path: Path,
) -> None:
    """The planner brings drains, the assessor accounts; the map and the holding show both."""
    settings.MEDIA_ROOT = tmp_path / "media"
    sign_in(page, staff(Role.PLANNER))
    drains_by_the_planner(page, live_server, khulna, picture)
    on_the_map(page, live_server, "/map/", "drains", picture, "utilities-map-drains")
    holdings = list(Holding.objects.order_by("pk"))
    table = water_table(holdings, tmp_path)
    sign_in(page, staff(Role.ASSESSOR))
    bring(page, live_server, "accounts", table)
    expect(page.locator("[data-code=unknown_holding]")).to_be_visible()
    picture(page, "utilities-accounts-checked")
    enter(page)
    assert Connection.objects.count() == len(holdings) > 20
    chosen = holdings[0]
    page.goto(f"{live_server}/holdings/{chosen.pk}/")
    panel = page.locator(".utilities-panel")
    expect(panel.locator(".badge.ok").first).to_be_visible()
    expect(panel).to_contain_text("খুলনা ওয়াসা")
    expect(panel).to_contain_text("W-00000")
    panel.scroll_into_view_if_needed()
    picture(page, "utilities-holding")
    on_the_map(
        page, live_server, f"/map/?holding={chosen.pk}", "water_connections", picture, "utilities-map-connections"
    )
    expect(page.locator("#map-panel .utilities-panel .badge.ok").first).to_be_visible()
