-- One posting a bill: receivable against the account of each head.
SELECT 'bill:' || l.bill_id::text AS source, %(issued_on)s::date AS value_date, 2 * l.n - 1 + side.k AS n,
       CASE side.k WHEN 0 THEN 'receivable_tax' ELSE l.account_code END AS account, l.holding_id, l.head,
       CASE side.k WHEN 0 THEN l.amount ELSE 0 END AS debit, CASE side.k WHEN 1 THEN l.amount ELSE 0 END AS credit
FROM bill_pick_line l CROSS JOIN (VALUES (0), (1)) AS side (k)
WHERE l.amount > 0
