"""Posts entries: one by one or by the hundred thousand, through the same statement; and reverses them.

One SQL statement writes entries, lines and hashes, so that the statement triggers see the whole posting
(imis/ledger/sql/0003_postings.sql). The link of the seal chain is written by the database at COMMIT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imis.errors import Refused
from imis.ledger.models import Entry, Line
from imis.ledger.rules.drafts import LineDraft, checked_total, mirrored
from imis.models import User


class AlreadyPosted(Refused):
    """An entry with this source stands in the books; `source` names it."""

    def __init__(self, source: str) -> None:
        super().__init__(_("%(source)s is already in the books.") % {"source": source})
        self.source = source


class NoTransaction(RuntimeError):
    """A posting was asked for outside `transaction.atomic()`: its cause could be lost without it."""


@dataclass(frozen=True)
class PostedBatch:
    """What one posting statement wrote. `total` in taka; `first_entry` is None when there was nothing to post."""

    entries: int
    lines: int
    total: Decimal
    seal: int | None  # key of the Batch row; the chain names it at COMMIT

    @property
    def first_entry(self) -> int | None:
        """The first entry id; the others follow without a hole in the order of their sources."""
        return self.seal


# Sorting by source once gives each entry its number, its lines side by side, and its sums in one pass; it also
# lets the unique index on source grow at its right end. A posting with two value dates yields NULL and is refused.
_POST = """
WITH draft AS (
    SELECT d.source::text AS source, d.value_date::date AS value_date, d.n::smallint AS n, d.account::text AS account,
           d.holding_id::bigint AS holding_id, coalesce(d.head::text, '') AS head,
           d.debit::numeric(14, 2) AS debit, d.credit::numeric(14, 2) AS credit
    FROM ({drafts}) AS d
), numbered AS MATERIALIZED (
    SELECT draft.*, dense_rank() OVER s - 1 AS k, row_number() OVER w AS i,
           sum(debit) OVER e AS amount, count(*) OVER e AS line_count,
           CASE WHEN min(value_date) OVER e = max(value_date) OVER e THEN value_date END AS day
    FROM draft
    WINDOW s AS (ORDER BY source), w AS (PARTITION BY source ORDER BY n), e AS (PARTITION BY source)
), block AS MATERIALIZED (
    SELECT ledger_take_entries(max(k) + 1) AS first, set_config('imis.ledger_batch', %(ledger_label)s, true)
    FROM numbered
), entries AS (
    INSERT INTO ledger_entry (id, source, value_date, recorded_at, posted_by_id, memo, reverses_id, amount, line_count,
                              row_hash)
    SELECT first + k, source, day, %(ledger_at)s, %(ledger_by)s, %(ledger_memo)s, %(ledger_reverses)s, amount,
           line_count,
           ledger_entry_hash(first + k, source, day, %(ledger_at)s, %(ledger_by)s, %(ledger_memo)s, %(ledger_reverses)s,
                             amount, line_count::integer)
    FROM numbered, block WHERE i = 1
), written AS (
    INSERT INTO ledger_line (entry_id, n, account_id, holding_id, head, debit, credit, row_hash)
    SELECT first + k, n, account, holding_id, head, debit, credit,
           ledger_line_hash(first + k, n, account, holding_id, head, debit, credit)
    FROM numbered, block
)
SELECT first FROM block
"""
_ONE = """
SELECT %(source)s AS source, %(value_date)s AS value_date, n, account, holding_id, head, debit, credit
FROM unnest(%(accounts)s::text[], %(holdings)s::bigint[], %(heads)s::text[],
            %(debits)s::numeric[], %(credits)s::numeric[])
     WITH ORDINALITY AS line (account, holding_id, head, debit, credit, n)
"""


def post(
    *,
    source: str,
    value_date: date,
    lines: Sequence[LineDraft],
    by: User,
    at: datetime,
    memo: str = "",
    reverses: Entry | None = None,
) -> Entry:
    """Posts one entry inside the caller's transaction and returns it.

    `source` names the cause and is unique for ever; `at` is aware. Raises AlreadyPosted (the caller's transaction
    stays usable), UnbalancedDraft, NoTransaction; IntegrityError names a rule of the database.
    """
    checked_total(lines)
    params = {
        "source": source,
        "value_date": value_date,
        "accounts": [line.account for line in lines],
        "holdings": [line.holding_id for line in lines],
        "heads": [line.head for line in lines],
        "debits": [line.debit for line in lines],
        "credits": [line.credit for line in lines],
    }
    _insert(_ONE, params, label=source, memo=memo, reverses=reverses, by=by, at=at)
    return Entry.objects.get(source=source)


def post_set(*, batch: str, drafts_sql: str, params: Mapping[str, Any] | None, by: User, at: datetime) -> PostedBatch:
    """Posts every entry that `drafts_sql` describes, in one statement, inside the caller's transaction.

    `drafts_sql` is a SELECT of (source, value_date, n, account, holding_id, head, debit, credit): one row a line,
    n = 1, 2, 3 … within a source, amounts in taka; `%(name)s` takes from `params` (write `%%` for a percent sign).
    `batch` is its unique label. Entry ids ascend with `source` (as text). Raises AlreadyPosted naming the source.
    """
    first = _insert(drafts_sql, params or {}, label=batch, memo="", reverses=None, by=by, at=at)
    if first is None:
        return PostedBatch(entries=0, lines=0, total=Decimal("0.00"), seal=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_count, line_count, total FROM ledger_batch WHERE first_entry = %s", [first])
        entries, lines, total = cursor.fetchone()
    return PostedBatch(entries=entries, lines=lines, total=total, seal=first)


def reverse(*, entry: Entry, source: str, reason: str, by: User, at: datetime) -> Entry:
    """Posts the mirror of `entry` with today's value date (that of `at` in the city's zone) and returns it.

    An entry is reversed once, a reversal never. Raises AlreadyPosted for a second time, Refused for a reversal.
    """
    if entry.reverses_id is not None:
        raise Refused(_("A reversal cannot be reversed."), remedy=_("Post the original again as a new entry."))
    drafts = [
        LineDraft(line.account_id, line.debit, line.credit, line.holding_id, line.head)
        for line in Line.objects.filter(entry_id=entry.pk).order_by("n")
    ]
    return post(
        source=source,
        value_date=timezone.localdate(at),
        lines=mirrored(drafts),
        by=by,
        at=at,
        memo=reason,
        reverses=entry,
    )


def _insert(
    drafts: str, params: Mapping[str, Any], *, label: str, memo: str, reverses: Entry | None, by: User, at: datetime
) -> int | None:
    """Runs the one statement in a savepoint and returns the first entry id, None when there was no draft."""
    if not connection.in_atomic_block:
        raise NoTransaction(f"{label}: open transaction.atomic() around the use case before posting.")
    if at.tzinfo is None:
        raise ValueError("`at` must be an aware datetime.")
    own: dict[str, Any] = {
        "ledger_label": label,
        "ledger_at": at,
        "ledger_by": by.pk,
        "ledger_memo": memo,
        "ledger_reverses": reverses.pk if reverses else None,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_POST.format(drafts=drafts), {**params, **own})
            (first,) = cursor.fetchone()
    except IntegrityError as error:
        raise _explained(error, label) from error
    return first


def _explained(error: IntegrityError, label: str) -> Exception:
    """AlreadyPosted when a source, a batch label or a reversed entry is used a second time; else the error itself."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None) or ""
    if constraint in ("entry_source_once", "batch_posted_once"):
        detail = getattr(diagnosis, "message_detail", None) or ""  # Key (source)=(bill:12) already exists.
        return AlreadyPosted(detail.partition(")=(")[2].rpartition(")")[0] or label)
    if constraint == "entry_reversed_once":
        return AlreadyPosted(label)
    return error
