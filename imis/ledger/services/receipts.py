"""Issues receipts: gapless number, canonical payload, Ed25519 signature; and proves them later."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from imis import numbers
from imis.errors import BadInput
from imis.fiscal import fiscal_year_of
from imis.ledger import keys
from imis.ledger.models import Entry, Receipt
from imis.ledger.rules import canonical
from imis.ledger.rules.receipt_text import BadToken, Statement, pack, statement_of_payload, unpack
from imis.models import User

_AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_ROWS_A_STATEMENT = 5000
_Row = tuple["int | None", int, int, datetime, str, bytes, bytes]
_INSERT = """
INSERT INTO ledger_receipt (id, series, number, entry_id, issued_at, issued_by_id, payload, payload_hash, signature,
                            row_hash)
SELECT coalesce(r.key, nextval(pg_get_serial_sequence('ledger_receipt', 'id'))), %(series)s, number, entry, at, %(by)s,
       payload::jsonb, hash, signature, ledger_receipt_hash(%(series)s, number, entry, at, %(by)s, hash, signature)
FROM (SELECT * FROM unnest(%(keys)s::bigint[], %(numbers)s::bigint[], %(entries)s::bigint[], %(ats)s::timestamptz[],
                           %(payloads)s::text[], %(hashes)s::bytea[], %(signatures)s::bytea[])
                    AS given (key, number, entry, at, payload, hash, signature) ORDER BY number) r
"""


@dataclass(frozen=True)
class ReceiptDraft:
    """A receipt to be: `payload` as in `issue_receipt`, with its `value_date`; `at` is aware.

    `key` is one that `reserve_receipt` gave, or None.
    """

    entry_id: int
    payload: Mapping[str, Any]
    at: datetime
    key: int | None = None


@dataclass(frozen=True)
class VerifiedReceipt:
    """What a token proves. `in_books` is False for a good signature without its row (a restored backup, a forgery
    with a stolen key); `reversed_on` is the value date of the reversing entry."""

    series: str
    number: int
    amount: Decimal
    holding_number: str
    value_date: date
    in_books: bool
    reversed_on: date | None
    request_number: str = ""  # of the service paid for, where it is not a holding's tax
    # As frozen in the payload; receipts from before these were carried have neither.
    ward: int | None = None
    corporation: Mapping[str, str] = field(default_factory=dict)


def receipt_series(at: datetime) -> str:
    """The one series of the fiscal year in which `at` (aware) lies, for every service that takes money."""
    return f"TAX-{fiscal_year_of(timezone.localdate(at)).code}"


def reserve_receipt() -> int:
    """The key of a receipt that the caller issues at the end of its transaction (`ReceiptDraft.key`).

    Rows that name the receipt are written before it is issued, so that its number, whose lock serialises the series,
    is taken last. A key never used leaves no gap anywhere: only numbers are gapless.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ledger_receipt', 'id'))")
        (key,) = cursor.fetchone()
    return int(key)


def issue_receipt(*, series: str, entry: Entry, payload: Mapping[str, Any], by: User, at: datetime) -> Receipt:
    """Issues the one receipt of `entry` inside the caller's transaction, with the next number of `series`.

    `payload` is JSON of text and whole numbers and needs `amount` (taka received, "1234.00") and
    `holding_number`; `value_date` (ISO) defaults to the entry's. It may hold a name: it is kept in the books and
    printed, while the token carries number, amount, holding number and date only.
    Take the number late: its row lock serialises the series until COMMIT. Raises BadInput, NotCanonical,
    numbers.NoTransaction; IntegrityError for a second receipt of the entry.
    """
    draft = ReceiptDraft(entry.pk, {"value_date": entry.value_date.isoformat(), **payload}, at)
    number = issue_receipts(series=series, drafts=[draft], by=by)
    return Receipt.objects.get(series=series, number=number)


def issue_receipts(*, series: str, drafts: Sequence[ReceiptDraft], by: User) -> int:
    """Issues receipts with numbers in a row, in the order of `drafts`, and returns the first number.

    As `issue_receipt`, for a bank file or a generated history; each payload states its `value_date` itself.
    """
    for draft in drafts:
        _check_payload(draft.payload)
    payloads = [canonical.canonical_json(draft.payload) for draft in drafts]
    key = keys.private_key()
    name = keys.key_name(key.public_key())
    # From here to COMMIT everybody else's receipts of this series wait: only what needs the number comes after it.
    first = numbers.take_block(f"receipt:{series}", len(drafts))
    rows: list[_Row] = []
    for number, (draft, payload_json) in enumerate(zip(drafts, payloads, strict=True), start=first):
        payload_hash = canonical.digest(payload_json)
        statement = statement_of_payload(name, series, number, draft.payload, payload_hash)
        signature = key.sign(statement.text().encode())
        rows.append((draft.key, number, draft.entry_id, draft.at, payload_json, payload_hash, signature))
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        _write(series, rows[start : start + _ROWS_A_STATEMENT], by)
    return first


def _write(series: str, rows: Sequence[_Row], by: User) -> None:
    columns = zip(*rows, strict=True)
    names = ("keys", "numbers", "entries", "ats", "payloads", "hashes", "signatures")
    lists: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**lists, "series": series, "by": by.pk})


def receipt_token(receipt: Receipt) -> str:
    """The compact text for the QR code: A–Z and 2–7 only. Raises NoReceiptKey if the signing key is gone."""
    return pack(statement_of(receipt), bytes(receipt.signature))


def receipt_address(token: str) -> str:
    """The text of a receipt's QR code: …/verify/<token>."""
    return f"{settings.PUBLIC_URL}/verify/{token}"


def statement_of(receipt: Receipt) -> Statement:
    """The statement whose signature the receipt carries, under whichever known key signed it."""
    for name in keys.public_keys():
        statement = statement_of_payload(
            name, receipt.series, receipt.number, receipt.payload, bytes(receipt.payload_hash)
        )
        if _signed(statement, bytes(receipt.signature)):
            return statement
    raise keys.NoReceiptKey(f"Receipt {receipt}: no known key made its signature.")


def verify_token(token: str) -> VerifiedReceipt | None:
    """What the token proves, or None when it is not genuine: mistyped, cut off, altered, or signed by another."""
    try:
        statement, signature = unpack(token)
    except BadToken:
        return None
    if not _signed(statement, signature):
        return None
    receipt = (
        Receipt.objects.filter(series=statement.series, number=statement.number)
        .select_related("entry", "entry__reversed_by")
        .first()
    )
    in_books = receipt is not None and bytes(receipt.signature) == signature
    mirror = getattr(receipt.entry, "reversed_by", None) if receipt is not None and in_books else None
    told = _payload_as_signed(receipt) if receipt is not None and in_books else {}
    return VerifiedReceipt(
        series=statement.series,
        number=statement.number,
        amount=statement.amount,
        holding_number=statement.holding_number,
        value_date=statement.value_date,
        in_books=in_books,
        reversed_on=mirror.value_date if mirror else None,
        request_number=told.get("request_number", ""),
        ward=told.get("ward"),
        corporation=told.get("corporation", {}),
    )


def _payload_as_signed(receipt: Receipt) -> Mapping[str, Any]:
    """The payload, unless somebody altered it: the signature carries a mark of its hash."""
    payload: Mapping[str, Any] = receipt.payload
    return payload if canonical.digest(canonical.canonical_json(payload)) == bytes(receipt.payload_hash) else {}


def _signed(statement: Statement, signature: bytes) -> bool:
    key = keys.public_keys().get(statement.key)
    if key is None:
        return False
    try:
        key.verify(signature, statement.text().encode())
    except InvalidSignature:
        return False
    return True


def _check_payload(payload: Mapping[str, Any]) -> None:
    amount, holding_number = payload.get("amount"), payload.get("holding_number")
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise BadInput(_("A receipt states its amount with two decimals."), field="amount")
    if not isinstance(holding_number, str) or not holding_number or "|" in holding_number:
        raise BadInput(_("A receipt states the holding number."), field="holding_number")
    if not isinstance(payload.get("value_date"), str):
        raise BadInput(_("A receipt states the day of payment."), field="value_date")
