"""Walks the chain of links and the receipts, and compares closed days with what was published of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from imis.ledger.rules import canonical
from imis.ledger.rules.proof import Finding, Harm

_ANCHOR = re.compile(r"imis-anchor day=(\d{4}-\d{2}-\d{2}) seal=(\d+) hash=([0-9a-f]{64})")


class LinkRow(NamedTuple):
    """A link as stored, with the present root of what it names (None when that row is gone)."""

    id: int
    kind: str
    subject: int  # the batch's first entry, the receipt's id, or the day's number
    details_text: str
    root_hash: bytes
    previous_hash: bytes
    seal_hash: bytes
    sealed_at: datetime
    subject_root: bytes | None


class ReceiptRow(NamedTuple):
    """A receipt as stored, and whether a link of the chain names it."""

    series: str
    number: int
    entry: int
    issued_at: datetime
    issued_by: int
    payload_hash: bytes
    signature: bytes
    payload: Mapping[str, Any]
    row_hash: bytes
    linked: bool


def prove_chain(links: Iterable[LinkRow]) -> Iterator[Finding]:
    """Every link that is altered, missing or out of step, in order."""
    expected, previous = 1, canonical.NO_HASH
    recent: dict[int, bytes] = {}
    for link in links:
        for gone in range(expected, link.id):
            yield Finding(Harm.MISSING, "seal", str(gone), f"the chain goes on with {link.id}")
        yield from _judge_link(link, previous, follows=link.id == expected)
        if link.kind == "day":
            yield from _judge_day(link, recent)
            last = json.loads(link.details_text).get("last", 0)
            recent = {key: value for key, value in recent.items() if key > last}
        else:
            recent[link.id] = link.seal_hash
        expected, previous = link.id + 1, link.seal_hash


def _judge_link(link: LinkRow, previous: bytes, *, follows: bool) -> Iterator[Finding]:
    own = canonical.seal_hash(*link[:3], *link[4:6], link.sealed_at, link.details_text)
    name = str(link.id)
    if own != link.seal_hash:
        yield Finding(Harm.ALTERED, "seal", name, "is not what its hash was taken over")
    if follows and link.previous_hash != previous:
        before = str(link.id - 1)
        yield Finding(Harm.ALTERED, "seal", before, f"seal {name} was chained to another one in its place")
    if link.kind == "day":
        return
    if link.subject_root is None:
        yield Finding(Harm.MISSING, link.kind, str(link.subject), f"seal {name} names it")
    elif link.subject_root != link.root_hash:
        yield Finding(Harm.ALTERED, link.kind, str(link.subject), f"its root is not the one in seal {name}")


def _judge_day(link: LinkRow, recent: Mapping[int, bytes]) -> Iterator[Finding]:
    details = json.loads(link.details_text)
    covered = [recent[key] for key in sorted(recent) if key <= details.get("last", 0)]
    if hashlib.sha256(b"".join(covered)).digest() != link.root_hash:
        span = f"{details.get('first')}..{details.get('last')}"
        yield Finding(Harm.ALTERED, "seal", str(link.id), f"the day's root does not cover links {span} as they stand")


def prove_receipts(
    receipts: Iterable[ReceiptRow], last_numbers: Mapping[str, int], signed: Callable[[ReceiptRow], bool]
) -> Iterator[Finding]:
    """Every receipt that is altered, inserted or missing; `last_numbers` is the counter of each series."""
    seen: dict[str, int] = {}
    for receipt in receipts:
        name = f"{receipt.series}-{receipt.number}"
        for gone in range(seen.get(receipt.series, 0) + 1, receipt.number):
            yield Finding(Harm.MISSING, "receipt", f"{receipt.series}-{gone}", f"the series goes on with {name}")
        seen[receipt.series] = receipt.number
        problem = _receipt_problem(receipt, signed)
        if problem:
            yield Finding(Harm.ALTERED, "receipt", name, problem)
        elif not receipt.linked:
            yield Finding(Harm.INSERTED, "receipt", name, "no link of the chain names it")
    for series, last in sorted(last_numbers.items()):
        for gone in range(seen.get(series, 0) + 1, last + 1):
            yield Finding(Harm.MISSING, "receipt", f"{series}-{gone}", f"the counter has given out {last} numbers")


def _receipt_problem(receipt: ReceiptRow, signed: Callable[[ReceiptRow], bool]) -> str:
    if canonical.receipt_hash(*receipt[:7]) != receipt.row_hash:
        return "is not what its hash was taken over"
    if canonical.digest(canonical.canonical_json(receipt.payload)) != receipt.payload_hash:
        return "its payload is not what its hash was taken over"
    return "" if signed(receipt) else "its signature is not ours"


def anchor_line(day: date, seal_id: int, seal_hash: bytes) -> str:
    """One line of text that pins the whole chain up to a closed day: to be printed, mailed or published."""
    return f"imis-anchor day={day.isoformat()} seal={seal_id} hash={seal_hash.hex()}"


def prove_anchors(lines: Iterable[str], days: Mapping[date, tuple[int, bytes]]) -> Iterator[Finding]:
    """Each published line that the books no longer bear out; `days` maps a closed day to its link's id and hash.

    Blank lines and lines that begin with # are passed over; raises ValueError for any other text.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _ANCHOR.fullmatch(text)
        if match is None:
            raise ValueError(f"Line {number} is not an anchor: {text[:60]!r}")
        day = date.fromisoformat(match[1])
        present = days.get(day)
        if present is None:
            yield Finding(
                Harm.MISSING, "seal", match[2], f"{day} was closed and published; the books know nothing of it"
            )
        elif present != (int(match[2]), bytes.fromhex(match[3])):
            yield Finding(Harm.ALTERED, "seal", match[2], f"{day} was published with another hash")
