"""Every page of the desk in Bangla and in English, with nothing of the other language left over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from holdings.models import Holding, Unit
from imis.money import D
from imis.roles import Role
from tax.documents.verification import bill_address
from tax.models import Bill, Payment
from tax.queries import rule_set_on
from tax.services import assess_ward, reverse_payment, take_payment
from tests.tax.city import START, moment, officer
from tests.tax_web.conftest import TODAY, WARD, bill_quarter, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]
# Names of people are written as they are, like user names, codes and a key's letter; names of places are not.
PEOPLE = r"মোঃ আব্দুর রহিম [\d০-৯]+|মৃত \"করিম\"|desk-[a-z_]+|other-cashier|proposer"
CODES = r"“99”|\bTAX-[\d-]*|\bPDF\b|\bkcc-\w+|\b[PN]\b"
# The wards and mahallas of the test are numbered in Latin figures.
DATA = {"bn": re.compile(rf"{PEOPLE}|{CODES}|ওয়ার্ড \d+|মহল্লা \d+"), "en": re.compile(f"{PEOPLE}|{CODES}")}
FOREIGN = {"bn": r"[A-Za-z]{2,}[^<]{0,20}|[^ ]*[0-9][^ ]*", "en": "[\u0980-\u09f1]+"}


def pages(shop: Holding) -> dict[str, tuple[Role, str]]:
    """Each kind of page, with an officer who opens it; money in, money undone and a value that waits included."""
    bill_quarter(2)
    made = [
        take_payment(
            payment_id=uuid4(), holding=shop.pk, amount=D(amount), channel="counter", reference=uuid4().hex,
            value_date=TODAY, by=officer("other-cashier"), at=moment(TODAY),
        )
        for amount in (90, 20_000)
    ]  # fmt: skip
    reverse_payment(payment=made[0].pk, reason="–", by=officer("proposer"), at=moment(TODAY))
    Unit.objects.update(area_sqft=D(1000))
    assess_ward(
        ward=WARD, rule_set=rule_set_on(START), valid_from=date(2022, 1, 1), by=officer("proposer"), at=moment(TODAY)
    )
    bill = Bill.objects.filter(holding=shop).latest("pk")
    return {
        "desk": (Role.APPROVER, "/tax/"),
        "assess": (Role.ASSESSOR, f"/tax/wards/{WARD}/assess/"),
        "proposals": (Role.APPROVER, f"/tax/wards/{WARD}/proposals/"),
        "bill run": (Role.COLLECTION_OFFICER, f"/tax/wards/{WARD}/bills/"),
        "next bills": (Role.COLLECTION_OFFICER, f"/tax/wards/{WARD}/bills/?fiscal_year=2021&quarter=3"),
        "counter": (Role.CASHIER, "/tax/counter/?q=22-001"),
        "nothing found": (Role.CASHIER, "/tax/counter/?q=99"),
        "pay": (Role.CASHIER, f"/tax/holdings/{shop.pk}/pay/"),
        "pay all": (Role.CASHIER, f"/tax/holdings/{shop.pk - 1}/pay/"),
        "account": (Role.AUDITOR, f"/tax/holdings/{shop.pk}/"),
        "panel": (Role.AUDITOR, f"/tax/holdings/{shop.pk}/panel/"),
        "bill": (Role.AUDITOR, f"/tax/bills/{bill.pk}/"),
        "receipt": (Role.COLLECTION_OFFICER, f"/tax/payments/{made[1].pk}/"),
        "reversed": (Role.COLLECTION_OFFICER, f"/tax/payments/{made[0].pk}/"),
        "proof": (Role.AUDITOR, urlsplit(bill_address(bill.snapshot)).path),
        "no proof": (Role.AUDITOR, "/verify/bill/2122-1-22-000001/AAAA"),
    }


def test_every_page_speaks_one_language(desk: Desk, shop: Holding) -> None:
    wrong: dict[str, Any] = {}
    for name, (role, address) in pages(shop).items():
        for language, foreign in FOREIGN.items():
            answer = desk(role, language=language).get(address)
            assert answer.status_code == (404 if name == "no proof" else 200), name
            said = DATA[language].sub(" ", text_of(answer))
            if found := re.findall(foreign, said):
                wrong[f"{name} in {language}"] = found[:5]
    assert wrong == {}
    assert Payment.objects.count() == 2
