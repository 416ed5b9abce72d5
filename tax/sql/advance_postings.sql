-- Credit and rebate against the receivable, the rounding on its own account; one posting for each bill and payment.
SELECT 'advance:' || bill_id::text || ':' || payment_id::text AS source, %(issued_on)s::date AS value_date,
       row_number() OVER (PARTITION BY bill_id, payment_id ORDER BY side, n) AS n, account, holding_id, head, debit, credit
FROM (
    SELECT bill_id, payment_id, holding_id, 0 AS side, 0 AS n, 'advance' AS account, 'advance' AS head,
           sum(amount + rounding) AS debit, 0 AS credit
    FROM advance_use GROUP BY bill_id, payment_id, holding_id
    UNION ALL
    SELECT bill_id, payment_id, holding_id, 1, n, 'rebate_expense', head, rebate, 0 FROM advance_use WHERE rebate > 0
    UNION ALL
    SELECT bill_id, payment_id, holding_id, 2, n, 'receivable_tax', head, 0, amount + rebate FROM advance_use WHERE amount > 0
    UNION ALL
    SELECT bill_id, payment_id, holding_id, 3, 0, 'rounding', 'rounding', greatest(-rounding, 0), greatest(rounding, 0)
    FROM advance_use WHERE rounding <> 0
) x
