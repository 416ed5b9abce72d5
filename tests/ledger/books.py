"""What the tests of the books share: a clerk, a clock, and short ways to post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from imis.ledger.models import Entry
from imis.ledger.services import LineDraft, PostedBatch, post, post_set
from imis.models import User

AT = datetime(2026, 7, 15, 4, 30, tzinfo=timezone.utc)
DAY = date(2026, 7, 15)

BILLS = """
    SELECT %(prefix)s || i AS source, DATE '2026-07-15' AS value_date, n,
           CASE n WHEN 1 THEN 'receivable_tax' ELSE 'revenue_tax' END AS account, i AS holding_id, 'tax' AS head,
           CASE n WHEN 1 THEN i + 0.25 ELSE 0 END AS debit, CASE n WHEN 1 THEN 0 ELSE i + 0.25 END AS credit
    FROM generate_series(1, %(count)s) i, generate_series(1, 2) n
"""


def clerk() -> User:
    """The one who posts."""
    return User.objects.get_or_create(username="clerk")[0]


def pair(amount: str, holding: int = 1, debit: str = "cash_counter", credit: str = "receivable_tax") -> list[LineDraft]:
    """Two lines: `amount` to `debit` and from `credit`."""
    taka = Decimal(amount)
    return [LineDraft(debit, debit=taka, holding_id=holding), LineDraft(credit, credit=taka, holding_id=holding)]


def posted(source: str, amount: str = "100.00", *, lines: Sequence[LineDraft] | None = None, memo: str = "") -> Entry:
    """One entry with the usual clerk and clock."""
    return post(source=source, value_date=DAY, lines=lines or pair(amount), by=clerk(), at=AT, memo=memo)


def posted_bills(batch: str, count: int) -> PostedBatch:
    """`count` bills of two lines in one batch."""
    return post_set(batch=batch, drafts_sql=BILLS, params={"prefix": f"{batch}:", "count": count}, by=clerk(), at=AT)


def payload(amount: str) -> dict[str, Any]:
    """What a receipt of `amount` says."""
    return {"amount": amount, "holding_number": "২২-০১২৩/ক", "lines": [{"head": "holding", "paid": amount, "n": 1}]}
