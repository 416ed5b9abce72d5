"""What the code on a bill proves."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.test import override_settings

from imis.ledger.services import receipt_address
from tax.documents.verification import bill_address, bill_check, is_bill_check
from tests.documents.specimens import snapshot


def test_the_address_names_the_bill_and_its_check() -> None:
    one = snapshot()
    with override_settings(PUBLIC_URL="https://imis.example"):
        address = bill_address(one)
        assert receipt_address("ABC") == "https://imis.example/verify/ABC"
    assert address == f"https://imis.example/verify/bill/{one['bill']['number']}/{bill_check(one)}"
    one["bill"]["number"] = "৪ক/১ ?#"
    assert "/verify/bill/%E0%A7%AA%E0%A6%95%2F%E0%A7%A7%20%3F%23/" in bill_address(one)


@pytest.mark.parametrize(
    "path", [("amounts", "payable"), ("payer", "name_bn"), ("bill", "due_on"), ("holding", "number")]
)
def test_an_altered_print_does_not_match(path: tuple[str, str]) -> None:
    one = snapshot()
    altered: dict[str, Any] = copy.deepcopy(one)
    altered[path[0]][path[1]] += "1"
    assert is_bill_check(one, bill_check(one)) and not is_bill_check(altered, bill_check(one))


def test_the_order_of_keys_does_not_matter_and_small_letters_are_forgiven() -> None:
    one = snapshot()
    again = json.loads(json.dumps(dict(reversed(one.items())), sort_keys=False))
    assert bill_check(again) == bill_check(one) and is_bill_check(one, bill_check(one).lower())


def test_checks_are_keyed_and_outlive_a_change_of_the_secret() -> None:
    one = snapshot()
    with override_settings(SECRET_KEY="old-" * 20):
        old = bill_check(one)
    assert not is_bill_check(one, old)
    with override_settings(SECRET_KEY_FALLBACKS=["old-" * 20]):
        assert is_bill_check(one, old)
