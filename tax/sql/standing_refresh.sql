-- What these holdings owe, derived anew from lines and allocations.
INSERT INTO tax_standing (holding_id, unpaid_amount, oldest_unpaid_year, last_billed_year)
SELECT x.holding_id, sum(x.unpaid), min(x.fiscal_year) FILTER (WHERE x.unpaid > 0), max(x.fiscal_year)
FROM (
    SELECT b.holding_id, b.fiscal_year, b.principal_amount - coalesce(sum(a.amount), 0) AS unpaid
    FROM tax_bill b LEFT JOIN tax_allocation a ON a.bill_id = b.id AND a.kind IN ('principal', 'rebate')
    WHERE b.holding_id = ANY(%(holdings)s)
    GROUP BY b.id, b.holding_id, b.fiscal_year, b.principal_amount
) x
GROUP BY x.holding_id
ON CONFLICT (holding_id) DO UPDATE
SET unpaid_amount = EXCLUDED.unpaid_amount, oldest_unpaid_year = EXCLUDED.oldest_unpaid_year,
    last_billed_year = EXCLUDED.last_billed_year
