-- The unpaid lines of the holdings that pay, each with the group it belongs to on the day of payment (tax.rules.position).
CREATE TEMP TABLE demo_open ON COMMIT DROP AS
SELECT i.holding_id, b.id AS bill_id, b.fiscal_year, b.quarter, l.head_id, h.allocation_rank,
       CASE WHEN b.fiscal_year < %(fiscal_year)s THEN 'earlier_years'
            WHEN b.quarter < %(quarter)s THEN 'overdue' WHEN b.quarter = %(quarter)s THEN 'current' ELSE 'future' END AS grp,
       (100 * (l.amount - coalesce(a.settled, 0)))::bigint AS unpaid -- in paisa: whole numbers divide exactly
FROM demo_intent i
JOIN tax_standing s ON s.holding_id = i.holding_id AND s.unpaid_amount > 0
JOIN tax_bill b ON b.holding_id = i.holding_id AND b.fiscal_year >= s.oldest_unpaid_year
JOIN tax_billline l ON l.bill_id = b.id
JOIN tax_chargehead h ON h.code = l.head_id
LEFT JOIN LATERAL (
    SELECT sum(amount) AS settled FROM tax_allocation
    WHERE bill_id = b.id AND head_id = l.head_id AND kind IN ('principal', 'rebate')
) a ON true
WHERE l.amount > coalesce(a.settled, 0)
