-- Adds the new demand to what each holding owes.
INSERT INTO tax_standing AS s (holding_id, unpaid_amount, oldest_unpaid_year, last_billed_year)
SELECT holding_id, sum(amount), %(fiscal_year)s, %(fiscal_year)s FROM bill_pick_line GROUP BY holding_id
ON CONFLICT (holding_id) DO UPDATE
SET unpaid_amount = s.unpaid_amount + EXCLUDED.unpaid_amount,
    oldest_unpaid_year = least(s.oldest_unpaid_year, EXCLUDED.oldest_unpaid_year),
    last_billed_year = greatest(s.last_billed_year, EXCLUDED.last_billed_year)
