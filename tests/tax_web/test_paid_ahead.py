"""A bill of a quarter that was paid ahead says so, on screen and on paper, until the payment is undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from holdings.models import Holding
from imis.roles import Role
from tax.documents.bills import bills_pdf, printed
from tax.models import Bill, Payment
from tax.queries import quote_for
from tax.services import reverse_payment, take_payment
from tests.documents.pages import boxes, joined, texts_of
from tests.tax.city import moment, officer
from tests.tax_web.conftest import TODAY, WARD, bill_quarter, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]


@pytest.fixture
def ahead(shop: Holding) -> Bill:
    """The second instalment's bill of a holding that paid its year in the first."""
    offer = quote_for(shop.pk, TODAY).offers[-1]
    take_payment(
        payment_id=uuid4(), holding=shop.pk, amount=offer.payable, plan="year", channel="counter", reference="1",
        value_date=TODAY, by=officer("other-cashier"), at=moment(TODAY),
    )  # fmt: skip
    return Bill.objects.get(holding=shop, quarter=2)


def test_the_paper_says_that_it_is_paid_and_by_which_receipt(ahead: Bill) -> None:
    receipt = str(Payment.objects.get().receipt)
    english, bangla = texts_of(bills_pdf([ahead], lang="en")), texts_of(bills_pdf([ahead]))
    assert joined(f"paid ahead: receipt no. {receipt} of 10/08/2021. Nothing is to be paid") in english[0]
    assert joined("Bank copy · Paid") in english[0] and joined("Ways to pay") not in english[0]
    assert joined("এই কিস্তি অগ্রিম পরিশোধিত") in bangla[0] and len(english) == len(bangla) == 1
    first = Bill.objects.get(holding=ahead.holding, quarter=1)
    assert joined("paid ahead") not in texts_of(bills_pdf([first], lang="en"))[0]


def test_nothing_on_the_paper_touches(ahead: Bill) -> None:
    words = boxes(bills_pdf([ahead]))
    for n, (left, top, right, bottom, word) in enumerate(words):
        for other in words[n + 1 :]:
            wide, high = min(right, other[2]) - max(left, other[0]), min(bottom, other[3]) - max(top, other[1])
            assert wide < 1 or high < 3, (word, other[4])


def test_the_screen_says_so_too(ahead: Bill, desk: Callable[..., Client]) -> None:
    said = text_of(desk(Role.CASHIER, language="en").get(f"/tax/bills/{ahead.pk}/"))
    assert "This instalment was paid ahead: receipt no." in said and "Ways to pay" not in said
    assert "অগ্রিম" in text_of(desk(Role.CASHIER).get(f"/tax/bills/{ahead.pk}/"))


def test_once_the_payment_is_undone_it_asks_again(ahead: Bill, desk: Callable[..., Client]) -> None:
    reverse_payment(payment=Payment.objects.get().pk, reason="wrong holding", by=officer("boss"), at=moment(TODAY))
    assert joined("paid ahead") not in texts_of(bills_pdf([ahead], lang="en"))[0]
    assert "paid ahead" not in text_of(desk(Role.CASHIER, language="en").get(f"/tax/bills/{ahead.pk}/"))


def test_the_press_asks_once_for_a_whole_part(town: list[Holding], django_assert_num_queries: Any) -> None:
    bill_quarter(1)
    with django_assert_num_queries(1):
        assert not [one for one in printed(Bill.objects.all()) if one.paid]


def test_the_desk_and_the_ward_page_count_the_same_bills(
    ahead: Bill, desk: Desk, clock: Callable[[date], None]
) -> None:
    clock(date(2021, 10, 5))
    for expected_ahead, expected_bills in ((1, 1), (1, 4)):
        table = desk(Role.COLLECTOR, language="en").get("/tax/")
        ward = desk(Role.COLLECTOR, language="en").get(f"/tax/wards/{WARD}/bills/?fiscal_year=2021&quarter=2")
        [row], issued = table.context["rows"], ward.context["preview"].issued
        assert (row.bills, row.demand, row.ahead) == (issued.count, issued.demand, issued.ahead)
        assert (row.ahead, row.bills) == (expected_ahead, expected_bills)
        assert (table.context["total"].bills, table.context["total"].ahead) == (row.bills, row.ahead)
        for page in (table, ward):
            assert "of these made by a payment ahead: 1" in text_of(page)
        bill_quarter(2)
