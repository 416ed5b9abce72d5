"""What a click on the map shows: a containment, an open request; in words, within the wards, without a person."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fsm.rules.numbers import map_key
from imis.models import User
from imis.roles import Role
from layers.catalogue import BY_NAME
from tests.fsm.office import Office
from tests.fsm.reading import text_of

Sign = Callable[..., Client]


def test_the_map_finds_both_panels() -> None:
    for layer, (target, needed) in settings.MAP_PANELS.items():
        assert layer in BY_NAME and needed == "see_sludge"
        assert "/0/" in reverse(target, args=[0])


def test_a_containment_and_the_request_that_is_open_on_it(office: Office, browser_of: Sign) -> None:
    tank = office.containment(stated_volume_m3=Decimal("7.50"))
    building = tank.building_links.get().building
    officer = browser_of(office.officer)
    address = reverse("fsm:containment_panel", args=[tank.pk])
    page = officer.get(address)
    for said in (tank.code, "সেপটিক ট্যাংক", building.bin, "৭.৫০ ঘনমিটার"):
        assert said in text_of(page), said
    assert f"{reverse('fsm:new')}?building={building.pk}" in page.content.decode()
    asked = office.emptied(tank, "1.50")
    page = officer.get(address)
    assert reverse("fsm:request", args=[asked.pk]) in page.content.decode() and asked.number in text_of(page)
    assert reverse("fsm:new") not in page.content.decode()
    assert "(" in text_of(page) and "২০" in text_of(page)


def test_a_request_by_the_key_of_its_tile(office: Office, browser_of: Sign) -> None:
    asked = office.emptied(office.containment(), "1.50")
    address = reverse("fsm:request_panel", args=[map_key(asked.number)])
    page = browser_of(office.officer).get(address)
    text = text_of(page)
    assert asked.number in text and "শোধনাগারের পথে" in text and timezone.localdate().strftime("%Y") not in text
    assert asked.requester_name not in text and asked.requester_mobile not in text
    assert reverse("fsm:request", args=[asked.pk]) in page.content.decode()
    for nobody in (map_key(asked.number) + 1, 0, 7_000_000, 10**12):
        missing = reverse("fsm:request_panel", args=[nobody])
        assert browser_of(office.officer).get(missing).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({BY_NAME['requests_by_state'].features.sql}) tile", {"fiscal_year": 2026})
        assert cursor.fetchall() == [(map_key(asked.number),)]


def test_other_wards_and_other_offices_see_neither(
    office: Office, browser_of: Sign, person: Callable[..., User]
) -> None:
    asked = office.emptied(office.containment(), "1.50")
    addresses = (
        reverse("fsm:request_panel", args=[map_key(asked.number)]),
        reverse("fsm:containment_panel", args=[asked.containment_id]),
    )
    elsewhere = browser_of(person(Role.FSM_OFFICER, wards=(24,), username="elsewhere"))
    collector = browser_of(person(Role.COLLECTOR, username="tax-only"))
    for address in addresses:
        assert elsewhere.get(address).status_code == 403
        assert collector.get(address).status_code == 403
