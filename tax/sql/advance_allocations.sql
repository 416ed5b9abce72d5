-- What the credit settled, under the postings just made of it: their keys follow each other in the order of the sources.
INSERT INTO tax_allocation (payment_id, reversal_id, bill_id, head_id, kind, amount, policy, entry_id, effective_on)
SELECT payment_id, NULL::bigint, bill_id, head, kind, amount, %(policy)s,
       %(first_entry)s + dense_rank() OVER (ORDER BY 'advance:' || bill_id::text || ':' || payment_id::text) - 1,
       %(issued_on)s::date
FROM (
    SELECT payment_id, bill_id, head, 'principal' AS kind, amount FROM advance_use WHERE amount > 0
    UNION ALL
    SELECT payment_id, bill_id, head, 'rebate', rebate FROM advance_use WHERE rebate > 0
    UNION ALL
    SELECT payment_id, bill_id, 'rounding', 'rounding', rounding FROM advance_use WHERE rounding <> 0
    UNION ALL
    SELECT payment_id, bill_id, 'advance', 'advance', -sum(amount + rounding) FROM advance_use GROUP BY payment_id, bill_id
) x
