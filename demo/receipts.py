"""Receipts for many payments at once: the same payload, hash and signature as imis.ledger.services.issue_receipt."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import connection

from demo.copying import copy_lines
from demo.statements import statement
from imis import numbers
from imis.ledger import keys
from imis.ledger.rules import canonical
from imis.ledger.rules.receipt_text import Statement, payload_mark

_BATCH = 5_000
_STAGE = """
    CREATE TEMP TABLE demo_receipt (
        number bigint, entry bigint, issued_at timestamptz, issued_by bigint,
        payload text, payload_hash bytea, signature bytea
    ) ON COMMIT DROP
"""
_INSERT = """
    INSERT INTO ledger_receipt
        (series, number, entry_id, issued_at, issued_by_id, payload, payload_hash, signature, row_hash)
    SELECT %(series)s, number, entry, issued_at, issued_by, payload::jsonb, payload_hash, signature,
           ledger_receipt_hash(%(series)s, number, entry, issued_at, issued_by, payload_hash, signature)
    FROM demo_receipt ORDER BY number
"""


def issue_receipts(series: str) -> int:
    """Issues the receipts of the claims in `demo_claim`, numbers running on in their order; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM demo_claim")
        (count,) = cursor.fetchone()
        if not count:
            return 0
        cursor.execute(_STAGE)
        first = numbers.take_block(f"receipt:{series}", count)
        cursor.execute("DECLARE demo_unsigned NO SCROLL CURSOR FOR " + statement("unsigned"))
        written = 0
        while written < count:
            cursor.execute(f"FETCH {_BATCH} FROM demo_unsigned")
            rows = cursor.fetchall()
            if not rows:
                raise ValueError(f"{count - written} claims have no entry in the books")
            copy_lines("demo_receipt", _COLUMNS, _signed(series, first + written, rows))
            written += len(rows)
        cursor.execute("CLOSE demo_unsigned")
        cursor.execute(_INSERT, {"series": series})
    return int(count)


_COLUMNS = ("number", "entry", "issued_at", "issued_by", "payload", "payload_hash", "signature")


def _signed(series: str, first: int, rows: list[tuple[Any, ...]]) -> list[str]:
    key = keys.private_key()
    name = keys.key_name(key.public_key())
    lines = []
    for number, row in enumerate(rows, start=first):
        entry, *said, issued_at, issued_by, parts = row
        payload = _payload(said, parts)
        text = canonical.canonical_json(payload)
        digest = canonical.digest(text)
        stated = Statement(name, series, number, said[3], payload["holding_number"], said[4], payload_mark(digest))
        signature = key.sign(stated.text().encode())
        escaped = text.replace("\\", "\\\\")
        lines.append(
            f"{number}\t{entry}\t{issued_at.isoformat()}\t{issued_by}\t{escaped}"
            f"\t\\\\x{digest.hex()}\t\\\\x{signature.hex()}"
        )
    return lines


def _payload(said: list[Any], parts: Any) -> dict[str, Any]:
    """The payload that tax.services.payments gives to a receipt."""
    payment, holding, number, amount, value_date, channel, reference, payer, working, ward = said
    return {
        "payment": str(payment),
        "holding_id": holding,
        "holding_number": number,
        "ward": ward,
        "corporation": settings.CORPORATION,
        "amount": f"{amount:.2f}",
        "value_date": value_date.isoformat(),
        "channel": channel,
        "reference": reference,
        "payer_name": payer,
        "lines": _loaded(parts),
        "working": _loaded(working),
    }


def _loaded(value: Any) -> Any:
    """Django's cursor leaves jsonb as text."""
    return json.loads(value) if isinstance(value, str) else value
