INSERT INTO tax_allocation (payment_id, reversal_id, bill_id, head_id, kind, amount, policy)
SELECT payment_id, NULL::bigint, bill_id, head, 'principal', amount, %(policy)s FROM advance_use
UNION ALL
SELECT payment_id, NULL, bill_id, head, 'rebate', rebate, %(policy)s FROM advance_use WHERE rebate > 0
UNION ALL
SELECT payment_id, NULL, bill_id, 'advance', 'advance', -sum(amount), %(policy)s FROM advance_use GROUP BY payment_id, bill_id
