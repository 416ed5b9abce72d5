"""The statement a receipt's signature is made over, and the compact token that carries both in a QR code.

Statement: version | key | series | number | amount | holding number | value date | mark (eight bytes of the payload's
hash).
Token: statement and 64-byte Ed25519 signature in base 32 without padding: capital letters and digits only, the
alphanumeric mode of QR. About 200 characters: with an address before it, version 9 at level L or M.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

_VERSION = "1"
_SIGNATURE_BYTES = 64
_MARK_BYTES = 8


class BadToken(ValueError):
    """The text is not a receipt token at all (cut off, mistyped, or something else)."""


@dataclass(frozen=True)
class Statement:
    """What the city corporation signs: no personal name. `amount` in taka."""

    key: str
    series: str
    number: int
    amount: Decimal
    holding_number: str
    value_date: date
    mark: str

    def text(self) -> str:
        """The signed text; raises ValueError when a part contains the separator."""
        parts = [
            _VERSION,
            self.key,
            self.series,
            str(self.number),
            f"{self.amount:.2f}",
            self.holding_number,
            self.value_date.isoformat(),
            self.mark,
        ]
        if any("|" in part for part in parts):
            raise ValueError("A receipt's series and holding number hold no vertical bar.")
        return "|".join(parts)


def payload_mark(payload_hash: bytes) -> str:
    """The part of the payload's hash that the statement carries."""
    return base64.urlsafe_b64encode(payload_hash[:_MARK_BYTES]).decode().rstrip("=")


def statement_of_payload(
    key: str, series: str, number: int, payload: Mapping[str, Any], payload_hash: bytes
) -> Statement:
    """The statement of a receipt with this payload (`amount`, `holding_number`, `value_date` as text)."""
    return Statement(
        key=key,
        series=series,
        number=number,
        amount=Decimal(payload["amount"]),
        holding_number=payload["holding_number"],
        value_date=date.fromisoformat(payload["value_date"]),
        mark=payload_mark(payload_hash),
    )


def pack(statement: Statement, signature: bytes) -> str:
    """The token: capital letters A–Z and digits 2–7."""
    return base64.b32encode(statement.text().encode() + signature).decode().rstrip("=")


def unpack(token: str) -> tuple[Statement, bytes]:
    """The statement and signature of a token in either case of letters; raises BadToken. Verifies nothing."""
    letters = token.strip().upper()
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
        parts = raw[:-_SIGNATURE_BYTES].decode().split("|")
        version, key, series, number, amount, holding_number, day, mark = parts
        if version != _VERSION or not number.isascii() or not number.isdigit():
            raise BadToken("Not a receipt of this version.")
        statement = Statement(key, series, int(number), Decimal(amount), holding_number, date.fromisoformat(day), mark)
    except (binascii.Error, UnicodeDecodeError, ValueError, InvalidOperation) as error:
        raise BadToken("Not a receipt token.") from error
    if pack(statement, raw[-_SIGNATURE_BYTES:]) != letters:  # one receipt, one token: no spare bits, no "0012"
        raise BadToken("Not written the one way a receipt token is written.")
    return statement, raw[-_SIGNATURE_BYTES:]
