"""The receipt: on the screen, as PDF, proved by its code; and the payment undone by another officer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from holdings.models import Holding
from imis.ledger.services import LineDraft, issue_receipt, post, receipt_token, verify_token
from imis.money import ZERO, D
from imis.roles import PERMISSIONS, Permission, Role
from tax.documents.receipts import receipt_pdf
from tax.models import Payment, Reversal
from tax.queries import dues, quote_for, receipt_link
from tax.services import take_payment
from tests.documents.pages import texts_of
from tests.tax.city import moment, officer
from tests.tax_web.conftest import TODAY, WARD, follow, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]


@pytest.fixture
def payment(shop: Holding) -> Payment:
    """The current instalment, paid at the counter by one of the family."""
    offer = quote_for(shop.pk, TODAY).offers[0]
    return take_payment(
        payment_id=uuid4(), holding=shop.pk, amount=offer.payable, plan="current", channel="counter", reference="1",
        value_date=TODAY, payer_name="Karima Khatun", by=officer("other-cashier"), at=moment(TODAY),
    )  # fmt: skip


def address(payment: Payment, path: str = "") -> str:
    return f"/tax/payments/{payment.pk}/{path}"


def test_the_receipt_says_what_was_taken_and_what_it_settled(desk: Desk, payment: Payment) -> None:
    page = desk(Role.CASHIER, language="en").get(address(payment))
    said = text_of(page)
    assert f"Receipt {payment.receipt}" in said and "Karima Khatun" in said and "Next person" in said
    assert list(page.context["allocations"]) and "Principal 2021-22, 1st instalment" in said
    assert sum(a.amount for a in page.context["allocations"] if a.kind != "rebate") == payment.amount
    # The keys a cashier needs: print, then the next person.
    assert re.findall(r'data-key="(\w+)"', page.content.decode()) == ["KeyP", "KeyN"]


def test_an_amount_that_was_rounded_down_has_a_minus_sign(desk: Desk, shop: Holding) -> None:
    for amount in range(1, 200):
        made = take_payment(
            payment_id=uuid4(), holding=shop.pk, amount=D(amount), channel="counter", reference=uuid4().hex,
            value_date=TODAY, by=officer("c"), at=moment(TODAY),
        )  # fmt: skip
        if made.allocations.filter(kind="rounding", amount__lt=0).exists():
            break
        offer = quote_for(shop.pk, TODAY).offers[0]
        if offer.rounding < 0:
            made = take_payment(
                payment_id=uuid4(), holding=shop.pk, amount=offer.payable, plan="current", channel="counter",
                reference=uuid4().hex, value_date=TODAY, by=officer("c"), at=moment(TODAY),
            )  # fmt: skip
            break
    rounding = made.allocations.get(kind="rounding").amount
    assert rounding < 0
    said = text_of(desk(Role.AUDITOR, language="en").get(address(made)))
    assert f"−৳ {abs(rounding)}" in said and "৳ -" not in said


@pytest.mark.parametrize("language", ["bn", "en"])
def test_the_receipt_is_a_pdf(desk: Desk, payment: Payment, language: str) -> None:
    answer = desk(Role.CASHIER, language=language).get(address(payment, "pdf/"))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert f'filename="receipt-{payment.receipt}.pdf"' in answer["Content-Disposition"]
    assert desk(Role.PLANNER).get(address(payment, "pdf/")).status_code == 403


def test_the_code_on_the_receipt_proves_it_to_anyone(desk: Desk, payment: Payment) -> None:
    link = desk(Role.CASHIER).get(address(payment)).context["verify_url"]
    stranger = Client()
    stranger.cookies["django_language"] = "en"
    proof = stranger.get(urlsplit(link).path)
    assert proof.status_code == 200 and str(payment.receipt) in text_of(proof)
    assert "Karima" not in proof.content.decode() and "রহিম" not in proof.content.decode()


def test_another_officer_reverses_with_a_reason(desk: Desk, payment: Payment) -> None:
    officer_ = desk(Role.COLLECTION_OFFICER, language="en")
    holding = payment.holding_id
    assert dues(holding, TODAY).unpaid == 0
    page = follow(officer_, officer_.post(address(payment, "reverse/"), {"reason": " wrong holding "}))
    undone = Reversal.objects.get()
    assert (undone.reason, undone.reversed_by.username) == ("wrong holding", "desk-collection_officer")
    assert dues(holding, TODAY).unpaid > 0
    said = text_of(page)
    assert "the account stands as before it" in said and "wrong holding" in said
    assert "Reverse this payment" not in said and "<s>" in page.content.decode()
    # A second reversal changes nothing.
    again = officer_.post(address(payment, "reverse/"), {"reason": "again"})
    assert again.status_code == 400 and Reversal.objects.count() == 1
    assert refused_at_the_top(again)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_reversal_needs_a_reason_and_the_form_stays_open(desk: Desk, payment: Payment, reason: str) -> None:
    page = desk(Role.COLLECTION_OFFICER).post(address(payment, "reverse/"), {"reason": reason})
    assert page.status_code == 400 and not Reversal.objects.exists()
    assert '<details class="card" open>' in page.content.decode() and page.context["reverse_form"].errors["reason"]
    assert refused_at_the_top(page)


def refused_at_the_top(page: Any) -> bool:
    """A refusal stands above the receipt, and the page opens with the focus on it and on nothing else."""
    html = page.content.decode()
    alert = html.index('role="alert" id="not-reversed" tabindex="-1" autofocus')
    return alert < html.index("receipt-done") and html.count(" autofocus") == html.count('role="alert"') == 1


def test_who_took_the_money_does_not_reverse_it(desk: Desk, shop: Holding, person: Any) -> None:
    both = person(Role.CASHIER, Role.COLLECTION_OFFICER, username="both")
    mine = take_payment(
        payment_id=uuid4(), holding=shop.pk, amount=D(50), channel="counter", reference="1", value_date=TODAY,
        by=both, at=moment(TODAY),
    )  # fmt: skip
    client = Client()
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    page = client.get(address(mine))
    assert address(mine, "reverse/") not in page.content.decode() and "another officer must reverse it" in text_of(page)
    refused = client.post(address(mine, "reverse/"), {"reason": "I changed my mind"})
    assert refused.status_code == 400 and not Reversal.objects.exists()
    assert "Nobody reverses a payment that they took" in text_of(refused) and refused_at_the_top(refused)


def test_a_cashier_reverses_nothing(desk: Desk, payment: Payment) -> None:
    client = desk(Role.CASHIER)
    assert address(payment, "reverse/") not in client.get(address(payment)).content.decode()
    assert client.post(address(payment, "reverse/"), {"reason": "x"}).status_code == 403
    assert client.get(address(payment, "reverse/")).status_code == 405 and not Reversal.objects.exists()


def test_the_name_of_who_paid_is_for_those_who_may_see_people(
    desk: Desk, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.PLANNER, frozenset({Permission.SEE_TAX}))
    page = desk(Role.PLANNER).get(address(payment))
    assert page.status_code == 200 and "Karima" not in page.content.decode()


def test_a_receipt_carries_its_ward_and_corporation_for_ever(payment: Payment, settings: Any) -> None:
    payload = payment.receipt.payload
    assert payload["ward"] == WARD and payload["corporation"] == dict(settings.CORPORATION)
    settings.CORPORATION = {"name_bn": "অন্য নাম", "name_en": "Another name"}
    paper = texts_of(receipt_pdf(payment.receipt, lang="en"))[0]
    assert "KhulnaCityCorporation" in paper and "Anothername" not in paper and f"Wardno.{WARD}" in paper
    said = text_of(Client().get(urlsplit(receipt_link(payment)).path))
    assert "Issued by Khulna City Corporation" in said and "খুলনা সিটি কর্পোরেশন" in said
    assert "Ward 22" in said and "ওয়ার্ড ২২" in said


def test_an_altered_payload_is_not_read_out(payment: Payment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_receipt SET payload = jsonb_set(payload, '{corporation,name_en}', '\"Forged Corporation\"')"
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    page = Client().get(urlsplit(receipt_link(payment)).path)
    assert page.status_code == 200 and "Forged" not in page.content.decode() and "Issued by" not in text_of(page)


def test_a_receipt_from_before_they_were_carried_still_verifies(payment: Payment) -> None:
    old = {key: value for key, value in payment.receipt.payload.items() if key not in ("ward", "corporation")}
    entry = post(
        source="counter:old", value_date=TODAY, by=payment.taken_by, at=payment.recorded_at,
        lines=[LineDraft("cash_counter", payment.amount, ZERO), LineDraft("advance", ZERO, payment.amount, 1)],
    )  # fmt: skip
    receipt = issue_receipt(series="OLD", entry=entry, payload=old, by=payment.taken_by, at=payment.recorded_at)
    proved = verify_token(receipt_token(receipt))
    assert proved is not None and proved.in_books and proved.ward is None and not proved.corporation
    page = Client().get(f"/verify/{receipt_token(receipt)}")
    assert "This receipt is genuine" in text_of(page) and "Issued by" not in text_of(page)
    assert "KhulnaCityCorporation" in texts_of(receipt_pdf(receipt, lang="en"))[0]
