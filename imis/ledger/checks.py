"""Re-derives the balances of the books; upper apps add their own reconciliations with `register_check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}


@dataclass(frozen=True)
class Discrepancy:
    """One thing that does not add up: the check's name and a sentence naming the row."""

    check: str
    detail: str


def register_check(name: str) -> Callable[[Check], Check]:
    """Adds a check: a function of no arguments that yields one sentence for each discrepancy.

    Import the module that holds it in the app's `AppConfig.ready`. Raises ValueError for a name taken by another.
    """

    def add(check: Check) -> Check:
        if _checks.get(name, check).__qualname__ != check.__qualname__:
            raise ValueError(f"The check {name} is registered twice.")
        _checks[name] = check
        return check

    return add


def check_names() -> list[str]:
    """The registered checks in order of registration."""
    return list(_checks)


def discrepancies() -> Iterable[Discrepancy]:
    """Runs every check and yields what does not add up."""
    for name, check in _checks.items():
        for detail in check():
            yield Discrepancy(name, detail)


def sentences(sql: str) -> Iterable[str]:
    """The first column of each row of `sql`: the usual body of a check."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for (text,) in cursor.fetchall():
            yield text


@register_check("entries equal their lines")
def _entries() -> Iterable[str]:
    return sentences("""
        SELECT format('entry %s (%s) of %s: %s of %s lines, debit %s, credit %s', e.id, e.source, e.amount,
                      coalesce(s.lines, 0), e.line_count, coalesce(s.debit, 0), coalesce(s.credit, 0))
        FROM ledger_entry e LEFT JOIN (
            SELECT entry_id, count(*) AS lines, sum(debit) AS debit, sum(credit) AS credit FROM ledger_line
            GROUP BY entry_id
        ) s ON s.entry_id = e.id
        WHERE (s.lines = e.line_count AND s.debit = e.amount AND s.credit = e.amount) IS NOT TRUE ORDER BY e.id""")


@register_check("every line has its entry")
def _lines() -> Iterable[str]:
    return sentences("""
        SELECT format('line %s.%s: no such entry', l.entry_id, l.n) FROM ledger_line l
        LEFT JOIN ledger_entry e ON e.id = l.entry_id WHERE e.id IS NULL ORDER BY l.entry_id, l.n""")


@register_check("batches equal their entries")
def _batches() -> Iterable[str]:
    return sentences("""
        SELECT format('batch %s (%s): %s entries, %s lines, %s taka sealed; %s, %s, %s found', b.first_entry, b.label,
                      b.entry_count, b.line_count, b.total,
                      coalesce(s.entries, 0), coalesce(s.lines, 0), coalesce(s.total, 0))
        FROM ledger_batch b LEFT JOIN LATERAL (
            SELECT count(*) AS entries, sum(e.line_count) AS lines, sum(e.amount) AS total
            FROM ledger_entry e WHERE e.id BETWEEN b.first_entry AND b.last_entry
        ) s ON true
        WHERE (s.entries = b.entry_count AND s.lines = b.line_count AND s.total = b.total) IS NOT TRUE
        ORDER BY b.first_entry""")


@register_check("every entry lies in a batch")
def _outside() -> Iterable[str]:
    return sentences("""
        SELECT format('entry %s (%s): in no batch', e.id, e.source) FROM ledger_entry e
        LEFT JOIN LATERAL (SELECT last_entry FROM ledger_batch b WHERE b.first_entry <= e.id
                           ORDER BY b.first_entry DESC LIMIT 1) b ON true
        WHERE (b.last_entry >= e.id) IS NOT TRUE ORDER BY e.id""")


@register_check("trial balance")
def _trial() -> Iterable[str]:
    return sentences("""
        SELECT format('debits %s, credits %s', sum(debit), sum(credit)) FROM ledger_line
        HAVING sum(debit) <> sum(credit)""")


@register_check("closed days hold their totals")
def _days() -> Iterable[str]:
    return sentences("""
        WITH days AS (
            SELECT day, details, (details ->> 'first')::bigint AS first, (details ->> 'last')::bigint AS last
            FROM ledger_seal WHERE kind = 'day'
        ), posted AS (
            SELECT d.day, l.account_id, sum(l.debit) AS debit, sum(l.credit) AS credit
            FROM days d JOIN ledger_seal s ON s.id BETWEEN d.first AND d.last AND s.kind = 'batch'
            JOIN ledger_batch b ON b.first_entry = s.batch_id
            JOIN ledger_line l ON l.entry_id BETWEEN b.first_entry AND b.last_entry
            GROUP BY d.day, l.account_id
        ), sealed AS (
            SELECT d.day, a.key AS account_id, (a.value ->> 0)::numeric AS debit, (a.value ->> 1)::numeric AS credit
            FROM days d, jsonb_each(d.details -> 'accounts') a
        )
        SELECT format('%s, account %s: debit %s, credit %s sealed; %s, %s found', coalesce(s.day, p.day),
                      coalesce(s.account_id, p.account_id), s.debit, s.credit, p.debit, p.credit)
        FROM sealed s FULL JOIN posted p ON p.day = s.day AND p.account_id = s.account_id
        WHERE (s.debit = p.debit AND s.credit = p.credit) IS NOT TRUE ORDER BY 1""")


@register_check("receipts equal the money of their entries")
def _receipts() -> Iterable[str]:
    return sentences("""
        SELECT format('receipt %s-%s of %s: its entry %s brought in %s', r.series, r.number, r.payload ->> 'amount',
                      r.entry_id, coalesce(s.money, 0))
        FROM ledger_receipt r LEFT JOIN LATERAL (
            SELECT sum(l.debit - l.credit) AS money FROM ledger_line l
            WHERE l.entry_id = r.entry_id AND l.account_id IN ('cash_counter', 'bank')
        ) s ON true
        WHERE ((r.payload ->> 'amount')::numeric = s.money) IS NOT TRUE ORDER BY r.series, r.number""")


@register_check("receipt numbers have no gap")
def _numbers() -> Iterable[str]:
    return sentences("""
        SELECT format('series %s: %s receipts, highest number %s, counter %s', coalesce(r.series, c.series), r.n,
                      r.highest, c.last)
        FROM (SELECT series, count(*) AS n, max(number) AS highest FROM ledger_receipt GROUP BY series) r
        FULL JOIN (SELECT substr(series, 9) AS series, last FROM imis_counter WHERE series LIKE 'receipt:_%') c
        ON c.series = r.series
        WHERE (r.n = r.highest AND r.highest = c.last) IS NOT TRUE ORDER BY 1""")


@register_check("reversals mirror their entries")
def _reversals() -> Iterable[str]:
    return sentences("""
        WITH pairs AS (SELECT id AS mirror, reverses_id AS original FROM ledger_entry WHERE reverses_id IS NOT NULL),
        net AS (
            SELECT p.mirror, l.account_id, l.holding_id, l.head, sum(l.debit - l.credit) AS rest
            FROM pairs p JOIN ledger_line l ON l.entry_id IN (p.mirror, p.original)
            GROUP BY p.mirror, l.account_id, l.holding_id, l.head
        )
        SELECT format('entry %s leaves %s on %s, holding %s', mirror, rest, account_id, holding_id)
        FROM net WHERE rest <> 0 ORDER BY mirror""")
