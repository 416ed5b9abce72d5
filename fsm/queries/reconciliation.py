"""What `check_books` asks of the sludge service: fees and money stand in the books, states follow from events."""

from __future__ import annotations

from collections.abc import Iterable

from imis.ledger.checks import register_check, sentences


@register_check("sludge fees equal their receivable")
def fees() -> Iterable[str]:
    """What is owed for emptying is the balance of its account."""
    return sentences("""
        WITH owed AS (
            SELECT coalesce((SELECT sum(amount) FROM fsm_charge), 0)
                   - coalesce((SELECT sum(p.amount) FROM fsm_payment p
                               WHERE NOT EXISTS (SELECT FROM fsm_reversal r WHERE r.payment_id = p.id)), 0) AS fees,
                   coalesce((SELECT sum(debit - credit) FROM ledger_line
                             WHERE account_id = 'receivable_sludge'), 0) AS books
        )
        SELECT format('sludge fees owed %s, in the books %s', fees, books) FROM owed WHERE fees <> books""")


@register_check("sludge fees and payments equal their entries")
def entries() -> Iterable[str]:
    """Each fee and each payment has an entry with its amount on the receivable of the service."""
    return sentences("""
        WITH money AS (
            SELECT 'fee of ' || request_id AS what, entry_id, amount FROM fsm_charge WHERE amount > 0
            UNION ALL SELECT 'payment ' || id, entry_id, -amount FROM fsm_payment
            UNION ALL SELECT 'reversal of ' || r.payment_id, r.entry_id, p.amount
            FROM fsm_reversal r JOIN fsm_payment p ON p.id = r.payment_id
        )
        SELECT format('%s: %s, in the books %s', m.what, m.amount, coalesce(l.net, 0))
        FROM money m LEFT JOIN LATERAL (
            SELECT sum(debit - credit) AS net FROM ledger_line
            WHERE entry_id = m.entry_id AND account_id = 'receivable_sludge') l ON true
        WHERE l.net IS DISTINCT FROM m.amount ORDER BY 1""")


@register_check("sludge requests stand where their events left them")
def states() -> Iterable[str]:
    """The state of a request is the one after its last event; events follow each other."""
    return sentences("""
        SELECT format('request %s stands %s, its last event says %s', r.number, r.state, last.after)
        FROM fsm_request r LEFT JOIN LATERAL (
            SELECT after FROM fsm_event e WHERE e.request_id = r.id ORDER BY n DESC LIMIT 1) last ON true
        WHERE last.after IS DISTINCT FROM r.state ORDER BY r.number""")
