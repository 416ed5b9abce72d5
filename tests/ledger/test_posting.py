"""Posting, reversing and reading balances, through the services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from imis.errors import Refused
from imis.ledger import proofs, queries
from imis.ledger.checks import discrepancies, register_check
from imis.ledger.models import Batch, Entry, Line, Seal
from imis.ledger.rules import canonical
from imis.ledger.services import (
    AlreadyPosted,
    KeyReused,
    LineDraft,
    UnbalancedDraft,
    post,
    post_set,
    recall,
    remember,
    reverse,
)
from tests.ledger.books import AT, DAY, clerk, pair, posted, posted_bills

ACCOUNTS = ["cash_counter", "bank", "receivable_tax", "revenue_tax", "advance"]
Balances = dict[tuple[str, int], Decimal]


def balances() -> Balances:
    return {(a, h): queries.holding_balance(h, a) for a in ACCOUNTS for h in (1, 2, 3)}


@pytest.mark.django_db
def test_an_entry_keeps_its_facts_and_its_hash() -> None:
    entry = posted("counter:1", "12345678.90", memo="কাউন্টার | 5:x")
    assert (entry.amount, entry.line_count, entry.value_date, entry.recorded_at) == (Decimal("12345678.90"), 2, DAY, AT)
    assert [(line.n, line.account_id, line.debit, line.credit) for line in entry.lines.order_by("n")] == [
        (1, "cash_counter", Decimal("12345678.90"), Decimal("0.00")),
        (2, "receivable_tax", Decimal("0.00"), Decimal("12345678.90")),
    ]
    assert bytes(entry.row_hash) == canonical.entry_hash(
        entry.pk, "counter:1", DAY, AT, clerk().pk, "কাউন্টার | 5:x", None, Decimal("12345678.90"), 2
    )
    assert queries.batch_of(entry).label == "counter:1"


@pytest.mark.django_db
def test_a_source_is_posted_once_and_the_transaction_stays_usable() -> None:
    posted("counter:1")
    with pytest.raises(AlreadyPosted) as again:
        posted("counter:1", "999.00")
    assert again.value.source == "counter:1"
    posted("counter:2")
    assert queries.balance("cash_counter") == Decimal("200.00")
    posted_bills("run", 5)
    with pytest.raises(AlreadyPosted) as run_again:
        post_set(
            batch="another",
            drafts_sql="SELECT 'run:3' AS source, DATE '2026-07-15' AS value_date, n, 'bank' AS account, "
            "1 AS holding_id, '' AS head, 2 - n AS debit, n - 1 AS credit FROM generate_series(1, 2) n",
            params=None, by=clerk(), at=AT,
        )  # fmt: skip
    assert run_again.value.source == "run:3"


@pytest.mark.django_db
def test_a_set_is_one_batch_and_an_empty_set_is_none() -> None:
    batch = posted_bills("run", 250)
    assert (batch.entries, batch.lines, batch.total) == (250, 500, Decimal("31437.50"))
    assert Batch.objects.get().entry_count == 250
    assert queries.balance("receivable_tax") == Decimal("31437.50") == -queries.balance("revenue_tax")
    assert posted_bills("none", 0).seal is None
    assert Batch.objects.count() == 1
    ordered = list(Entry.objects.order_by("id").values_list("source", flat=True))
    assert ordered == sorted(ordered)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "at least two"),
        (pair("100.00")[:1], "at least two"),
        ([LineDraft("bank", debit=Decimal(5)), LineDraft("advance", credit=Decimal(4))], "differ by 1"),
        ([LineDraft("bank", debit=Decimal("0.005")), LineDraft("advance", credit=Decimal("0.005"))], "paisa"),
        ([LineDraft("bank", debit=Decimal(-5)), LineDraft("advance", credit=Decimal(-5))], "amount"),
        ([LineDraft("bank", debit=Decimal("NaN")), LineDraft("advance", credit=Decimal(1))], "amount"),
        ([LineDraft("bank", debit=Decimal(0)), LineDraft("advance", credit=Decimal(0))], "exactly one"),
        ([LineDraft("bank", debit=5.0), LineDraft("advance", credit=Decimal(5))], "not a Decimal"),  # type: ignore[arg-type]
    ],
)
def test_a_draft_that_is_no_posting_is_refused_before_the_database(lines: list[LineDraft], words: str) -> None:
    with pytest.raises(UnbalancedDraft, match=words):
        post(source="x", value_date=DAY, lines=lines, by=clerk(), at=AT)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_two_value_dates_in_one_source_are_refused() -> None:
    sql = """SELECT 'x' AS source, DATE '2026-07-15' + n AS value_date, n, 'bank' AS account, 1 AS holding_id,
             '' AS head, 2 - n AS debit, n - 1 AS credit FROM generate_series(1, 2) n"""
    with pytest.raises(IntegrityError, match="value_date"):
        post_set(batch="x", drafts_sql=sql, params=None, by=clerk(), at=AT)


@pytest.mark.django_db
def test_an_entry_is_reversed_once_and_a_reversal_never() -> None:
    entry = posted("counter:1")
    mirror = reverse(entry=entry, source="counter:1:reversed", reason="wrong holding", by=clerk(), at=AT)
    assert (mirror.reverses, mirror.memo, mirror.amount) == (entry, "wrong holding", entry.amount)
    assert queries.balance("cash_counter") == 0
    with pytest.raises(AlreadyPosted):
        reverse(entry=entry, source="counter:1:again", reason="x", by=clerk(), at=AT)
    with pytest.raises(Refused):
        reverse(entry=mirror, source="counter:1:back", reason="x", by=clerk(), at=AT)
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_balances_are_read_at_a_value_date() -> None:
    posted("today", "10.00")
    post(source="later", value_date=DAY + timedelta(days=30), lines=pair("7.00"), by=clerk(), at=AT)
    assert queries.balance("cash_counter", DAY) == Decimal("10.00")
    assert queries.holding_balance(1, "cash_counter", DAY + timedelta(days=30)) == Decimal("17.00")
    assert queries.holding_balance(2, "cash_counter") == 0
    rows = {row.account.code: row for row in queries.trial_balance(DAY)}
    assert rows["cash_counter"].balance == Decimal("10.00") == -rows["receivable_tax"].balance
    assert rows["bank"].debit == 0
    assert [entry.source for entry in queries.day_book(DAY)] == ["today"]


@pytest.mark.django_db
def test_the_same_request_gets_the_first_answer() -> None:
    assert recall(key="k", request_hash=b"a" * 32) is None
    remember(key="k", request_hash=b"a" * 32, response={"receipt": 7}, at=AT)
    assert recall(key="k", request_hash=b"a" * 32) == {"receipt": 7}
    with pytest.raises(KeyReused):
        recall(key="k", request_hash=b"b" * 32)
    with pytest.raises(KeyReused):
        remember(key="k", request_hash=b"a" * 32, response={"receipt": 8}, at=AT)


@pytest.mark.django_db
def test_an_upper_app_adds_its_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    from imis.ledger import checks

    monkeypatch.setattr(checks, "_checks", dict(checks._checks))

    @register_check("dues equal the receivable account")
    def reconcile() -> list[str]:
        return ["holding 12: 3.00 due, 4.00 in the books"]

    assert [(d.check, d.detail) for d in discrepancies()] == [
        ("dues equal the receivable account", "holding 12: 3.00 due, 4.00 in the books")
    ]


amounts = st.integers(1, 10**9).map(lambda paisa: (Decimal(paisa) / 100).quantize(Decimal("0.01")))
drafts = st.tuples(
    st.sampled_from(ACCOUNTS),
    st.lists(st.tuples(st.sampled_from(ACCOUNTS), amounts), min_size=1, max_size=4),
    st.integers(1, 3),
)
acts = st.lists(st.one_of(drafts, st.integers(0, 30)), min_size=1, max_size=15)


class Interleavings(TestCase):
    """Any order of postings and reversals."""

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(acts)
    def test_debits_equal_credits_and_a_reversal_restores(self, script: list[Any]) -> None:
        standing: list[tuple[Entry, Balances]] = []
        for number, act in enumerate(script):
            before = balances()
            if isinstance(act, tuple):
                standing.append((self.post(number, act), before))
            elif standing:
                entry, _ = standing.pop(act % len(standing))
                self.undo(entry, number, before)
        rows = queries.trial_balance()
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
        assert list(discrepancies()) == []
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert list(proofs.findings()) == []
        assert Seal.objects.count() == Batch.objects.count() == Entry.objects.count()

    def post(self, number: int, act: tuple[str, list[tuple[str, Decimal]], int]) -> Entry:
        account, credits, holding = act
        total = sum((amount for _, amount in credits), Decimal(0))
        lines = [LineDraft(account, debit=total, holding_id=holding)]
        lines += [LineDraft(other, credit=amount, holding_id=holding) for other, amount in credits]
        return posted(f"act:{number}", lines=lines)

    def undo(self, entry: Entry, number: int, before: Balances) -> None:
        effect: Balances = dict.fromkeys(before, Decimal(0))
        for line in Line.objects.filter(entry=entry):
            effect[line.account_id, int(line.holding_id or 0)] += line.debit - line.credit
        reverse(entry=entry, source=f"undo:{number}", reason="undone", by=clerk(), at=AT)
        after = balances()
        assert all(after[key] == before[key] - effect[key] for key in before)
