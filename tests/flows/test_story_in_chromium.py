"""The same story as test_survey_to_receipt, as people live it: in Chromium, page by page, with real footprints.

Each picture of the guide is taken here (IMIS_SCREENSHOTS=1 renews docs/img).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from holdings.models import Holding
from holdings.services.places import load_wards
from imis.jobs import work_once
from imis.models import User
from imis.roles import Role
from tax.models import Bill, Payment, Standing

WARD = 22
# What the file does not say: as in test_survey_to_receipt.
STATED = {"area_sqft": "=footprint", "use": "=residential", "structure": "=pucca", "occupancy": "=owner"}
Staff = Callable[[Role], User]
Sign = Callable[[Page, User], None]
Picture = Callable[[Page, str], Path]

pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    """Does what the worker process does beside the web server, until nothing waits."""
    while work_once() is not None:
        pass


def finish_job(page: Page) -> None:
    """Lets the worker do the job whose progress page is open, and opens its result."""
    expect(page.locator("progress")).to_be_visible()
    work()
    page.locator("main a.button.primary").click()


class Story:
    """One browser going through the acts; the staff change, the city stays."""

    def __init__(self, site: Any, page: Page, staff: Staff, sign_in: Sign, picture: Picture) -> None:
        self.site, self.page, self.staff, self.sign, self.picture = site, page, staff, sign_in, picture

    def enter(self, role: Role, path: str) -> None:
        """Signs in as an officer and opens a page."""
        self.sign(self.page, self.staff(role))
        self.page.goto(f"{self.site}{path}")

    def import_survey(self, file: Path) -> None:
        """The assessor brings the file in, states what it does not say, sees its problems, applies it."""
        page = self.page
        self.enter(Role.ASSESSOR, "/holdings/surveys/")
        page.set_input_files("input[type=file]", file)
        page.locator("main form button.primary").click()
        finish_job(page)
        page.get_by_role("link", name=re.compile("কলাম")).click()
        for field, stated in {
            "area_sqft": "=footprint",
            "use": "=residential",
            "structure": "=pucca",
            "occupancy": "=owner",
        }.items():
            page.select_option(f"select[name={field}]", stated)
        page.locator("main form button.primary").click()
        finish_job(page)
        expect(page.locator("[data-code=straddles_ward]")).to_be_visible()
        expect(page.locator("#survey-map[data-ready]")).to_be_visible()
        self.picture(page, "survey-problems")
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator(".acts form button.primary").click()
        finish_job(page)
        expect(page.locator(".tally .figure").first).to_have_text("২০,৭৭১")

    def assess(self) -> None:
        """The assessor assesses the ward."""
        page = self.page
        page.goto(f"{self.site}/tax/wards/{WARD}/assess/")
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator("main form button.primary").click()
        expect(page.locator("#messages .success")).to_be_visible()

    def bill(self) -> None:
        """The collector previews, issues, and prints the whole ward."""
        page = self.page
        self.enter(Role.COLLECTOR, f"/tax/wards/{WARD}/bills/")
        expect(page.locator("table.table tbody tr").first).to_be_visible()
        self.picture(page, "bill-run-preview")
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator(f"form[action='/tax/wards/{WARD}/bills/issue/'] button").click()
        expect(page.locator("#messages .success")).to_be_visible()
        page.locator(f"form[action='/tax/wards/{WARD}/bills/print/'] button").click()
        expect(page.locator("progress")).to_be_visible()
        work()
        file = page.locator("main a.button.primary")
        expect(file).to_be_visible()
        answer = page.request.get(f"{self.site}{file.get_attribute('href')}")
        assert answer.body().startswith(b"%PDF") and len(answer.body()) > 1_000_000

    def click_on_the_map(self, holding: Holding) -> None:
        """The cashier finds the building on the map and reads why it owes what it owes."""
        page = self.page
        self.enter(Role.CASHIER, f"/map/?holding={holding.pk}")
        expect(page.locator("#map[data-ready]")).to_be_attached(timeout=60_000)
        expect(page.locator(".panel .owed .figure")).to_be_visible(timeout=30_000)
        page.wait_for_timeout(3_000)
        self.picture(page, "map-unpaid")

    def pay(self) -> None:
        """The cashier takes the money and hands over the receipt."""
        page = self.page
        page.locator(".panel .actions .button.primary").click()
        expect(page.locator(".offer").first).to_be_visible()
        self.picture(page, "counter-offers")
        page.locator("main form button.primary").click()
        expect(page.locator(".receipt-done .figure")).to_be_visible()
        self.picture(page, "receipt")
        proof = page.locator(".receipt-done a").last.get_attribute("href") or ""
        page.context.clear_cookies()
        page.goto(f"{self.site}{re.sub(r'^https?://[^/]+', '', proof)}")
        expect(page.locator(".notice.success").first).to_be_visible()
        self.picture(page, "receipt-proved")


def test_the_story_of_the_readme(
    live_server: Any,
    page: Page,
    staff: Staff,
    sign_in: Sign,
    picture: Picture,
    footprints: Path,
    settings: Any,
    tmp_path: Path,
) -> None:
    """From a survey file to a paid bill on the map, by hand."""
    settings.MEDIA_ROOT = tmp_path / "media"
    load_wards(path=footprints / "khulna_wards.geojson", by=staff(Role.ASSESSOR), at=timezone.now())
    story = Story(live_server, page, staff, sign_in, picture)
    story.import_survey(footprints / "khulna_buildings.gpkg")
    story.assess()
    story.bill()
    holding = Bill.objects.order_by("route_order", "number")[0].holding
    assert Standing.objects.get(holding=holding).unpaid_amount > 0
    story.click_on_the_map(holding)
    story.pay()
    assert Payment.objects.filter(holding=holding).count() == 1
    assert Standing.objects.get(holding=holding).unpaid_amount == 0
    story.enter(Role.CASHIER, f"/map/?holding={holding.pk}")
    expect(page.locator(".panel .badge.ok")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(3_000)
    picture(page, "map-paid")
