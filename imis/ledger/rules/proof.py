"""Re-derives every hash of the books from the rows themselves and names what does not fit.

The streams come in order (entries by id, lines by entry and n, batches by first entry, receipts by series and
number, links by id) and are read once, side by side, so that memory does not grow with the books.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from imis.ledger.rules import canonical

MARK_BYTES = 4
T = TypeVar("T")


class Harm(str, Enum):
    """What befell a row."""

    ALTERED = "altered"
    INSERTED = "inserted"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One row that does not fit: `what` is entry, line, batch, receipt, seal or anchor; `key` names it."""

    harm: Harm
    what: str
    key: str
    detail: str

    def __str__(self) -> str:
        return f"{self.what} {self.key} {self.harm.value}: {self.detail}"


class EntryRow(NamedTuple):
    """An entry as stored."""

    id: int
    source: str
    value_date: date
    recorded_at: datetime
    posted_by: int
    memo: str
    reverses: int | None
    amount: Decimal
    line_count: int
    row_hash: bytes


class LineRow(NamedTuple):
    """A line as stored."""

    entry: int
    n: int
    account: str
    holding_id: int | None
    head: str
    debit: Decimal
    credit: Decimal
    row_hash: bytes


class BatchRow(NamedTuple):
    """A batch as stored, and whether a link of the chain names it."""

    first: int
    last: int
    label: str
    entries: int
    lines: int
    total: Decimal
    marks: bytes
    root_hash: bytes
    linked: bool


class Stream(Generic[T]):
    """An iterator whose next item can be looked at."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self.head: T | None = next(self._items, None)

    def take(self) -> T:
        """The next item; StopIteration at the end."""
        if self.head is None:
            raise StopIteration
        item, self.head = self.head, next(self._items, None)
        return item


class _Tally:
    """What has been read of one batch: two running digests, and the first row whose mark is another's."""

    def __init__(self, batch: BatchRow) -> None:
        self.batch = batch
        self.entries, self.lines = hashlib.sha256(), hashlib.sha256()
        self.entry_count = self.line_count = 0
        self.total = Decimal("0.00")
        self.harmed = False
        self.rewritten: Finding | None = None

    def add_entry(self, entry: EntryRow) -> None:
        """Takes in the next entry."""
        self._compare(self.entry_count, entry.row_hash, "entry", str(entry.id))
        self.entries.update(entry.row_hash)
        self.entry_count += 1
        self.total += entry.amount

    def add_line(self, line: LineRow) -> None:
        """Takes in the next line; its mark lies behind those of all entries."""
        self._compare(self.batch.entries + self.line_count, line.row_hash, "line", f"{line.entry}.{line.n}")
        self.lines.update(line.row_hash)
        self.line_count += 1

    def _compare(self, place: int, row_hash: bytes, what: str, key: str) -> None:
        mark = self.batch.marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]
        if self.rewritten is None and mark != row_hash[:MARK_BYTES]:
            detail = f"was rewritten together with its hash (batch {self.batch.label})"
            self.rewritten = Finding(Harm.ALTERED, what, key, detail)


def prove_rows(batches: Iterable[BatchRow], entries: Iterable[EntryRow], lines: Iterable[LineRow]) -> Iterator[Finding]:
    """Every entry, line and batch that is altered, inserted or missing, in order of entry id."""
    entry_stream, line_stream = Stream(entries), Stream(lines)
    for batch in batches:
        yield from _strangers(entry_stream, line_stream, before=batch.first)
        tally = _Tally(batch)
        for finding in _walk(batch, entry_stream, line_stream, tally):
            tally.harmed = True
            yield finding
        yield from _judge(batch, tally)
    yield from _strangers(entry_stream, line_stream, before=None)


def _strangers(entries: Stream[EntryRow], lines: Stream[LineRow], *, before: int | None) -> Iterator[Finding]:
    """Rows that lie in no batch: they were put in behind the database's back, or their batch was taken away."""
    while entries.head is not None and (before is None or entries.head.id < before):
        entry = entries.take()
        yield Finding(Harm.INSERTED, "entry", str(entry.id), f"{entry.source} lies in no batch")
    while lines.head is not None and (before is None or lines.head.entry < before):
        line = lines.take()
        yield Finding(Harm.INSERTED, "line", f"{line.entry}.{line.n}", "lies in no batch")


def _walk(batch: BatchRow, entries: Stream[EntryRow], lines: Stream[LineRow], tally: _Tally) -> Iterator[Finding]:
    if not batch.linked:
        yield Finding(Harm.MISSING, "seal", f"of batch {batch.first}", f"no link of the chain names {batch.label}")
    for key in range(batch.first, batch.last + 1):
        if entries.head is None or entries.head.id != key:
            yield Finding(Harm.MISSING, "entry", str(key), f"batch {batch.label} holds {batch.first}..{batch.last}")
            yield from _lines_of(key, 0, lines, tally)
            continue
        entry = entries.take()
        if canonical.entry_hash(*entry[:-1]) != entry.row_hash:
            yield Finding(Harm.ALTERED, "entry", str(key), f"{entry.source} is not what its hash was taken over")
        tally.add_entry(entry)
        yield from _lines_of(key, entry.line_count, lines, tally)


def _lines_of(key: int, expected: int, lines: Stream[LineRow], tally: _Tally) -> Iterator[Finding]:
    n = 0
    while lines.head is not None and lines.head.entry == key:
        line = lines.take()
        n += 1
        while n < line.n <= expected:
            yield Finding(Harm.MISSING, "line", f"{key}.{n}", f"entry {key} has {expected} lines")
            n += 1
        if line.n > expected:
            yield Finding(Harm.INSERTED, "line", f"{key}.{line.n}", f"entry {key} has {expected} lines")
        elif canonical.line_hash(*line[:-1]) != line.row_hash:
            yield Finding(Harm.ALTERED, "line", f"{key}.{line.n}", "is not what its hash was taken over")
        tally.add_line(line)
    for missing in range(n + 1, expected + 1):
        yield Finding(Harm.MISSING, "line", f"{key}.{missing}", f"entry {key} has {expected} lines")


def _judge(batch: BatchRow, tally: _Tally) -> Iterator[Finding]:
    """The batch as a whole; when its root fails though each row fits its own hash, the marks name the row."""
    root = canonical.batch_root(
        batch.first,
        batch.last,
        batch.label,
        tally.line_count,
        tally.total,
        tally.entries.digest(),
        tally.lines.digest(),
    )
    if tally.harmed or (root == batch.root_hash and batch.lines == tally.line_count):
        return
    anew = Finding(Harm.ALTERED, "batch", str(batch.first), f"{batch.label} is not what its root was taken over")
    comparable = len(batch.marks) == MARK_BYTES * (tally.entry_count + tally.line_count)
    yield tally.rewritten if comparable and tally.rewritten else anew
