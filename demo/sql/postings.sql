-- The ledger lines of the payments, in the order and on the accounts of tax.services.payments.
SELECT c.channel || ':' || c.reference AS source, c.value_date,
       row_number() OVER (PARTITION BY c.holding_id ORDER BY l.place, l.head) AS n, l.account, l.holding_id, l.head,
       greatest(l.amount, 0) AS debit, greatest(-l.amount, 0) AS credit
FROM demo_claim c
JOIN (
    SELECT holding_id AS payer, 0 AS place, CASE WHEN channel IN ('counter', 'collector') THEN 'cash_counter' ELSE 'bank' END AS account,
           NULL::bigint AS holding_id, '' AS head, amount FROM demo_claim
    UNION ALL
    SELECT holding_id, 1, 'rebate_expense', holding_id, head_id, sum(amount) FROM demo_share WHERE kind = 'rebate' GROUP BY holding_id, head_id
    UNION ALL
    SELECT holding_id, 2, 'receivable_tax', holding_id, head_id, -sum(amount) FROM demo_share
    WHERE kind IN ('principal', 'rebate') GROUP BY holding_id, head_id
    UNION ALL
    SELECT holding_id, 3, CASE kind WHEN 'surcharge' THEN 'revenue_surcharge' ELSE 'rounding' END, holding_id, kind, -sum(amount)
    FROM demo_share WHERE kind IN ('surcharge', 'rounding') GROUP BY holding_id, kind
) l ON l.payer = c.holding_id
