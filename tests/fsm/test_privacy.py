"""One rule for page, paper and REST door: who may not see people reads of no one for whom the service works."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from fsm import services
from fsm.models import Population, SludgeRate, Tariff
from fsm.queries.people import sees_people
from fsm.rules.numbers import map_key
from imis.models import User
from imis.roles import Role
from tests.documents.pages import joined, texts_of
from tests.fsm.office import WARD, Office, ward
from tests.fsm.reading import text_of

Sign = Callable[..., Client]
NAME, MOBILE, ADDRESS, REASON = "করিম", "01711000000", "খান জাহান", "ফটক বন্ধ, করিমের ভাই বলেছে"


@pytest.fixture
def planner(db: None) -> User:
    return User.objects.create(username="planner", roles=[Role.PLANNER], all_wards=True, name_bn="পরিকল্পনাবিদ")


def officer_of(*wards: int) -> User:
    return User.objects.create(username=f"of {wards}", roles=[Role.FSM_OFFICER], ward_numbers=list(wards))


def test_one_rule(planner: User, office: Office) -> None:
    assert not sees_people(planner, WARD) and not sees_people(planner)
    assert sees_people(office.officer, WARD) and sees_people(office.cashier, WARD) and sees_people(office.boss)
    assert not sees_people(officer_of(5), WARD)


def test_a_planner_reads_no_address_and_no_free_text(office: Office, planner: User, browser_of: Sign) -> None:
    open_one, over = office.asked(office.containment()), office.verified(office.containment("C22-2"))
    services.reject_request(event_id=uuid4(), request=over.pk, reason=REASON, by=office.officer, at=office.now())
    pages = [
        reverse("fsm:board"),
        reverse("fsm:ended"),
        reverse("fsm:request", args=[open_one.pk]),
        reverse("fsm:request", args=[over.pk]),
        reverse("fsm:request_panel", args=[map_key(open_one.number)]),
    ]
    for address in pages:
        page = text_of(browser_of(planner, "en").get(address))
        assert not [word for word in (NAME, MOBILE, ADDRESS, REASON) if word in page], address
        assert ADDRESS in text_of(browser_of(office.officer, "en").get(address)), address
    assert REASON in text_of(browser_of(office.officer).get(reverse("fsm:request", args=[over.pk])))


def test_a_planner_prints_a_receipt_that_names_nobody(office: Office, planner: User, browser_of: Sign) -> None:
    payment = office.pay(office.emptied(office.containment(), "1.00"))
    services.reverse_fee(payment=payment.pk, reason=REASON, by=office.boss, at=office.now())
    page, paper = reverse("fsm:receipt", args=[payment.pk]), reverse("fsm:receipt_pdf", args=[payment.pk])
    seen = browser_of(planner).get(page)
    assert seen.status_code == 200 and NAME not in text_of(seen) and REASON not in text_of(seen)
    (printed,) = texts_of(browser_of(planner).get(paper).content)
    assert joined(NAME) not in printed and joined("ফটক") not in printed and joined("বাতিলকৃত") in printed
    shown = browser_of(office.cashier).get(page)
    assert NAME in text_of(shown) and REASON in text_of(shown)
    assert joined(NAME) in texts_of(browser_of(office.cashier).get(paper).content)[0]


def test_an_officer_states_the_population_of_their_wards_only(office: Office, browser_of: Sign) -> None:
    ward(5)
    mine = browser_of(officer_of(WARD))
    address = reverse("fsm:add", args=["population"])
    said = {"counted_on": "2026-01-01", "non_sewered": "১,২০,০০০", "source": "x"}
    assert 'value="5"' not in mine.get(address).content.decode()
    assert mine.post(address, {**said, "ward": 5}).status_code == 400
    assert mine.post(address, {**said, "ward": WARD}).status_code == 302
    assert list(Population.objects.values_list("ward", "non_sewered")) == [(WARD, 120_000)]
    Population.objects.create(ward_id=5, counted_on="2026-01-01", non_sewered=7, source="x")
    assert "1,20,000" in text_of(browser_of(officer_of(WARD, 9), "en").get(reverse("fsm:fleet")))


def test_what_serves_every_ward_is_for_an_officer_of_every_ward(office: Office, browser_of: Sign) -> None:
    mine, before = browser_of(officer_of(WARD)), Tariff.objects.count()
    for kind in ("provider", "vehicle", "crew", "plant", "tariff", "rate"):
        address = reverse("fsm:add", args=[kind])
        assert mine.get(address).status_code == 403, kind
        assert address not in mine.get(reverse("fsm:fleet")).content.decode(), kind
        assert address in browser_of(office.officer).get(reverse("fsm:fleet")).content.decode(), kind
    mine.post(
        reverse("fsm:add", args=["tariff"]),
        {
            "since": "2027-01-01",
            "call_out_amount": "0",
            "per_m3_amount": "0",
            "minimum_amount": "0",
            "authority": "me",
        },
    )
    mine.post(reverse("fsm:add", args=["rate"]), {"since": "2026-01-01", "ml_per_head_day": "1", "source": "me"})
    assert Tariff.objects.count() == before and not SludgeRate.objects.exists()
