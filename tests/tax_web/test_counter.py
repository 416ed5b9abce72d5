"""The counter: find, quote, take the money once, and refuse a price that is not the price any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from holdings.models import Holding
from imis.errors import Refused
from imis.ledger.models import Entry, Receipt
from imis.models import AuditRow
from imis.money import D
from imis.roles import PERMISSIONS, Permission, Role
from tax.models import Allocation, Bill, Payment
from tax.queries import dues, quote_for
from tax.services import reverse_payment, take_payment
from tests.tax.city import build_city, moment, officer
from tests.tax_web.conftest import TODAY, WARD, bill_quarter, filled, follow, text_of

pytestmark = pytest.mark.django_db
Desk = Callable[..., Client]


def address(holding: Holding) -> str:
    return f"/tax/holdings/{holding.pk}/pay/"


def someone_pays(holding: Holding, amount: Decimal, plan: str = "", on: date = TODAY) -> Payment:
    return take_payment(
        payment_id=uuid4(), holding=holding.pk, amount=amount, plan=plan, channel="counter", reference=uuid4().hex,
        value_date=on, by=officer("other-cashier"), at=moment(on),
    )  # fmt: skip


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Payment, Allocation, Receipt, Entry, Bill, AuditRow))


def test_the_day_of_a_cashier_adds_up(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER, language="en")
    for amount in ("100", "250"):
        fields = {**filled(client.get(address(shop))), "plan": "amount", "amount": amount}
        assert client.post(address(shop), fields).status_code == 302
    someone_pays(shop, D(40))
    page = client.get("/tax/counter/")
    assert page.context["today"]["total"] == 350 and "৳ 350 2 receipts" in text_of(page)


@pytest.mark.parametrize("quarters", [(1,), (1, 2), ()])
def test_the_offers_are_those_of_the_books(desk: Desk, town: list[Holding], quarters: tuple[int, ...]) -> None:
    for quarter in quarters:
        bill_quarter(quarter)
    holding = town[0]
    page = desk(Role.CASHIER, language="en").get(address(holding))
    quoted = quote_for(holding.pk, TODAY)
    shown = {name: D(value) for name, value in filled(page).items() if name.startswith("price_")}
    assert shown == {f"price_{offer.plan.value}": offer.payable for offer in quoted.offers if offer.plan}
    assert len(shown) >= 2
    for offer, printed in zip(quoted.offers, page.context["offers"], strict=True):
        assert printed["steps"] == [step.to_json() for step in offer.working] and printed["was"] is None
    assert filled(page)["plan"] == "current" and Payment.objects.count() == 0


@pytest.mark.parametrize("plan", ["current", "next_two", "year"])
def test_an_offer_is_paid_at_its_price(desk: Desk, shop: Holding, plan: str) -> None:
    [offer] = [offer for offer in quote_for(shop.pk, TODAY).offers if offer.plan and offer.plan.value == plan]
    client = desk(Role.CASHIER, language="en")
    fields = {**filled(client.get(address(shop))), "plan": plan, "payer_name": " Rahima "}
    page = follow(client, client.post(address(shop), fields))
    payment = Payment.objects.get()
    assert (payment.amount, payment.payer_name, payment.channel) == (offer.payable, "Rahima", "counter")
    assert (payment.value_date, payment.taken_by.username) == (TODAY, "desk-cashier")
    assert str(payment.pk) == fields["payment_id"] and "The payment is recorded" in text_of(page)
    assert plan not in [o.plan.value for o in quote_for(shop.pk, TODAY).offers if o.plan]


@pytest.mark.parametrize(("typed", "amount"), [("১,৫০০", 1500), ("৳ 2,000/-", 2000), ("৯৯", 99)])
def test_another_amount_is_taken_as_typed(desk: Desk, shop: Holding, typed: str, amount: int) -> None:
    client = desk(Role.CASHIER)
    before = dues(shop.pk, TODAY).unpaid
    fields = {**filled(client.get(address(shop))), "plan": "amount", "amount": typed}
    page = follow(client, client.post(address(shop), fields))
    payment = Payment.objects.get()
    assert payment.amount == amount and payment.working["plan"] == ""
    settled = sum(a.amount for a in payment.allocations.filter(kind__in=["principal", "rebate"]))
    assert dues(shop.pk, TODAY).unpaid == max(before - settled, 0) < before and page.status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"plan": "amount", "amount": "১৫০০.৫০"}, "leave out the paisa"),
        ({"plan": "amount", "amount": ""}, "Write the amount, or choose one of the offers"),
        ({"plan": "amount", "amount": "0"}, "greater than or equal to 1"),
        ({"plan": "amount", "amount": "-৫০"}, "greater than or equal to 1"),
        ({"plan": "amount", "amount": "fifty"}, "Enter a whole number"),
        ({"plan": "amount", "amount": "1e5"}, "Enter a whole number"),
        ({"plan": "amount", "amount": "1e9999"}, "Enter a whole number"),
        ({"plan": "amount", "amount": "9" * 40}, "12 digits"),
        ({"plan": "amount", "amount": "1,5"}, "commas stand in odd places"),
        ({"plan": "amount", "amount": "9" * 13}, "12 digits"),
        ({"plan": "amount", "amount": "99999999"}, "years ahead"),
        ({"plan": "current", "amount": "500"}, "keep only one of them"),
        ({"plan": "সব"}, "is not one of the available choices"),
        ({"plan": ""}, "This field is required"),
        ({"plan": "year", "price_year": ""}, "price of this offer is missing"),
        ({"plan": "year", "price_year": "1e30"}, "price of this offer is missing"),
        ({"plan": "current", "price_year": "1e30"}, "load it again"),
        ({"plan": "amount", "amount": "10", "price_current": "1e9999"}, "load it again"),
        ({"payment_id": "seven"}, "load it again"),
        ({"payment_id": ""}, "load it again"),
        ({"payer_name": "x" * 151}, "at most 150 characters"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(
    desk: Desk, shop: Holding, fields: dict[str, str], said: str
) -> None:
    client = desk(Role.CASHIER, language="en")
    sent = {**filled(client.get(address(shop))), **fields}
    before = written()
    page = client.post(address(shop), sent)
    assert page.status_code == 400 and said in text_of(page), text_of(page)
    assert written() == before
    # What was typed is still there to be mended, and an offer is chosen.
    again = filled(page)
    assert again["amount"] == sent.get("amount", "") and again["plan"] in ("current", "year", "amount")
    bangla = desk(Role.CASHIER).post(address(shop), sent)
    problems = re.findall(
        r'<(?:div|ul) class="(?:notice error|errorlist|problem)[^>]*>(.*?)</', bangla.content.decode()
    )
    assert problems and not re.search("[a-z]{4}", re.sub(r"<[^>]*>|&[^;]*;", "", " ".join(problems))), problems


@pytest.mark.parametrize("plan", ["current", "year", "amount"])
def test_a_stale_page_takes_nothing_and_shows_the_new_price(desk: Desk, shop: Holding, plan: str) -> None:
    client = desk(Role.CASHIER, language="en")
    fields = {**filled(client.get(address(shop))), "plan": plan, **({"amount": "700"} if plan == "amount" else {})}
    someone_pays(shop, D(500))
    before = written()
    page = client.post(address(shop), fields)
    said = text_of(page)
    assert page.status_code == 400 and "changed while this page was open; nothing was taken" in said
    assert written() == before
    # Old and new price stand side by side, and sending the page as it is now takes the new one.
    new = quote_for(shop.pk, TODAY).offers[0]
    assert [offer["was"] for offer in page.context["offers"]][0] == D(fields["price_current"]) != new.payable
    fresh = {**filled(page), "plan": "current", "amount": ""}
    assert D(fresh["price_current"]) == new.payable
    assert client.post(address(shop), fresh).status_code == 302
    assert Payment.objects.filter(pk=fields["payment_id"]).get().amount == new.payable


def test_a_page_whose_debt_was_paid_meanwhile_says_so(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER, language="en")
    fields = filled(client.get(address(shop)))
    year = quote_for(shop.pk, TODAY).offers[-1]
    someone_pays(shop, year.payable, "year")
    page = client.post(address(shop), fields)
    assert "nothing was taken" in text_of(page) and "Nothing is due today" in text_of(page)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("plan", ["current", "amount"])
def test_a_payment_between_the_look_and_the_lock_is_refused_by_the_service(
    desk: Desk, shop: Holding, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    client = desk(Role.CASHIER, language="en")
    fields = {**filled(client.get(address(shop))), "plan": plan, **({"amount": "700"} if plan == "amount" else {})}
    seen = quote_for(shop.pk, TODAY)
    someone_pays(shop, D(500))
    monkeypatch.setattr("tax.views.payments.quote_for", lambda *_args: seen)
    page = client.post(address(shop), fields)
    assert page.status_code == 400 and "changed while this page was open; nothing was taken" in text_of(page)
    assert Payment.objects.count() == 1


def test_a_demand_that_came_meanwhile_is_not_paid_unseen(desk: Desk, town: list[Holding]) -> None:
    """Nothing was due when the page was opened; then the second instalment's bill came."""
    someone_pays(town[0], quote_for(town[0].pk, TODAY).offers[-1].payable, "year")
    client = desk(Role.CASHIER, language="en")
    fields = {**filled(client.get(address(town[0]))), "amount": "600"}
    assert not [name for name in fields if name.startswith("price_")]
    reverse_payment(payment=Payment.objects.get().pk, reason="wrong holding", by=officer("boss"), at=moment(TODAY))
    page = client.post(address(town[0]), fields)
    assert page.status_code == 400 and "nothing was taken" in text_of(page) and Payment.objects.count() == 1


@pytest.mark.parametrize(("language", "said"), [("bn", "৳ ১,২৩,৪৫৬"), ("en", "৳ 1,23,456")])
def test_a_refusal_writes_amounts_as_the_page_does(shop: Holding, language: str, said: str) -> None:
    with translation.override(language), pytest.raises(Refused) as refused:
        someone_pays(shop, D(123456), "year")
    assert said in refused.value.message


@pytest.mark.parametrize("plan", ["current", "amount"])
def test_a_form_sent_twice_is_one_payment(desk: Desk, shop: Holding, plan: str) -> None:
    client = desk(Role.CASHIER)
    fields = {**filled(client.get(address(shop))), "plan": plan, **({"amount": "300"} if plan == "amount" else {})}
    first, second = client.post(address(shop), fields), client.post(address(shop), fields)
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert Payment.objects.count() == Receipt.objects.count() == 1


def test_a_used_form_does_not_take_another_amount(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER, language="en")
    fields = {**filled(client.get(address(shop))), "plan": "amount", "amount": "300"}
    client.post(address(shop), fields)
    client.get(address(shop))  # takes the word "recorded" of the first time off
    page = follow(client, client.post(address(shop), {**fields, "amount": "301"}))
    said = text_of(page)
    assert "Nothing was taken just now" in said and "The payment is recorded" not in said
    assert str(Receipt.objects.get()) in said and fields["payment_id"] not in said
    assert [payment.amount for payment in Payment.objects.all()] == [300]


def test_each_page_has_a_payment_of_its_own(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER)
    pages = [client.get(address(shop)) for _ in range(2)]
    assert len({filled(page)["payment_id"] for page in pages}) == 2
    assert "no-store" in pages[0]["Cache-Control"]


def test_money_for_a_paid_year_is_kept_as_advance(desk: Desk, shop: Holding) -> None:
    someone_pays(shop, quote_for(shop.pk, TODAY).offers[-1].payable, "year")
    client = desk(Role.CASHIER, language="en")
    page = client.get(address(shop))
    assert "Nothing is due today" in text_of(page) and filled(page)["plan"] == "amount"
    after = follow(client, client.post(address(shop), {**filled(page), "amount": "600"}))
    assert dues(shop.pk, TODAY).advance == 600 and "Advance" in text_of(after)
    assert "Kept as advance: ৳ 600" in text_of(client.get(address(shop)))


def test_a_holding_without_assessment_takes_no_money(desk: Desk) -> None:
    build_city(wards=[WARD], count=1)
    page = desk(Role.CASHIER, language="en").get(address(Holding.objects.get()))
    assert "has no assessment in force: nothing can be taken" in text_of(page)
    assert "payment_id" not in page.content.decode()


def test_the_payer_is_named_only_to_those_who_may_see_people(
    desk: Desk, shop: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "রহিম" in text_of(desk(Role.CASHIER).get(address(shop)))
    monkeypatch.setitem(PERMISSIONS, Role.CASHIER, frozenset({Permission.TAKE_PAYMENT}))
    assert "রহিম" not in desk(Role.CASHIER).get(address(shop)).content.decode()


def test_the_page_says_who_may_take_and_who_may_reverse(desk: Desk, shop: Holding) -> None:
    said = text_of(desk(Role.CASHIER, language="en").get(address(shop)))
    assert "Take a payment: Collector, Cashier you too" in said
    assert "Reverse a payment taken by another officer: Collection officer" in said


@pytest.mark.parametrize(("amount", "figure"), [("99999999", "৫ বছর"), ("0", "১ এর"), ("9" * 13, "১২")])
def test_a_refusal_in_bangla_has_bangla_figures(desk: Desk, shop: Holding, amount: str, figure: str) -> None:
    client = desk(Role.CASHIER)
    page = client.post(address(shop), {**filled(client.get(address(shop))), "plan": "amount", "amount": amount})
    problems = re.findall(r'<ul class="errorlist.*?</ul>', page.content.decode(), re.S)
    assert page.status_code == 400 and figure in " ".join(problems), problems
    assert not re.search("[0-9]", " ".join(re.findall(r"<li>(.*?)</li>", " ".join(problems))))


def test_a_form_sent_again_after_its_reversal_does_not_say_recorded(desk: Desk, shop: Holding) -> None:
    client = desk(Role.CASHIER, language="en")
    sent = {**filled(client.get(address(shop))), "plan": "amount", "amount": "100"}
    assert client.post(address(shop), sent).status_code == 302
    payment = Payment.objects.get()
    reverse_payment(payment=payment.pk, reason="wrong house", by=officer("other"), at=moment(TODAY))
    client.get(address(shop))  # takes the word "recorded" of the first time off
    page = follow(client, client.post(address(shop), sent))
    assert "Nothing was taken just now" in (said := text_of(page)) and "Reversed 10/08/2021" in said
    assert "The payment is recorded" not in said and Payment.objects.count() == 1
    assert f'href="{address(shop)}"' in page.content.decode(), "the money may be taken anew from here"


@pytest.mark.parametrize("name", ["pay", "account", "holding_panel"])
def test_a_day_without_a_rule_set_is_explained(
    desk: Desk, shop: Holding, clock: Callable[[date], None], name: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tax_ruleset SET valid = '[2026-07-01,2027-07-01)' WHERE code = 'kcc-2026'")
    clock(date(2027, 7, 1))
    client = desk(Role.CASHIER, language="en")
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(reverse(f"tax:{name}", args=[shop.pk]), headers=headers)
        assert page.status_code == 409
        assert "No rule set is in force on 01/07/2027. Adopt a rule set for that day first." in text_of(page)
        assert ("<html" in page.content.decode()) == (not headers)
    answer = client.get(f"/api/v1/holdings/{shop.pk}/dues/")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/json")
    assert "No rule set is in force on 01/07/2027." in answer.json()["detail"]
