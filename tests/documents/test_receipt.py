"""The receipt on paper, and what its code proves."""

from __future__ import annotations

from typing import Any

import pytest

from imis.paper.receipt_pages import PrintedReceipt, receipt_page, typeset_receipt
from tax.documents.wording import LANGUAGES, words
from tests.documents.pages import codes_on, joined, pictures, texts_of
from tests.documents.specimens import receipt_payload
from tests.documents.test_bill import NASTY, strings

CORPORATION = {"name_bn": "খুলনা সিটি কর্পোরেশন", "name_en": "Khulna City Corporation"}
CODE = "https://imis.example/verify/receipt/" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 6


def receipt(lines: int = 3, **changed: Any) -> PrintedReceipt:
    given: dict[str, Any] = {
        "number": "TAX-2026-27-000123",
        "recorded_on": "2026-08-15",
        "payload": receipt_payload(lines=lines),
        "corporation": CORPORATION,
        "code": CODE,
        **changed,
    }
    return PrintedReceipt(**given)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("lines", [0, 3, 14, 25])
def test_every_string_is_in_the_text_layer_of_one_page(lines: int, lang: str) -> None:
    one = receipt(lines)
    pages = texts_of(typeset_receipt(one, lang=lang))
    missing = [text for text in strings(receipt_page(one, lang)) if joined(text) not in pages[0]]
    assert (len(pages), missing) == (1, [])


def test_the_code_is_read_back_from_the_page() -> None:
    (picture,) = pictures(typeset_receipt(receipt()), dpi=200)
    assert codes_on(picture) == [CODE]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reversed_receipt_says_so_and_why(lang: str) -> None:
    reason = 'ভুল হোল্ডিং #1 "x"'
    undone = texts_of(typeset_receipt(receipt(reversed_on="2026-08-20", reason=reason), lang=lang))[0]
    stands = texts_of(typeset_receipt(receipt(), lang=lang))[0]
    line = receipt_page(receipt(reversed_on="2026-08-20", reason=reason), lang)["reversed"]["line"]
    assert joined(line) in undone and joined(words(lang)["reversed"]) in undone
    assert joined(words(lang)["reversed"]) not in stands


@pytest.mark.parametrize("text", NASTY)
def test_a_payers_name_stays_text(text: str) -> None:
    one = receipt(payload={**receipt_payload(), "payer_name": text, "reference": text[:80]})
    shown = [value for value in strings(receipt_page(one, "bn")["facts"]) if value]
    page = texts_of(typeset_receipt(one))[0]
    assert all(joined(value) in page for value in shown)


def test_a_payload_without_working_prints_the_sums_by_kind() -> None:
    sums = [("principal", "950.00"), ("rebate", "50.00"), ("advance", "7.00")]
    lines = [{"kind": kind, "amount": amount} for kind, amount in sums]
    rows = receipt_page(receipt(payload={**receipt_payload(), "working": [], "lines": lines}), "en")["rows"]
    shown = [(row["label"], row["amount"]) for row in rows]
    assert shown == [("Principal", "950.00"), ("Rebate", "−50.00"), ("Advance", "7.00")]


@pytest.mark.parametrize(
    ("written", "bn", "en"),
    [("22-007-0007-00", "হোল্ডিং কোড", "Holding code"), ("১২/ক", "হোল্ডিং নম্বর", "Holding number")],
)
def test_the_holding_is_called_by_what_is_printed(written: str, bn: str, en: str) -> None:
    one = receipt(payload={**receipt_payload(), "holding_number": written})
    for lang, label, other in (("bn", bn, "হোল্ডিং নম্বর"), ("en", en, "Holding number")):
        page = texts_of(typeset_receipt(one, lang=lang))[0]
        assert joined(label) in page and (label == other or joined(other) not in page)
