-- What the credit settled, under the postings just made of it.
INSERT INTO tax_allocation (payment_id, reversal_id, bill_id, head_id, kind, amount, policy, entry_id, effective_on)
SELECT x.payment_id, NULL::bigint, x.bill_id, x.head, x.kind, x.amount, %(policy)s, e.id, %(issued_on)s::date
FROM (
    SELECT payment_id, bill_id, head, 'principal' AS kind, amount FROM advance_use WHERE amount > 0
    UNION ALL
    SELECT payment_id, bill_id, head, 'rebate', rebate FROM advance_use WHERE rebate > 0
    UNION ALL
    SELECT payment_id, bill_id, 'rounding', 'rounding', rounding FROM advance_use WHERE rounding <> 0
    UNION ALL
    SELECT payment_id, bill_id, 'advance', 'advance', -sum(amount + rounding) FROM advance_use GROUP BY payment_id, bill_id
) x
JOIN ledger_entry e ON e.id BETWEEN %(first_entry)s AND %(last_entry)s
 AND e.source = 'advance:' || x.bill_id::text || ':' || x.payment_id::text
