"""The search of the counter: by number and owner, within one's wards, whatever is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from holdings.models import Holding
from imis.roles import Role
from tax.models import Payment
from tests.tax_web.conftest import OTHER_WARD, text_of
from tests.tax_web.test_counter import address

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]


def test_search_finds_by_number_in_both_scripts_and_by_owner(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER)
    for text in (shop.code, "২২-০০১-০০০২", f"রহিম {shop.pk}"):
        page = client.get("/tax/counter/", {"q": text})
        assert address(shop) in page.content.decode(), text
    one = client.get("/tax/counter/", {"q": shop.code}).content.decode()
    # The single hit has the focus: Enter goes on to its payment.
    assert re.search(rf'href="{address(shop)}" autofocus', one) and one.count("autofocus") == 1
    assert "autofocus" in client.get("/tax/counter/").content.decode()


def test_search_stays_in_the_officers_wards(desk: Desk, shop: Holding) -> None:
    client = desk(Role.COLLECTOR, wards=[OTHER_WARD], language="en")
    page = client.get("/tax/counter/", {"q": shop.code})
    assert "Nothing was found" in text_of(page) and client.get(address(shop)).status_code == 403
    assert client.post(address(shop), {}).status_code == 403 and not Payment.objects.exists()


@pytest.mark.parametrize("text", ["%", "' OR 1=1 --", "<script>alert(1)</script>", "০" * 500])
def test_search_survives_what_people_type(desk: Desk, shop: Holding, text: str) -> None:
    page = desk(Role.CASHIER).get("/tax/counter/", {"q": text})
    assert page.status_code == 200 and "<script>alert" not in page.content.decode()
