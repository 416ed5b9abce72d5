"""Notices that can be in no payment, payments sent again after their reversal, and days without a rule set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from imis.errors import BadInput, Refused
from imis.ledger.models import Entry
from imis.money import D
from tax.models import Payment, RuleSet
from tax.queries import dues, quote_for
from tax.queries.law_checks import rule_set_differences, rule_set_gaps
from tax.rules.ruleset import Parameters
from tax.services import reverse_payment
from tests.tax.city import START, moment, officer
from tests.tax.issuing import issue
from tests.tax.test_payments import one_assessed, pay

pytestmark = pytest.mark.django_db

LATER = date(2021, 7, 5)


@pytest.mark.parametrize(
    ("given", "amount", "field"),
    [
        ({"reference": "x" * 81}, D(1000), "reference"),
        ({"reference": "a\0b"}, D(1000), "reference"),
        ({"reference": "a\ud800"}, D(1000), "reference"),
        ({"reference": "  "}, D(1000), "reference"),
        ({"payer_name": "y" * 151}, D(1000), "payer_name"),
        ({"payer_name": "\0"}, D(1000), "payer_name"),
        ({"plan": "nonsense"}, D(1000), "plan"),
        ({"channel": "pigeon"}, D(1000), "channel"),
        ({"channel": "a\0"}, D(1000), "channel"),
        ({}, D("1e30"), "amount"),
        ({}, D("1e9999"), "amount"),
        ({}, D("1000000000000"), "amount"),
        ({}, Decimal("NaN"), "amount"),
        ({}, Decimal("Infinity"), "amount"),
        ({}, D("0.001"), "amount"),
        ({}, D("1e-9999"), "amount"),
        ({}, D(0), "amount"),
        ({}, D(-5), "amount"),
        ({"channel": "counter"}, D("10.50"), "amount"),
    ],
)
def test_what_can_be_in_no_payment_is_refused_by_its_field(given: dict[str, Any], amount: Decimal, field: str) -> None:
    holding = one_assessed()
    issue(2021, 1)
    before = Entry.objects.count()
    with pytest.raises(BadInput) as refused:
        pay(holding, amount, START, **{"channel": "bank", **given})
    assert refused.value.field == field and str(refused.value)
    assert not Payment.objects.exists() and Entry.objects.count() == before


def test_the_longest_that_fits_is_taken() -> None:
    holding = one_assessed()
    issue(2021, 1)
    taken = pay(holding, D(1000), START, reference="র" * 80, payer_name="ক" * 150)
    assert Payment.objects.get() == taken
    with pytest.raises(Refused, match=r"years ahead|বছর"):
        pay(holding, D("999999999999"), START)


@pytest.mark.parametrize("channel", ["bank", "online", "counter"])
@pytest.mark.parametrize("same_id", [True, False])
def test_a_notice_sent_again_after_its_reversal_is_no_success(channel: str, same_id: bool) -> None:
    holding = one_assessed()
    issue(2021, 1)
    notice: dict[str, Any] = {"payment_id": uuid4(), "channel": channel, "reference": "CHQ-1"}
    paid = pay(holding, D(1000), START, **notice)
    reverse_payment(payment=paid.pk, reason="cheque", by=officer("other"), at=moment(START))
    owed, entries = dues(holding.pk, LATER).unpaid, Entry.objects.count()
    with pytest.raises(Refused, match=r"01/07/2021|০১/০৭/২০২১") as refused:
        pay(holding, D(1000), LATER, **notice | ({} if same_id else {"payment_id": uuid4()}))
    assert refused.value.remedy
    assert (dues(holding.pk, LATER).unpaid, Entry.objects.count(), Payment.objects.count()) == (owed, entries, 1)
    assert pay(holding, D(1000), LATER, channel=channel, reference="CHQ-2").pk != paid.pk
    assert dues(holding.pk, LATER).unpaid < owed


def rule_set(code: str, valid: str, **columns: Any) -> RuleSet:
    plain = Parameters()
    columns = {"parameters": plain.to_json(), "checksum": plain.checksum(), "state": "adopted", **columns}
    with connection.cursor() as cursor:  # the last one in force ends where the first of ours begins
        cursor.execute("UPDATE tax_ruleset SET valid = '[2026-07-01,2028-07-01)' WHERE code = 'kcc-2026'")
    return RuleSet.objects.create(
        code=code, name_bn="ন", name_en="n", valid=valid, authority="a", memo_no="", **columns
    )  # fmt: skip


def said() -> Iterable[str]:
    return [*rule_set_differences(), *rule_set_gaps()]


def test_the_rule_sets_of_the_house_are_in_order() -> None:
    assert said() == []


PLAIN = Parameters().to_json()


@pytest.mark.parametrize(
    "parameters",
    [
        {}, [], "x", {**PLAIN, "heads": [{}]}, {**PLAIN, "heads": None}, {**PLAIN, "floor": 0.5},
        {**PLAIN, "rebate": []}, {**PLAIN, "advance_years": None}, {**PLAIN, "surcharge_percent": "fifteen"},
        {**PLAIN, "allocation_order": ["overdue"]}, {**PLAIN, "extra": 1}, {**PLAIN, "extensions": [{"quarter": 1}]},
    ],
)  # fmt: skip
def test_a_rule_set_that_cannot_be_read_is_named_and_refused(parameters: Any) -> None:
    rule_set("broken", "[2028-07-01,)", parameters=parameters, checksum="")
    [sentence] = said()
    assert sentence.startswith("rule set broken: ")
    with pytest.raises(Refused, match="broken") as refused:
        quote_for(one_assessed().pk, date(2028, 8, 1))
    assert refused.value.remedy


def test_a_rule_set_altered_after_its_checksum_is_named() -> None:
    rule_set("altered", "[2028-07-01,)", parameters=Parameters(surcharge_percent=D(0)).to_json())
    [sentence] = said()
    assert sentence.startswith(f"rule set altered: checksum {Parameters().checksum()}, its parameters give ")


def test_a_day_between_two_rule_sets_is_named() -> None:
    rule_set("late", "[2028-08-01,2029-07-01)")
    assert said() == ["no rule set from 2028-07-01 to 2028-07-31, between kcc-2026 and late"]
    rule_set("later", "[2029-07-01,)")
    rule_set("draft", "[2028-07-01,2028-07-15)", state="draft", parameters={})
    assert len(list(said())) == 1
    rule_set("july", "[2028-07-01,2028-08-01)")
    assert said() == []
