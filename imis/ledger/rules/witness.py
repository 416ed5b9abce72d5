"""Proves the rows outside the books that the seals of days witness: bills, assessments, payments, audit rows.

A sealed day promises, for each witness, how many rows it saw for the first time and a root over their hashes. Beside
the chain stand the keys of those rows and the first four bytes of each hash (`marks`): they prove nothing, they name
the row. A key is a whole number; keys that lie side by side make a span, so that a day's rows are a few spans.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from imis.ledger.rules import canonical
from imis.ledger.rules.proof import MARK_BYTES, Finding, Harm, Stream

_SPAN = re.compile(r"\[(-?\d+),(-?\d+)\)")
_KEYS = re.compile(r"\{(\[-?\d+,-?\d+\)(,\[-?\d+,-?\d+\))*)?\}")


class SealedDay(NamedTuple):
    """The link that closed a day, as far as witnesses are concerned."""

    seal: int
    day: date
    details_text: str


class Kept(NamedTuple):
    """What is kept beside a day's link for one witness; `keys` is an int8multirange as PostgreSQL prints it."""

    keys: str
    marks: bytes


@dataclass(frozen=True)
class Promise:
    """What a day's link says of one witness, and what is kept beside it."""

    seal: int
    day: date
    name: str
    count: int
    root: str
    kept: Kept


HashedRow = tuple[int, bytes]  # a row's key and its hash as of now


class _Tally:
    """What has been read of one promise: a running digest, and each row that is gone or another's."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.digest = hashlib.sha256()
        self.place = 0
        self.harms: list[tuple[int, Harm]] = []

    def take(self, key: int, row_hash: bytes | None) -> None:
        """Takes in the row under the next key; None when it is gone."""
        mark = self.promise.kept.marks[self.place * MARK_BYTES : (self.place + 1) * MARK_BYTES]
        self.place += 1
        if row_hash is None:
            self.harms.append((key, Harm.MISSING))
            return
        self.digest.update(row_hash)
        if mark != row_hash[:MARK_BYTES]:
            self.harms.append((key, Harm.ALTERED))

    def take_double(self, row: HashedRow) -> None:
        """Takes in a second row under the key before."""
        self.digest.update(row[1])
        self.harms.append((row[0], Harm.INSERTED))

    def judge(self) -> Iterator[Finding]:
        """Nothing while the root is the one that was sealed, whatever the marks say."""
        promise = self.promise
        root = canonical.witness_root(promise.name, promise.count, promise.kept.keys, self.digest.digest())
        if root.hex() == promise.root:
            return
        for key, harm in self.harms:
            yield Finding(harm, promise.name, str(key), f"this is not what was sealed with {promise.day}")
        if not self.harms:
            yield _unfit(promise, "its rows are not what its root was taken over")


def prove_witnesses(
    days: Iterable[SealedDay],
    kept: Callable[[str], Mapping[int, Kept]],
    names: Iterable[str],
    rows: Callable[[str], Iterable[HashedRow] | None],
) -> Iterator[Finding]:
    """Every row that is not what it was when its day was closed, witness by witness, each in order of days and keys.

    `kept` gives what is kept of a witness by seal, `names` all witnesses of which something is kept, and `rows` the
    present rows of a witness in order of their keys (None: no installed app has it). Days closed before there were
    witnesses promise nothing.
    """
    promised: dict[str, dict[int, tuple[date, int, str]]] = {name: {} for name in names}
    for day in days:
        for name, (count, root) in _promises(day.details_text).items():
            promised.setdefault(name, {})[day.seal] = (day.day, count, root)
    for name in sorted(promised):
        yield from _prove_witness(name, promised[name], kept(name), rows)


def _promises(details_text: str) -> dict[str, tuple[int, str]]:
    """What does not read as a promise was not written by us: the link's own hash tells of that."""
    details = json.loads(details_text)
    told = details.get("witnesses") if isinstance(details, dict) else None
    if not isinstance(told, dict):
        return {}
    return {
        name: (said[0], said[1])
        for name, said in told.items()
        if isinstance(said, list) and len(said) == 2 and isinstance(said[0], int) and isinstance(said[1], str)
    }


def _prove_witness(
    name: str,
    promised: Mapping[int, tuple[date, int, str]],
    kept: Mapping[int, Kept],
    rows: Callable[[str], Iterable[HashedRow] | None],
) -> Iterator[Finding]:
    for seal in sorted(kept.keys() - promised.keys()):
        yield Finding(Harm.INSERTED, "witness", f"{name} of seal {seal}", "no closed day promises it")
    tallies: list[_Tally] = []
    spans: list[tuple[int, int, _Tally]] = []
    for seal, (day, count, root) in sorted(promised.items()):
        if seal not in kept:
            yield Finding(Harm.MISSING, "witness", f"{name} of seal {seal}", f"{day} was closed with {count} rows")
            continue
        promise = Promise(seal, day, name, count, root, kept[seal])
        found = spans_of(promise.kept.keys)
        if sum(end - start for start, end in found) != count or len(promise.kept.marks) != count * MARK_BYTES:
            yield _unfit(promise, f"{day} was closed with {count} rows")
            continue
        tallies.append(_Tally(promise))
        spans.extend((start, end, tallies[-1]) for start, end in found)
    if not spans:
        return
    present = rows(name)
    if present is None:
        yield Finding(Harm.MISSING, "witness", name, "no installed app knows these rows")
        return
    _walk(sorted(spans, key=lambda span: span[0]), Stream(present))
    for tally in tallies:
        yield from tally.judge()


def _walk(spans: Iterable[tuple[int, int, _Tally]], rows: Stream[HashedRow]) -> None:
    """Reads rows and spans side by side; a row in no span came after the last seal."""
    for start, end, tally in spans:
        while rows.head is not None and rows.head[0] < start:
            rows.take()
        for key in range(start, end):
            row = rows.take() if rows.head is not None and rows.head[0] == key else None
            tally.take(key, None if row is None else row[1])
            while rows.head is not None and rows.head[0] == key:
                tally.take_double(rows.take())


def spans_of(keys: str) -> list[tuple[int, int]]:
    """The spans of a multirange text, each from its first key to the one after its last; none for any other text."""
    if not _KEYS.fullmatch(keys):
        return []
    return [(int(start), int(end)) for start, end in _SPAN.findall(keys)]


def _unfit(promise: Promise, detail: str) -> Finding:
    return Finding(Harm.ALTERED, "witness", f"{promise.name} of seal {promise.seal}", detail)
