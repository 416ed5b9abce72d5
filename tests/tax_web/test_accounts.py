"""A holding's account, the panel beside the map, one bill, and the public proof of a bill."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from holdings.models import Holding, Owner, Ownership
from imis.ledger.queries import holding_balance
from imis.money import D
from imis.roles import PERMISSIONS, Permission, Role
from tax.documents.verification import bill_address
from tax.models import Bill, BillLine, Payment
from tax.queries import dues
from tax.services import reverse_payment, take_payment
from tests.tax.city import START, build_city, moment, officer
from tests.tax_web.conftest import TODAY, WARD, bill_quarter, filled, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]


def pays(holding: Holding, amount: int) -> Payment:
    return take_payment(
        payment_id=uuid4(), holding=holding.pk, amount=D(amount), channel="counter", reference=uuid4().hex,
        value_date=TODAY, by=officer("c"), at=moment(TODAY),
    )  # fmt: skip


def test_the_account_adds_up_to_the_books(desk: Desk, shop: Holding) -> None:
    bill_quarter(2)
    pays(shop, 300)
    undone = pays(shop, 450)
    reverse_payment(payment=undone.pk, reason="wrong", by=officer("o"), at=moment(TODAY))
    page = desk(Role.AUDITOR, language="en").get(f"/tax/holdings/{shop.pk}/")
    totals = page.context["totals"]
    assert totals["demand"] == BillLine.objects.filter(bill__holding=shop).aggregate(s=Sum("amount"))["s"]
    assert totals["unpaid"] == totals["demand"] - totals["settled"] == dues(shop.pk, TODAY).unpaid
    assert totals["unpaid"] == holding_balance(shop.pk, "receivable_tax")
    assert totals["paid"] == 300 == totals["settled"]
    said = text_of(page)
    assert f"All bills ৳ {totals['demand']:,}" in said and "without the reversed ones ৳ 300" in said
    assert "৳ 450" in said and "Reversed" in said, "an auditor sees what was undone"


def test_the_panel_tells_what_is_owed_and_hides_who_from_those_who_may_not(
    desk: Desk, shop: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/tax/holdings/{shop.pk}/panel/"
    html = desk(Role.AUDITOR).get(address).content.decode()
    assert "রহিম" in html and "করিম" in html and "<html" not in html
    assert f"/tax/holdings/{shop.pk}/pay/" not in html
    assert f"/tax/holdings/{shop.pk}/pay/" in desk(Role.CASHIER).get(address).content.decode()
    monkeypatch.setitem(PERMISSIONS, Role.PLANNER, frozenset({Permission.SEE_TAX}))
    hidden = desk(Role.PLANNER).get(address).content.decode()
    assert "রহিম" not in hidden and "করিম" not in hidden and "সর্বমোট" in hidden
    account = desk(Role.PLANNER).get(f"/tax/holdings/{shop.pk}/").content.decode()
    assert "রহিম" not in account and "করিম" not in account


def test_the_panel_of_a_holding_without_assessment_or_debt(desk: Desk, shop: Holding) -> None:
    pays(shop, 100_00)
    paid = desk(Role.CASHIER, language="en").get(f"/tax/holdings/{shop.pk}/panel/").content.decode()
    assert "Nothing is due" in paid and "Kept as advance" in paid
    build_city(wards=[23], count=1)
    new = Holding.objects.get(ward_id=23)
    bare = desk(Role.CASHIER, language="en").get(f"/tax/holdings/{new.pk}/panel/").content.decode()
    assert "Not assessed" in bare and "/pay/" not in bare
    assert desk(Role.CASHIER).get("/tax/holdings/999999/panel/").status_code == 404


def test_the_bill_page_is_the_frozen_print(desk: Desk, shop: Holding) -> None:
    bill = Bill.objects.get(holding=shop)
    client = desk(Role.AUDITOR, language="en")
    before = text_of(client.get(f"/tax/bills/{bill.pk}/"))
    assert bill.number in before and "30/09/2021" in before and "Ways to pay" in before
    assert str(bill.payable_amount.quantize(D(1))) in before.replace(",", "")
    pays(shop, 500)
    Holding.objects.filter(pk=shop.pk).update(old_number="changed")
    after = text_of(client.get(f"/tax/bills/{bill.pk}/"))
    assert "is unpaid today" in after and "is unpaid today" not in before
    printed = [page.partition("As it was printed")[2] for page in (before, after)]
    assert printed[0] == printed[1] != "", "a print does not change with the account"
    answer = client.get(f"/tax/bills/{bill.pk}/pdf/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def test_the_bill_page_hides_the_payer(desk: Desk, shop: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    bill = Bill.objects.get(holding=shop)
    assert "রহিম" in desk(Role.AUDITOR).get(f"/tax/bills/{bill.pk}/").content.decode()
    monkeypatch.setitem(PERMISSIONS, Role.PLANNER, frozenset({Permission.SEE_TAX}))
    assert "রহিম" not in desk(Role.PLANNER).get(f"/tax/bills/{bill.pk}/").content.decode()


@pytest.mark.parametrize(("language", "words"), [("bn", "আসল"), ("en", "This bill is genuine")])
def test_anyone_can_prove_a_bill(shop: Holding, client: Client, language: str, words: str) -> None:
    bill = Bill.objects.get(holding=shop)
    client.cookies["django_language"] = language
    page = client.get(urlsplit(bill_address(bill.snapshot)).path)
    assert page.status_code == 200 and words in text_of(page)
    assert "রহিম" not in page.content.decode() and "/tax/" not in page.content.decode()
    lower = urlsplit(bill_address(bill.snapshot)).path.rpartition("/")
    assert client.get(f"{lower[0]}/{lower[2].lower()}").status_code == 200, "typed by hand"


@pytest.mark.parametrize("forge", ["check", "number", "other bill's check", "unknown"])
def test_a_forged_bill_is_not_genuine(town: list[Holding], client: Client, forge: str) -> None:
    bill_quarter(1)
    bill, other = Bill.objects.order_by("pk")[:2]
    check = bill_address(bill.snapshot).rpartition("/")[2]
    number, check = {
        "check": (bill.number, ("B" if check[0] == "A" else "A") + check[1:]),
        "number": (other.number, check),
        "other bill's check": (bill.number, bill_address(other.snapshot).rpartition("/")[2]),
        "unknown": ("2122-1-99-000001", check),
    }[forge]
    client.cookies["django_language"] = "en"
    page = client.get(f"/verify/bill/{number}/{check}")
    assert page.status_code == 404 and "This bill is not genuine" in text_of(page)
    assert "৳" not in text_of(page), "nothing is told of a bill that was not proved"


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize(("path", "most"), [("panel/", 16), ("", 18), ("pay/", 14)])
def test_a_long_history_takes_no_more_queries(
    desk: Desk, town: list[Holding], path: str, most: int, django_assert_max_num_queries: Any
) -> None:
    bill_quarter(1)
    young, old = town[0], town[1]
    for _ in range(2):
        pays(young, 10)
        pays(old, 10)
    client = desk(Role.CASHIER)
    few = queries(client, f"/tax/holdings/{old.pk}/{path}")
    for quarter in (2, 3, 4):
        bill_quarter(quarter)
        pays(old, 10)
    with django_assert_max_num_queries(most):
        client.get(f"/tax/holdings/{old.pk}/{path}")
    assert queries(client, f"/tax/holdings/{old.pk}/{path}") == few
    assert Bill.objects.filter(holding__ward_id=WARD, holding=old).count() == 4


def test_taking_a_payment_takes_a_fixed_number_of_queries(
    desk: Desk, shop: Holding, django_assert_max_num_queries: Any
) -> None:
    client = desk(Role.CASHIER)
    address = f"/tax/holdings/{shop.pk}/pay/"
    counts = []
    for _ in range(3):
        fields = {**filled(client.get(address)), "plan": "amount", "amount": "20"}
        with django_assert_max_num_queries(60) as seen:
            assert client.post(address, fields).status_code == 302
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_all_owners_are_named_with_their_shares_as_the_bill_names_them(desk: Desk, shop: Holding) -> None:
    Ownership.objects.filter(holding=shop).delete()
    names = [("সালমা", "0.25"), ("নাজমা", "0.5"), ("আয়েশা", "0.25")]
    Ownership.objects.bulk_create(
        Ownership(holding=shop, owner=Owner.objects.create(name_bn=name), share=D(share), valid=DateRange(START, None))
        for name, share in names
    )
    bill_quarter(2)
    on_the_bill = Bill.objects.get(holding=shop, quarter=2).snapshot["payer"]["name_bn"]
    assert on_the_bill == "নাজমা, সালমা, আয়েশা"
    for path in ("", "panel/", "pay/"):
        page = desk(Role.CASHIER, language="en").get(f"/tax/holdings/{shop.pk}/{path}")
        said = re.findall("(নাজমা|সালমা|আয়েশা) \\(([0-9.]+%)\\)", text_of(page))
        assert said == [("নাজমা", "50%"), ("সালমা", "25%"), ("আয়েশা", "25%")], path


def test_a_bills_code_typed_among_receipts_leads_to_the_bills_proof(shop: Holding, client: Client) -> None:
    bill = Bill.objects.get(holding=shop)
    whole = bill_address(bill.snapshot)
    proof = urlsplit(whole).path
    for typed in (whole, f"  {whole[:30]}\n{whole[30:]} ", proof.removeprefix("/verify/bill/"), f"{proof}/"):
        answer = client.post("/verify/", {"token": typed})
        assert answer.status_code == 302 and answer["Location"] == proof, typed
    client.cookies["django_language"] = "en"
    assert "This bill is genuine" in text_of(client.get(proof))
    other = "A" if proof[-1] != "A" else "B"
    forged = client.post("/verify/", {"token": proof[:-1] + other})
    assert client.get(forged["Location"]).status_code == 404
    # No number, or one that is no number of a bill: nothing to look up.
    for typed in ("/" + proof[-16:], "a%2Fb/" + proof[-16:]):
        assert client.post("/verify/", {"token": typed}).status_code in (302, 404)
