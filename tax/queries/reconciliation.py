"""Re-derives what is kept beside the books and what is said twice; run by `check_books` every night.

Each check yields a sentence for each row that does not add up.
"""

from __future__ import annotations

from collections.abc import Iterable

from imis.ledger.checks import register_check, sentences

# What each holding owes, from lines and allocations alone.
_LIVE = """
    SELECT x.holding_id, sum(x.unpaid) AS unpaid, min(x.fiscal_year) FILTER (WHERE x.unpaid > 0) AS oldest,
           max(x.fiscal_year) AS last
    FROM (
        SELECT b.holding_id, b.fiscal_year, coalesce(l.amount, 0) - coalesce(a.amount, 0) AS unpaid
        FROM tax_bill b
        LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM tax_billline GROUP BY bill_id) l ON l.bill_id = b.id
        LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM tax_allocation WHERE kind IN ('principal', 'rebate')
                   GROUP BY bill_id) a ON a.bill_id = b.id
    ) x GROUP BY x.holding_id
"""


@register_check("standings equal lines less allocations")
def standing_differences() -> Iterable[str]:
    """Holdings whose standing is not what the lines and allocations say."""
    return sentences(f"""
        SELECT format('holding %s: standing %s from %s, billed to %s; lines say %s from %s, billed to %s',
                      coalesce(s.holding_id, v.holding_id), s.unpaid_amount, s.oldest_unpaid_year, s.last_billed_year,
                      v.unpaid, v.oldest, v.last)
        FROM tax_standing s FULL JOIN ({_LIVE}) v ON v.holding_id = s.holding_id
        WHERE (s.unpaid_amount, s.oldest_unpaid_year, s.last_billed_year) IS DISTINCT FROM (v.unpaid, v.oldest, v.last)
    """)  # noqa: S608 - the part filled in is the constant above


@register_check("receivables equal lines less allocations")
def receivable_differences() -> Iterable[str]:
    """Holdings whose receivable in the ledger is not what the lines and allocations say."""
    return sentences(f"""
        SELECT format('holding %s: receivable %s, lines less allocations %s', coalesce(r.holding_id, v.holding_id),
                      coalesce(r.amount, 0), coalesce(v.unpaid, 0))
        FROM (SELECT holding_id, sum(debit - credit) AS amount FROM ledger_line WHERE account_id = 'receivable_tax'
              GROUP BY holding_id) r
        FULL JOIN ({_LIVE}) v ON v.holding_id = r.holding_id
        WHERE coalesce(r.amount, 0) <> coalesce(v.unpaid, 0)
    """)  # noqa: S608 - the part filled in is the constant above


@register_check("advances equal the payers' credit")
def advance_differences() -> Iterable[str]:
    """Holdings whose credit in the ledger is not what their payments left."""
    return sentences("""
        SELECT format('holding %s: ledger %s, payments %s', coalesce(r.holding_id, v.holding_id), coalesce(r.amount, 0),
                      coalesce(v.amount, 0))
        FROM (SELECT holding_id, sum(credit - debit) AS amount FROM ledger_line WHERE account_id = 'advance'
              GROUP BY holding_id) r
        FULL JOIN (SELECT p.holding_id, sum(a.amount) AS amount
                   FROM tax_allocation a JOIN tax_payment p ON p.id = a.payment_id
                   WHERE a.kind = 'advance' GROUP BY p.holding_id) v ON v.holding_id = r.holding_id
        WHERE coalesce(r.amount, 0) <> coalesce(v.amount, 0)
    """)


@register_check("no credit beside a debt")
def credit_beside_debt() -> Iterable[str]:
    """Holdings that owe while the corporation holds their money: their credit should have settled it at once."""
    return sentences(f"""
        SELECT format('holding %s owes %s and has a credit of %s', v.holding_id, v.unpaid, c.amount)
        FROM (SELECT p.holding_id, sum(a.amount) AS amount
              FROM tax_allocation a JOIN tax_payment p ON p.id = a.payment_id
              WHERE a.kind = 'advance' GROUP BY p.holding_id HAVING sum(a.amount) > 0) c
        JOIN ({_LIVE}) v ON v.holding_id = c.holding_id
        WHERE v.unpaid > 0
        ORDER BY v.holding_id
    """)  # noqa: S608 - the part filled in is the constant above


@register_check("bills keep their hash")
def bill_hash_differences() -> Iterable[str]:
    """Bills of which a figure or a word was altered after they were issued."""
    return sentences("""
        SELECT format('bill %s (%s) is not what was issued', id, number) FROM tax_bill
        WHERE row_hash <> tax_bill_hash(
            id, number, holding_id, assessment_id, fiscal_year, quarter, issued_on, due_on, principal_amount,
            arrears_amount, surcharge_amount, rebate_amount, rounding_amount, advance_amount, payable_amount, snapshot)
        ORDER BY id
    """)


@register_check("bills equal their lines")
def bill_line_differences() -> Iterable[str]:
    """Bills whose lines do not sum to their demand, or that were never posted."""
    return sentences("""
        SELECT format('bill %s (%s) asks for %s, its lines for %s, the ledger for %s', b.id, b.number,
                      b.principal_amount, coalesce(l.amount, 0), coalesce(e.amount, 0))
        FROM tax_bill b
        LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM tax_billline GROUP BY bill_id) l ON l.bill_id = b.id
        LEFT JOIN ledger_entry e ON e.source = 'bill:' || b.id::text
        WHERE (l.amount = b.principal_amount AND e.amount = b.principal_amount) IS NOT TRUE
    """)


@register_check("payments equal their parts")
def payment_differences() -> Iterable[str]:
    """Payments whose parts do not sum to the money taken, or to nothing once reversed."""
    return sentences("""
        SELECT format('payment %s of %s: its parts sum to %s', p.id, p.amount, coalesce(a.amount, 0))
        FROM tax_payment p
        LEFT JOIN tax_reversal r ON r.payment_id = p.id
        LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM tax_allocation WHERE kind <> 'rebate'
                   GROUP BY payment_id) a ON a.payment_id = p.id
        WHERE coalesce(a.amount, 0) <> CASE WHEN r.id IS NULL THEN p.amount ELSE 0 END
    """)


@register_check("payments equal their entries")
def payment_entry_differences() -> Iterable[str]:
    """Payments that say another amount, day, holding or cause than the ledger; reversals of another entry.

    Not who took them and when: a set of payments is posted by one officer at one moment (the demo city's history).
    """
    return sentences("""
        SELECT format('payment %s (entry %s): %s of %s (%s:%s) for holding %s; ledger: %s of %s (%s) for %s', p.id,
                      p.entry_id, p.amount, p.value_date, p.channel, p.reference, p.holding_id, l.money, e.value_date,
                      e.source, l.holdings)
        FROM tax_payment p
        LEFT JOIN ledger_entry e ON e.id = p.entry_id
        LEFT JOIN LATERAL (
            SELECT sum(debit - credit) FILTER (WHERE account_id IN ('cash_counter', 'bank')) AS money,
                   array_agg(DISTINCT holding_id) FILTER (WHERE holding_id IS NOT NULL) AS holdings
            FROM ledger_line WHERE entry_id = p.entry_id
        ) l ON true
        WHERE (l.money, l.holdings, e.value_date, e.source)
              IS DISTINCT FROM (p.amount, ARRAY[p.holding_id], p.value_date, p.channel || ':' || p.reference)
        UNION ALL
        SELECT format('reversal of payment %s: its entry %s undoes entry %s', r.payment_id, r.entry_id, e.reverses_id)
        FROM tax_reversal r JOIN tax_payment p ON p.id = r.payment_id LEFT JOIN ledger_entry e ON e.id = r.entry_id
        WHERE e.reverses_id IS DISTINCT FROM p.entry_id
    """)


@register_check("surcharge, rounding and rebate equal the ledger")
def part_differences() -> Iterable[str]:
    """Holdings of which the allocations say another surcharge, rounding or rebate than the ledger."""
    return sentences("""
        SELECT format('holding %s, %s: ledger %s, payments %s', coalesce(r.holding_id, v.holding_id),
                      coalesce(r.kind, v.kind), coalesce(r.amount, 0), coalesce(v.amount, 0))
        FROM (SELECT l.holding_id, k.kind, sum((l.credit - l.debit) * k.sign) AS amount
              FROM ledger_line l JOIN (VALUES ('revenue_surcharge', 'surcharge', 1), ('rounding', 'rounding', 1),
                                              ('rebate_expense', 'rebate', -1)) AS k (account, kind, sign)
                ON k.account = l.account_id
              WHERE l.head IS DISTINCT FROM 'sludge'
              GROUP BY l.holding_id, k.kind) r
        FULL JOIN (SELECT p.holding_id, a.kind, sum(a.amount) AS amount
                   FROM tax_allocation a JOIN tax_payment p ON p.id = a.payment_id
                   WHERE a.kind IN ('surcharge', 'rounding', 'rebate') GROUP BY p.holding_id, a.kind) v
          ON v.holding_id = r.holding_id AND v.kind = r.kind
        WHERE coalesce(r.amount, 0) <> coalesce(v.amount, 0)
    """)


@register_check("bill numbers without gap")
def bill_number_gaps() -> Iterable[str]:
    """Wards' quarters in which a bill number is missing."""
    return sentences("""
        SELECT format('ward %s, %s quarter %s: %s bills, numbers up to %s', ward_id, fiscal_year, quarter, count(*),
                      max(split_part(number, '-', 4)::bigint))
        FROM tax_bill GROUP BY ward_id, fiscal_year, quarter
        HAVING count(*) <> max(split_part(number, '-', 4)::bigint)
    """)
