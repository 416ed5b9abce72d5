"""The notes on a driver's telephone: whose they are, what is refused for good, what waits for a network or server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from fsm import services
from fsm.models import CrewMember, Request, Trip
from imis.models import User
from tests.flows.conftest import PASSWORD
from tests.fsm.office import Office

pytestmark = pytest.mark.django_db(transaction=True)
Sign = Callable[[Page, User], None]
# What the page keeps, read past its own code.
NOTES = """() => new Promise((done) => {
  const opened = indexedDB.open("imis-driver", 1);
  opened.onsuccess = () => {
    const rows = opened.result.transaction("notes").objectStore("notes").getAll();
    rows.onsuccess = () => {
      opened.result.close();
      done(rows.result.map((row) => [row.owner || "", row.problem || ""]));
    };
  };
})"""
FORGET_WHOSE = """() => new Promise((done) => {
  const opened = indexedDB.open("imis-driver", 1);
  opened.onsuccess = () => {
    const notes = opened.result.transaction("notes", "readwrite").objectStore("notes");
    notes.openCursor().onsuccess = (event) => {
      const cursor = event.target.result;
      if (!cursor) { opened.result.close(); return done(); }
      const { owner, name, ...rest } = cursor.value;
      cursor.update(rest);
      cursor.continue();
    };
  };
})"""


class Van:
    """Two drivers who share a telephone, and jobs for both."""

    def __init__(self, site: Any, phone: Page, sign: Sign) -> None:
        self.site, self.phone, self.sign = str(site), phone, sign
        self.office = Office(at=timezone.now())
        self.first = self._account(self.office.driver_user)
        self.second = self._account(User.objects.create(username="salim", roles=["driver"], all_wards=True))
        self.seconds = services.add_crew_member(
            provider=self.office.provider.pk, name_bn="সেলিম", kind="driver", username="salim",
            by=self.office.officer, at=timezone.now(),
        )  # fmt: skip

    def _account(self, user: User) -> User:
        user.password, user.name_bn = make_password(PASSWORD), user.username
        user.save()
        return user

    def job(self, code: str, driver: CrewMember | None = None) -> Request:
        """A request whose tank is being emptied by a driver (the first one)."""
        request = self.office.verified(self.office.containment(code))
        driver = driver or self.office.driver
        self.office.at = timezone.now()
        services.assign_request(
            event_id=uuid4(), request=request.pk, vehicle=self.office.truck.pk, driver=driver.pk,
            planned_on=timezone.localdate(), by=self.office.officer, at=timezone.now(),
        )  # fmt: skip
        services.start_emptying(event_id=uuid4(), request=request.pk, by=driver.user, at=timezone.now())
        return request

    def enter(self, user: User) -> None:
        """Signs in and opens the driver's page."""
        self.phone.context.clear_cookies()
        self.sign(self.phone, user)
        self.phone.goto(f"{self.site}/sludge/drive/")

    def load(self, request: Request, volume: str) -> None:
        """Writes a load into a job."""
        form = self.phone.locator(f"form[action='/sludge/drive/{request.pk}/load/']")
        form.locator("input[name=volume]").fill(volume)
        form.locator("button").click()


@pytest.fixture
def van(live_server: Any, browser: Browser, sign_in: Sign) -> Iterator[Van]:
    """The telephone: a JavaScript error fails the test, a question is answered with yes."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield Van(live_server, page, sign_in)
    context.close()
    assert errors == []


def test_a_note_refused_for_good_is_set_aside_and_the_others_go_on(van: Van) -> None:
    bad, good = van.job("C22-1"), van.job("C22-2")
    van.enter(van.first)
    van.phone.context.set_offline(True)
    van.load(bad, "9")
    van.load(good, "1.5")
    expect(van.phone.locator("#outbox")).to_contain_text("২")
    van.phone.context.set_offline(False)
    expect(van.phone.locator(".loads li")).to_have_count(1, timeout=30_000)
    assert list(Trip.objects.values_list("request", flat=True)) == [good.pk]
    aside = van.phone.locator("#aside li")
    expect(aside).to_have_count(1)
    expect(aside.locator(".why")).to_contain_text("২")  # the vehicle holds 2 m³
    expect(aside.locator(".what")).to_contain_text("9")
    expect(van.phone.locator("#outbox")).to_be_hidden()
    # The reason is gone: it is sent again. Another one is discarded by the driver alone.
    type(van.office.truck).objects.update(capacity_m3="10.00")
    aside.locator(".again").click()
    expect(van.phone.locator(".loads li")).to_have_count(2)
    expect(van.phone.locator("#aside")).to_be_hidden()
    van.load(good, "11")
    expect(aside).to_have_count(1)
    van.phone.reload()
    expect(aside).to_have_count(1)
    aside.locator(".discard").click()
    expect(van.phone.locator("#aside")).to_be_hidden()
    assert van.phone.evaluate(NOTES) == [] and Trip.objects.count() == 2


def test_a_driver_whose_ward_was_taken_away_is_not_stuck(van: Van) -> None:
    request = van.job("C22-1")
    van.enter(van.first)
    User.objects.filter(pk=van.first.pk).update(all_wards=False, ward_numbers=[5])
    van.load(request, "1")
    expect(van.phone.locator("#aside .why")).to_contain_text("ওয়ার্ড")
    expect(van.phone.locator(".job")).to_have_count(0)


def test_a_driver_sends_only_what_they_entered(van: Van) -> None:
    ours, theirs = van.job("C22-1"), van.job("C22-2", van.seconds)
    van.enter(van.first)
    van.phone.context.set_offline(True)
    van.load(ours, "1.25")
    expect(van.phone.locator("#outbox")).to_contain_text("১")
    # The first driver signs out out of reach; the page that is left behind has no account to send under.
    van.phone.context.clear_cookies()
    van.phone.goto("about:blank")
    van.phone.context.set_offline(False)
    van.enter(van.second)
    expect(van.phone.locator("#outbox")).to_contain_text(van.first.username)
    van.load(theirs, "1")
    expect(van.phone.locator(".loads li")).to_have_count(1)
    assert list(Trip.objects.values_list("request", flat=True)) == [theirs.pk]
    assert van.phone.evaluate(NOTES) == [[str(van.first.pk), ""]]
    van.enter(van.first)
    expect(van.phone.locator(".loads li")).to_have_count(1)
    assert str(Trip.objects.get(request=ours).event.volume_m3) == "1.25"
    assert Trip.objects.get(request=ours).event.by == van.first and van.phone.evaluate(NOTES) == []


def test_a_note_of_an_older_page_waits_for_the_driver_who_knows(van: Van) -> None:
    request = van.job("C22-1")
    van.enter(van.first)
    van.phone.context.set_offline(True)
    van.load(request, "1.25")
    expect(van.phone.locator("#outbox")).to_contain_text("১")
    van.phone.evaluate(FORGET_WHOSE)
    van.phone.goto("about:blank")
    van.phone.context.set_offline(False)
    van.enter(van.first)
    expect(van.phone.locator("#aside li")).to_have_count(1)
    assert Trip.objects.count() == 0
    van.phone.locator("#aside .again").click()
    expect(van.phone.locator(".loads li")).to_have_count(1)


def test_a_page_older_than_the_sign_in_waits_and_is_sent(van: Van) -> None:
    request = van.job("C22-1")
    van.enter(van.first)
    # Somebody signed out in another tab: the note waits, and says for what.
    van.phone.context.clear_cookies()
    van.load(request, "1")
    expect(van.phone.locator("#outbox")).to_be_visible()
    expect(van.phone.locator("#aside")).to_be_hidden()
    assert [problem for _owner, problem in van.phone.evaluate(NOTES)] == [""]
    # The same driver signs in in another tab: this page has an old token, takes a new one, and sends.
    other = van.phone.context.new_page()
    van.sign(other, van.first)
    other.close()
    van.phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(van.phone.locator(".loads li")).to_have_count(1)
    assert Trip.objects.count() == 1


def test_a_server_that_stumbles_over_one_note_holds_up_its_job_only(van: Van) -> None:
    stuck, free = van.job("C22-1"), van.job("C22-2")

    def stumble(route: Route) -> None:
        route.fulfill(status=500, body="oops")

    van.enter(van.first)
    van.phone.route(f"**/{stuck.pk}/load/", stumble)
    van.load(stuck, "1")
    expect(van.phone.locator("#outbox")).to_contain_text("১")
    van.load(free, "1")
    expect(van.phone.locator("#outbox")).to_contain_text("১")
    for _turn in range(6):
        van.phone.evaluate("window.dispatchEvent(new Event('online'))")
        van.phone.wait_for_timeout(300)
    expect(van.phone.locator("#aside .why")).to_contain_text("৫০০")
    assert list(Trip.objects.values_list("request", flat=True)) == [free.pk]
    # Away is not stumbling: a gateway without its server sets nothing aside.
    van.phone.unroute(f"**/{stuck.pk}/load/")
    van.phone.route(f"**/{free.pk}/load/", lambda route: route.fulfill(status=502, body="<html>"))
    van.load(free, "1")
    for _turn in range(7):
        van.phone.evaluate("window.dispatchEvent(new Event('online'))")
        van.phone.wait_for_timeout(200)
    expect(van.phone.locator("#aside li")).to_have_count(1)
    expect(van.phone.locator("#outbox")).to_contain_text("১")
