"""Receipts prove themselves: to a phone without network by their signature, to us by the books."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from imis.errors import BadInput
from imis.ledger import keys
from imis.ledger.models import Receipt
from imis.ledger.rules import canonical
from imis.ledger.rules.receipt_text import BadToken, Statement, pack, unpack
from imis.ledger.services import (
    ReceiptDraft,
    issue_receipt,
    issue_receipts,
    receipt_token,
    reverse,
    verify_token,
)
from tests.ledger.books import AT, clerk, payload, posted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, settings: Any) -> Path:
    settings.RECEIPT_KEY_FILE = tmp_path / "keys" / "receipt-key"
    return Path(settings.RECEIPT_KEY_FILE)


def receipt_of(source: str, amount: str = "100.00", **more: Any) -> Receipt:
    return issue_receipt(
        series="KCC-2627", entry=posted(source, amount), payload={**payload(amount), **more}, by=clerk(), at=AT
    )


def test_a_token_says_what_was_paid_and_no_name() -> None:
    token = receipt_token(receipt_of("pay:1", payer="মোঃ রফিকুল ইসলাম"))
    proved = verify_token(token)
    assert proved is not None
    assert (proved.series, proved.number, proved.amount) == ("KCC-2627", 1, Decimal("100.00"))
    assert (proved.holding_number, proved.value_date) == ("২২-০১২৩/ক", date(2026, 7, 15))
    assert proved.in_books and proved.reversed_on is None
    assert "ইসলাম" not in unpack(token)[0].text()
    assert verify_token(token.lower()) == proved


def test_a_token_fits_qr_version_9() -> None:
    token = receipt_token(receipt_of("pay:1", "9999999.00"))
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert len("HTTPS://IMIS.KCC.GOV.BD/VERIFY/" + token) <= 262, "version 9-M holds 262 letters"


def test_every_single_change_of_a_token_is_noticed() -> None:
    token = receipt_token(receipt_of("pay:1"))
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert verify_token(token[:place] + other + token[place + 1 :]) is None, place
    assert verify_token(token[:-1]) is None
    assert verify_token(token + "A") is None


@given(st.text(max_size=300))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(BadToken):
        unpack(text)


def test_a_reversed_payment_shows_on_its_receipt() -> None:
    receipt = receipt_of("pay:1")
    token = receipt_token(receipt)
    reverse(entry=receipt.entry, source="pay:1:reversed", reason="dishonoured", by=clerk(), at=AT)
    proved = verify_token(token)
    assert proved is not None and proved.reversed_on == date(2026, 7, 15)


def test_a_genuine_signature_without_its_row_is_not_in_the_books() -> None:
    token = receipt_token(receipt_of("pay:1"))
    statement, _ = unpack(token)
    elsewhere = replace(statement, number=77)
    signature = keys.private_key().sign(elsewhere.text().encode())
    proved = verify_token(pack(elsewhere, signature))
    assert proved is not None and not proved.in_books
    inflated = replace(statement, amount=Decimal("1.00"))
    proved = verify_token(pack(inflated, keys.private_key().sign(inflated.text().encode())))
    assert proved is not None and not proved.in_books


def test_another_key_proves_nothing_and_a_retired_one_still_does(own_key: Path) -> None:
    receipt = receipt_of("pay:1")
    token, pem = receipt_token(receipt), keys.public_pem()
    own_key.unlink()
    assert verify_token(token) is None
    retired = Path(f"{own_key}.retired")
    retired.mkdir()
    (retired / "2026.pub").write_text(pem)
    proved = verify_token(token)
    assert proved is not None and proved.in_books
    assert receipt_token(receipt) == token


def test_anyone_with_the_public_key_can_verify_offline() -> None:
    token = receipt_token(receipt_of("pay:1"))
    public = load_pem_public_key(keys.public_pem().encode())
    assert isinstance(public, Ed25519PublicKey)
    statement, signature = unpack(token)
    public.verify(signature, statement.text().encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature, replace(statement, amount=Decimal("1.00")).text().encode())


def test_an_entry_has_one_receipt() -> None:
    receipt = receipt_of("pay:1")
    with pytest.raises(IntegrityError):
        issue_receipt(series="R", entry=receipt.entry, payload=payload("100.00"), by=clerk(), at=AT)


def test_receipts_of_a_set_are_numbered_in_a_row_and_prove_themselves() -> None:
    receipt_of("pay:0")
    entries = [posted(f"pay:{number}") for number in range(1, 6)]
    drafts = [ReceiptDraft(entry.pk, {**payload("100.00"), "value_date": "2026-07-15"}, AT) for entry in entries]
    assert issue_receipts(series="KCC-2627", drafts=drafts, by=clerk()) == 2
    receipts = list(Receipt.objects.order_by("number"))
    assert [receipt.number for receipt in receipts] == [1, 2, 3, 4, 5, 6]
    assert [receipt.entry_id for receipt in receipts[1:]] == [entry.pk for entry in entries]
    assert all(verify_token(receipt_token(receipt)) for receipt in receipts)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": "100"}, BadInput),
        ({"amount": Decimal("100.00")}, BadInput),
        ({"holding_number": ""}, BadInput),
        ({"holding_number": "a|b"}, BadInput),
        ({"rate": 0.15}, canonical.NotCanonical),
        ({"when": date(2026, 7, 1)}, canonical.NotCanonical),
    ],
)
def test_a_payload_that_cannot_be_signed_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        issue_receipt(series="R", entry=posted("pay:1"), payload={**payload("100.00"), **change}, by=clerk(), at=AT)
    assert not Receipt.objects.exists()


def test_a_statement_reads_back_as_written() -> None:
    statement = Statement("abcd1234", "S", 9, Decimal("1.50"), "১/ক", date(2026, 7, 1), "mark")
    assert unpack(pack(statement, b"s" * 64)) == (statement, b"s" * 64)


def test_a_key_is_private_made_once_and_only_a_demo_makes_it_unasked(own_key: Path, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(keys.NoReceiptKey, match="make_receipt_key"):
        keys.private_key()
    out = StringIO()
    call_command("make_receipt_key", stdout=out)
    assert out.getvalue().startswith("-----BEGIN PUBLIC KEY-----")
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600
    before = own_key.read_bytes()
    with pytest.raises(CommandError, match="exists"):
        call_command("make_receipt_key", stdout=out)
    assert own_key.read_bytes() == before
    assert [path.name for path in own_key.parent.iterdir()] == ["receipt-key"]
    own_key.chmod(0o644)
    own_key.write_bytes(before)
    with pytest.raises(keys.NoReceiptKey, match="read by others"):
        keys.private_key()
