"""Receipts altered, taken away or put in by an intruder are named."""

from __future__ import annotations

import pytest

from imis.ledger.models import Entry
from tests.ledger.intruder import attack, first, found

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.mark.parametrize(
    "change",
    ["payload = jsonb_set(payload, '{amount}', '\"1.00\"')", "issued_at = issued_at - interval '1 day'",
     "signature = decode(repeat('ab', 64), 'hex')", "payload_hash = sha256('x')"],
)  # fmt: skip
def test_an_altered_receipt_is_named(change: str) -> None:
    attack(f"UPDATE ledger_receipt SET {change} WHERE series = 'R' AND number = 2")
    assert first() == ("receipt", "R-2", "altered")


def test_a_receipt_forged_with_its_hashes_lacks_the_signature() -> None:
    text = '{"amount":"1.00","holding_number":"1","value_date":"2026-07-15"}'
    hashed = "ledger_receipt_hash(series, number, entry_id, issued_at, issued_by_id, payload_hash, signature)"
    attack(
        f"UPDATE ledger_receipt SET payload = '{text}', payload_hash = sha256('{text}') WHERE number = 2",
        f"UPDATE ledger_receipt SET row_hash = {hashed} WHERE number = 2",
    )
    assert first() == ("receipt", "R-2", "altered")
    assert "signature" in found()[0].detail


@pytest.mark.parametrize("number", [2, 3])
def test_a_missing_receipt_is_named_in_the_middle_and_at_the_end(number: int) -> None:
    attack(f"DELETE FROM ledger_receipt WHERE number = {number}")
    assert first() == ("receipt", f"R-{number}", "missing")


def test_an_inserted_receipt_is_named() -> None:
    entry = Entry.objects.get(source="run:1").pk
    columns = "issued_at, issued_by_id, payload, payload_hash, signature, row_hash"
    attack(
        f"INSERT INTO ledger_receipt (series, number, entry_id, {columns})"
        f" SELECT series, 4, {entry}, {columns}"
        " FROM ledger_receipt WHERE number = 3"
    )
    assert first()[:2] == ("receipt", "R-4")
