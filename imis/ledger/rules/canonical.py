"""The one text of each row that its hash is taken over, and of a receipt's payload.

The same texts are written by imis/ledger/sql/0001_row_hashes.sql at insert; here they are written a second time,
independently of the database, so that verification trusts no function an intruder could have replaced.
Days count from 2000-01-01, times are microseconds since 2000-01-01 UTC as eight big-endian bytes in hex.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

_DAY_ZERO = date(2000, 1, 1)
_INSTANT_ZERO = datetime(2000, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
NO_HASH = bytes(32)


def digest(text: str) -> bytes:
    """SHA-256 of the text in UTF-8, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def day_number(day: date) -> int:
    """Days since 2000-01-01."""
    return (day - _DAY_ZERO).days


def instant(at: datetime) -> str:
    """An aware datetime as sixteen hex digits."""
    return ((at - _INSTANT_ZERO) // _MICROSECOND).to_bytes(8, "big", signed=True).hex()


def measured(text: str) -> str:
    """The text with its length in characters before it."""
    return f"{len(text)}:{text}"


def entry_hash(
    entry_id: int,
    source: str,
    value_date: date,
    recorded_at: datetime,
    posted_by: int,
    memo: str,
    reverses: int | None,
    amount: Decimal,
    line_count: int,
) -> bytes:
    """Hash of an entry row; `amount` in taka with two decimals as stored."""
    return digest(
        f"entry|{entry_id}|{day_number(value_date)}|{instant(recorded_at)}|{posted_by}|{_or_empty(reverses)}|{amount}"
        f"|{line_count}|{measured(source)}|{measured(memo)}"
    )


def line_hash(
    entry_id: int, n: int, account: str, holding_id: int | None, head: str, debit: Decimal, credit: Decimal
) -> bytes:
    """Hash of a line row; amounts in taka with two decimals as stored."""
    return digest(f"line|{entry_id}|{n}|{_or_empty(holding_id)}|{debit}|{credit}|{measured(account)}|{measured(head)}")


def receipt_hash(
    series: str, number: int, entry_id: int, issued_at: datetime, issued_by: int, payload_hash: bytes, signature: bytes
) -> bytes:
    """Hash of a receipt row."""
    return digest(
        f"receipt|{number}|{entry_id}|{instant(issued_at)}|{issued_by}|{payload_hash.hex()}|{signature.hex()}"
        f"|{measured(series)}"
    )


def batch_root(
    first: int, last: int, label: str, lines: int, total: Decimal, entries_digest: bytes, lines_digest: bytes
) -> bytes:
    """Root of a batch; the digests are SHA-256 over the row hashes, entries by id, lines by entry and n."""
    return digest(f"batch|{first}|{last}|{lines}|{total}|{entries_digest.hex()}|{lines_digest.hex()}|{measured(label)}")


def seal_hash(
    seal_id: int, kind: str, subject: int, root: bytes, previous: bytes, sealed_at: datetime, details_text: str
) -> bytes:
    """Hash of a link; `subject` is the batch's first entry, the receipt's id, or the day's number.

    `details_text` is the jsonb column as PostgreSQL prints it.
    """
    return digest(f"seal|{seal_id}|{kind}|{subject}|{root.hex()}|{previous.hex()}|{instant(sealed_at)}|{details_text}")


def witness_root(name: str, count: int, keys: str, rows_digest: bytes) -> bytes:
    """Root of the rows that a day's seal witnesses; `rows_digest` is SHA-256 over their hashes in order of keys."""
    return digest(f"witness|{count}|{rows_digest.hex()}|{measured(name)}|{measured(keys)}")


class NotCanonical(TypeError):
    """A payload holds something JSON may print in more than one way (a float, a Decimal, a date)."""


def canonical_json(payload: Mapping[str, Any]) -> str:
    """The payload as JSON with sorted keys and no spaces; raises NotCanonical for anything but str, int, bool, None.

    Money and dates are passed as text ("1234.00", "2026-07-15"): a float has no one spelling.
    """
    _refuse_ambiguous(payload, "payload")
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_ambiguous(value: Any, where: str) -> None:
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{where}: the key {key!r} is not text.")
            _refuse_ambiguous(inner, f"{where}.{key}")
        return
    if isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            _refuse_ambiguous(inner, f"{where}[{index}]")
        return
    raise NotCanonical(f"{where}: {value!r} has no single JSON text; pass it as a string.")


def _or_empty(value: int | None) -> str:
    return "" if value is None else str(value)
