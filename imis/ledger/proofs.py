"""Feeds the rows of the books to their proof (rules/proof.py, rules/chain.py): one snapshot, never all in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from imis.ledger import keys, witnesses
from imis.ledger.models import Seal, Witness
from imis.ledger.rules.chain import LinkRow, ReceiptRow, anchor_line, prove_anchors, prove_chain, prove_receipts
from imis.ledger.rules.proof import BatchRow, EntryRow, Finding, LineRow, prove_rows
from imis.ledger.rules.receipt_text import statement_of_payload
from imis.ledger.rules.witness import HashedRow, Kept, SealedDay, prove_witnesses
from imis.models import Counter

_ROWS_AT_ONCE = 5000
_ENTRIES = """SELECT id, source, value_date, recorded_at, posted_by_id, memo, reverses_id, amount, line_count, row_hash
FROM ledger_entry ORDER BY id"""
_LINES = """SELECT entry_id, n, account_id, holding_id, head, debit, credit, row_hash
FROM ledger_line ORDER BY entry_id, n"""
_BATCHES = """SELECT b.first_entry, b.last_entry, b.label, b.entry_count, b.line_count, b.total, b.marks, b.root_hash,
EXISTS (SELECT 1 FROM ledger_seal s WHERE s.batch_id = b.first_entry) FROM ledger_batch b ORDER BY b.first_entry"""
_RECEIPTS = """SELECT r.series, r.number, r.entry_id, r.issued_at, r.issued_by_id, r.payload_hash, r.signature,
r.payload, r.row_hash, EXISTS (SELECT 1 FROM ledger_seal s WHERE s.receipt_id = r.id) FROM ledger_receipt r
ORDER BY r.series, r.number"""
_LINKS = """SELECT s.id, s.kind, coalesce(s.batch_id, s.receipt_id, s.day - DATE '2000-01-01'), s.details::text,
s.root_hash, s.previous_hash, s.seal_hash, s.sealed_at, coalesce(b.root_hash, r.row_hash) FROM ledger_seal s
LEFT JOIN ledger_batch b ON b.first_entry = s.batch_id LEFT JOIN ledger_receipt r ON r.id = s.receipt_id
ORDER BY s.id"""
_DAYS = "SELECT id, day, details::text FROM ledger_seal WHERE kind = 'day' ORDER BY id"

Row = TypeVar("Row")


def findings(anchors: Iterable[str] = ()) -> Iterator[Finding]:
    """Every row that does not fit: rows of the books, receipts, the chain, witnessed rows, `anchors` (published lines).

    The first one found is the first altered, inserted or missing row. Reads one snapshot; writes nothing.
    """
    with _one_snapshot():
        yield from prove_rows(
            _stream(_BATCHES, BatchRow._make), _stream(_ENTRIES, EntryRow._make), _stream(_LINES, LineRow._make)
        )
        yield from prove_receipts(_stream(_RECEIPTS, _receipt), _last_numbers(), _signature_check())
        yield from prove_chain(_stream(_LINKS, LinkRow._make))
        names = Witness.objects.order_by("name").values_list("name", flat=True).distinct()
        yield from prove_witnesses(_stream(_DAYS, SealedDay._make), _kept, names, _hashed_rows)
        yield from prove_anchors(anchors, _closed_days())


def anchors() -> list[str]:
    """One line for each closed day, oldest first."""
    return [anchor_line(day, pk, seal_hash) for day, (pk, seal_hash) in sorted(_closed_days().items())]


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All statements see the same moment, so that a posting made meanwhile is seen whole or not at all."""
    nested = connection.in_atomic_block  # inside a caller's transaction its isolation stays what it is
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _stream(sql: str, make: Callable[[Iterable[Any]], Row]) -> Iterator[Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                yield make(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _receipt(values: Iterable[Any]) -> ReceiptRow:
    row = ReceiptRow._make(values)
    return row._replace(payload=json.loads(str(row.payload)))  # Django leaves jsonb as text on a bare cursor


def _last_numbers() -> dict[str, int]:
    counters = Counter.objects.filter(series__startswith="receipt:").values_list("series", "last")
    return {series.removeprefix("receipt:"): last for series, last in counters}


def _kept(name: str) -> dict[int, Kept]:
    rows = Witness.objects.filter(name=name).values_list("seal_id", "keys", "marks")
    return {seal: Kept(keys, bytes(marks)) for seal, keys, marks in rows}


def _hashed_rows(name: str) -> Iterator[HashedRow] | None:
    sql = witnesses.rows_in_order(name)
    return None if sql is None else _stream(sql, tuple)


def _closed_days() -> dict[date, tuple[int, bytes]]:
    rows = Seal.objects.filter(kind=Seal.Kind.DAY).values_list("day", "id", "seal_hash")
    return {day: (pk, bytes(seal_hash)) for day, pk, seal_hash in rows if day is not None}


def _signature_check() -> Callable[[ReceiptRow], bool]:
    public: dict[str, Ed25519PublicKey] = {}

    def signed(receipt: ReceiptRow) -> bool:
        if not public:
            public.update(keys.public_keys())
        for name, key in public.items():
            try:
                statement = statement_of_payload(name, *receipt[:2], receipt.payload, receipt.payload_hash)
                key.verify(receipt.signature, statement.text().encode())
            except (InvalidSignature, KeyError, TypeError, ValueError):
                continue
            return True
        return False

    return signed
