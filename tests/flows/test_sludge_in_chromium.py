"""FSM request → treatment, told in headless Chromium with the pictures of docs/guide/sludge.md.

The office works on a desk's screen, the driver on a telephone of 390 px that loses the network in the middle.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from fsm.models import Photo, Request, Trip
from imis.models import User
from imis.roles import Role
from tests.fsm.office import Office

pytestmark = pytest.mark.django_db(transaction=True)
Staff = Callable[[Role], User]
Sign = Callable[[Page, User], None]
Picture = Callable[[Page, str], Path]


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """The driver's telephone: 390 × 844, touch; a JavaScript error fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()
    assert errors == []


def photo_file(folder: Path) -> Path:
    """A picture as a telephone would take it."""
    image = Image.linear_gradient("L").resize((1800, 1350)).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG")
    (folder / "tank.jpg").write_bytes(out.getvalue())
    return folder / "tank.jpg"


class Day:
    """One request through the hands of everybody who works on it."""

    def __init__(self, site: Any, staff: Staff, sign: Sign, picture: Picture, office: Office) -> None:
        self.site, self.staff, self.sign, self.picture, self.office = site, staff, sign, picture, office

    def enter(self, page: Page, role: Role, path: str) -> None:
        """Signs in and opens a page."""
        self.sign(page, self.staff(role))
        page.goto(f"{self.site}{path}")

    def take_the_call(self, page: Page, building: int) -> Request:
        """The officer writes the request, verifies it, and sends the crew."""
        self.enter(page, Role.FSM_OFFICER, f"/sludge/new/?building={building}")
        page.fill("input[name=requester_name]", "রহিমা খাতুন")
        page.fill("input[name=requester_mobile]", "০১৭১১০০০০০০")
        page.fill("input[name=address]", "মসজিদের পাশের গলি, সবুজ গেট")
        page.check("input[name=urgent]")
        page.check("input[name=consents_to_place]")
        self.picture(page, "sludge-new-request")
        page.locator("main form[method=post] button.primary").click()
        expect(page.locator("#messages .success")).to_be_visible()
        page.locator("form[action$='/verify/'] button").click()
        expect(page.locator("form[action$='/assign/']")).to_be_visible()
        page.select_option("select[name=assign-vehicle]", str(self.office.truck.pk))
        page.select_option("select[name=assign-driver]", str(self.office.driver.pk))
        page.locator("form[action$='/assign/'] button").click()
        expect(page.locator("h1 .badge").first).to_contain_text("দল নির্ধারিত")
        page.goto(f"{self.site}/sludge/")
        expect(page.locator(".column-assigned .ticket")).to_have_count(1)
        self.picture(page, "sludge-board")
        return Request.objects.get(requester_name="রহিমা খাতুন")

    def drive(self, phone: Page, folder: Path) -> None:
        """The driver begins, loses the network, records two loads, and all arrives once it is back."""
        self.enter(phone, Role.DRIVER, "/sludge/drive/")
        job = phone.locator(".job")
        expect(job.locator("form[action$='/start/'] button")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, "the page is wider than the telephone"
        self.picture(phone, "sludge-driver")
        job.locator("form[action$='/start/'] button").click()
        expect(phone.locator(".job .badge.info")).to_contain_text("খালি হচ্ছে")

        phone.context.set_offline(True)
        phone.fill("form[action$='/load/'] input[name=volume]", "২.০০")
        phone.locator("form[action$='/load/'] button").click()
        expect(phone.locator("#outbox")).to_contain_text("১")
        phone.fill("form[action$='/load/'] input[name=volume]", "1.5")
        phone.locator("form[action$='/load/'] button").click()
        expect(phone.locator("#outbox")).to_contain_text("২")
        expect(phone.locator("form[action$='/finish/'] button")).to_be_visible()
        phone.evaluate("window.scrollTo(0, 0)")
        self.picture(phone, "sludge-driver-offline")
        assert Trip.objects.count() == 0
        phone.context.set_offline(False)
        expect(phone.locator(".loads li")).to_have_count(2, timeout=30_000)
        expect(phone.locator("#outbox")).to_be_hidden()

        phone.set_input_files("input[type=file]", photo_file(folder))
        phone.locator("form[action$='/photo/'] button").click()
        expect(phone.locator(".loads li")).to_have_count(2)
        phone.evaluate("fetch(location.href).then(() => true)")
        phone.locator("form[action$='/finish/'] button").click()
        expect(phone.locator(".job .badge.info").first).to_contain_text("শোধনাগারের পথে")

    def measure(self, page: Page) -> None:
        """The plant receives less than left, and sees it."""
        self.enter(page, Role.PLANT_OPERATOR, "/sludge/plant/")
        for volume in ("১.৯০", "১.৫০"):
            form = page.locator(".gate form").first
            form.locator("input[name=volume]").fill(volume)
            form.locator("input[name=weighed]").check()
            waiting = page.locator(".gate form").count()
            form.locator("button").click()
            expect(page.locator(".gate form")).to_have_count(waiting - 1)
        expect(page.locator("td.loss")).to_contain_text("−০.১০")
        self.picture(page, "sludge-plant")

    def take_the_fee(self, page: Page, request: Request) -> None:
        """The cashier finds the fee by mobile, takes it, and anybody proves the receipt."""
        self.enter(page, Role.CASHIER, "/sludge/fees/?q=01711000000")
        page.locator("td a.button.primary").click()
        expect(page.locator(".figure")).to_be_visible()
        page.locator("main form[method=post] button.primary").click()
        expect(page.locator(".receipt-done .figure")).to_be_visible()
        self.picture(page, "sludge-receipt")
        paper = page.request.get(f"{self.site}{page.locator('.page-head a.primary').get_attribute('href')}")
        assert paper.body().startswith(b"%PDF")
        proof = page.locator(".receipt-done .qr a").get_attribute("href") or ""
        page.context.clear_cookies()
        page.goto(f"{self.site}{re.sub(r'^https?://[^/]+', '', proof)}")
        expect(page.locator(".notice.success").first).to_be_visible()
        expect(page.locator("main")).to_contain_text(request.number)

    def close(self, page: Page, request: Request) -> None:
        """The officer looks at the whole story, closes it, and reads the month."""
        self.enter(page, Role.FSM_OFFICER, f"/sludge/requests/{request.pk}/")
        expect(page.locator(".photos img")).to_have_count(1)
        page.locator(".photos img").scroll_into_view_if_needed()
        expect(page.locator("tr.total").first).to_contain_text("−০.১০")
        page.evaluate("window.scrollTo(0, 0)")
        self.picture(page, "sludge-request")
        page.locator("form[action$='/close/'] button").click()
        expect(page.locator("h1 .badge").first).to_contain_text("নিষ্পত্তি")
        page.goto(f"{self.site}/sludge/report/")
        expect(page.locator(".measures .figure").first).to_have_text("১০০.০%")
        self.picture(page, "sludge-report")
        for name in ("pdf", "xlsx"):
            assert page.request.get(f"{self.site}/sludge/report/{name}/").ok


def test_a_tank_is_emptied(
    live_server: Any,
    page: Page,
    telephone: Page,
    staff: Staff,
    sign_in: Sign,
    picture: Picture,
    settings: Any,
    tmp_path: Path,
) -> None:
    """From a call to a closed request, by hand; the telephone was out of reach for two loads."""
    settings.MEDIA_ROOT = tmp_path / "media"
    staff(Role.DRIVER)
    office = Office(
        at=timezone.now(),
        officer=staff(Role.FSM_OFFICER),
        cashier=staff(Role.CASHIER),
        operator=staff(Role.PLANT_OPERATOR),
    )
    tank = office.containment(shape="rectangular", length_m="2.40", width_m="1.20", depth_m="1.80")
    day = Day(live_server, staff, sign_in, picture, office)
    request = day.take_the_call(page, tank.building_links.get().building_id)
    day.drive(telephone, tmp_path)
    assert [str(trip.event.volume_m3) for trip in Trip.objects.order_by("number")] == ["2.00", "1.50"]
    assert Photo.objects.filter(request=request).count() == 1
    day.measure(page)
    day.take_the_fee(page, request)
    day.close(page, request)
    assert Request.objects.get(pk=request.pk).state == "closed"
