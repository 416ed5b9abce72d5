"""What the books and the audit log name can be opened by whoever may see it, and is told in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from holdings.models import Holding
from imis.models import User
from imis.roles import PERMISSIONS, Permission, Role
from imis.whereabouts import ENTRY, addresses, head_names, uuids, whole
from tax.models import Assessment, Bill, BillRun, Payment
from tax.queries import quote_for
from tax.services import reverse_payment, take_payment
from tests.tax.city import moment, officer
from tests.tax_web.conftest import OTHER_WARD, TODAY, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]
BOOK = f"/books/?day={TODAY.isoformat()}"


@pytest.fixture
def payment(shop: Holding) -> Payment:
    """A year paid at the counter: later bills are made, money and a rounding are posted."""
    offer = quote_for(shop.pk, TODAY).offers[-1]
    return take_payment(
        payment_id=uuid4(), holding=shop.pk, amount=offer.payable, plan="year", channel="counter", reference="1",
        value_date=TODAY, by=officer("other-cashier"), at=moment(TODAY),
    )  # fmt: skip


def links(page: Any) -> list[tuple[str, str]]:
    found = re.findall(r'<a class="(?:mono|badge ok)" href="([^"]*)">([^<]*)</a>', page.content.decode())
    return [(address, " ".join(text.split())) for address, text in found]


def test_the_day_book_leads_to_receipts_and_bills(desk: Desk, payment: Payment) -> None:
    reverse_payment(payment=payment.pk, reason="wrong", by=officer("boss"), at=moment(TODAY))
    client = desk(Role.AUDITOR, language="en")
    page = client.get(BOOK)
    receipt = f"/tax/payments/{payment.pk}/"
    assert [text for address, text in links(page) if address == receipt] == [
        "counter:1", f"Receipt {payment.receipt}", f"reversal:{payment.pk}",
    ]  # fmt: skip
    bills = {f"/tax/bills/{bill.pk}/": f"bill:{bill.pk}" for bill in Bill.objects.filter(run=None)}
    assert bills and bills.items() <= dict(links(page)).items()
    for address, _text in links(page):
        assert client.get(address).status_code == 200


def test_who_may_not_see_a_payment_gets_no_link(desk: Desk, payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = desk(Role.AUDITOR, wards=[OTHER_WARD], username="elsewhere").get(BOOK)
    assert f"bill:{Bill.objects.filter(run=None)[0].pk}" in text_of(elsewhere) and links(elsewhere) == []
    monkeypatch.setitem(PERMISSIONS, Role.AUDITOR, frozenset({Permission.SEE_AUDIT}))
    assert links(desk(Role.AUDITOR).get(BOOK)) == [] == links(desk(Role.AUDITOR).get("/audit/"))


@pytest.mark.parametrize(("language", "said"), [("bn", "হোল্ডিং কর"), ("en", "Holding tax")])
def test_heads_are_named_in_the_language(desk: Desk, payment: Payment, language: str, said: str) -> None:
    page = text_of(desk(Role.AUDITOR, language=language).get(BOOK))
    assert said in page and "holding_tax" not in page


def test_every_head_that_is_posted_has_a_name(payment: Payment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT head FROM ledger_line WHERE head <> ''")
        posted = {head for (head,) in cursor.fetchall()}
    assert posted and posted | {"rounding", "surcharge", "advance", "sludge"} <= head_names().keys()


def test_the_audit_log_leads_to_what_it_tells_of(desk: Desk, payment: Payment) -> None:
    client = desk(Role.AUDITOR, language="en")
    found = links(client.get("/audit/"))
    assert (f"/tax/payments/{payment.pk}/", str(payment.pk)) in found
    assert all(client.get(address).status_code == 200 for address, _text in found)


def test_things_are_found_by_whoever_may_see_them(payment: Payment, person: Callable[..., User]) -> None:
    assessment, run = Assessment.objects.order_by("pk")[0], BillRun.objects.get()
    asked = [("assessment", str(assessment.pk)), ("bill_run", str(run.pk)), ("user", str(officer("boss").pk))]
    asked += [("assessment", "all"), ("payment", "x"), ("job", "x"), ("unheard", "1"), (ENTRY, "nothing:1")]
    by_role = {
        role: {kind for kind, _key in addresses(asked, person(role, username=f"finds-{role.value}"))}
        for role in (Role.AUDITOR, Role.COLLECTION_OFFICER, Role.ADMINISTRATOR, Role.DRIVER)
    }
    assert by_role == {
        Role.AUDITOR: {"assessment"},
        Role.COLLECTION_OFFICER: {"assessment", "bill_run"},
        Role.ADMINISTRATOR: {"assessment", "user"},
        Role.DRIVER: set(),
    }


def test_keys_that_are_no_key_ask_the_database_nothing() -> None:
    assert whole(["7", "all", "", "-1", "৭", "9" * 30]) == [7]
    assert uuids(["x", str(payment_id := uuid4()), str(payment_id).upper()[:8]]) == [str(payment_id)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Account changed", "All wards: yes", "Roles: Cashier", "May sign in: no", "Account made")),
        ("bn", ("অ্যাকাউন্ট পরিবর্তন", "সাইন ইন করতে পারেন: না", "অ্যাকাউন্ট তৈরি")),
    ],
)
def test_changes_of_office_are_told_in_words(desk: Desk, language: str, words: tuple[str, ...]) -> None:
    client = desk(Role.AUDITOR, language=language)
    someone = User.objects.create(username="someone", roles=["cashier"], all_wards=True)
    someone.roles, someone.is_active = ["auditor"], False
    someone.save()
    said = text_of(client.get("/audit/offices/"))
    assert not [word for word in words if word not in said], said
    for raw in ("INSERT", "UPDATE", "all_wards", "superuser", "is_active"):
        assert raw not in said
