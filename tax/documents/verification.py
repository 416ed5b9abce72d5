"""What a bill's QR code says: an address on the corporation's site that proves the paper.

A bill carries its number and a check over its whole frozen snapshot, keyed with the server's secret, so that a bill
cannot be looked up by guessing its number and an altered print does not match. A receipt carries its signed token
(imis.ledger.services.receipt_address).
Nothing is asked of the network here; the pages behind the addresses look the number up.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "tax.documents.bill"
_CHECK_BYTES = 10  # 80 bits: 16 letters


def bill_address(snapshot: Mapping[str, Any]) -> str:
    """The text of a bill's QR code: …/verify/bill/<number>/<check>."""
    return f"{settings.PUBLIC_URL}/verify/bill/{quote(snapshot['bill']['number'], safe='')}/{bill_check(snapshot)}"


def bill_check(snapshot: Mapping[str, Any]) -> str:
    """Sixteen letters and digits (A–Z, 2–7) that belong to this snapshot and no other."""
    return _check(snapshot, settings.SECRET_KEY)


def is_bill_check(snapshot: Mapping[str, Any], check: str) -> bool:
    """Whether `check` was printed for this snapshot, with the present secret or one of SECRET_KEY_FALLBACKS."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any([constant_time_compare(_check(snapshot, secret), check.upper()) for secret in secrets])


def _check(snapshot: Mapping[str, Any], secret: str | bytes) -> str:
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    mark = salted_hmac(_SALT, text, secret=secret, algorithm="sha256").digest()[:_CHECK_BYTES]
    return base64.b32encode(mark).decode()
