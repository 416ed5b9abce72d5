-- The register of one ward and quarter before it is issued: who would get a bill of how much, beside the last bill,
-- and why the others get none. The conditions are those of bill_pick and bill_outcome; a test compares them.
WITH governing AS (
    SELECT DISTINCT ON (a.holding_id) a.holding_id, a.annual_value, a.yearly_tax_amount, a.charges
    FROM tax_assessment a JOIN holdings_holding h ON h.id = a.holding_id
    WHERE h.ward_id = %(ward)s AND a.state IN ('in_force', 'superseded') AND a.valid @> %(starts_on)s::date
    ORDER BY a.holding_id, (a.state = 'superseded'), a.version DESC
), asked AS (
    SELECT g.holding_id, g.annual_value, g.yearly_tax_amount,
           (SELECT coalesce(sum(tax_instalments(c.yearly_amount, %(quarter)s - 1, %(quarter)s)), 0)
              FROM jsonb_to_recordset(g.charges) AS c (yearly_amount numeric)) AS amount
    FROM governing g
), owner AS (
    SELECT o.holding_id, string_agg(w.name_bn, ', ' ORDER BY o.share DESC, w.id) AS name_bn
    FROM holdings_ownership o
    JOIN holdings_owner w ON w.id = o.owner_id
    JOIN holdings_holding h ON h.id = o.holding_id
    WHERE h.ward_id = %(ward)s AND o.valid @> %(starts_on)s::date
    GROUP BY o.holding_id
), last_bill AS (
    SELECT DISTINCT ON (b.holding_id) b.holding_id, b.principal_amount
    FROM tax_bill b JOIN holdings_holding h ON h.id = b.holding_id
    WHERE h.ward_id = %(ward)s AND (b.fiscal_year, b.quarter) < (%(fiscal_year)s, %(quarter)s)
    ORDER BY b.holding_id, b.fiscal_year DESC, b.quarter DESC
)
SELECT h.id, coalesce(h.code, h.number_written), coalesce(o.name_bn, ''), a.annual_value, a.yearly_tax_amount,
       coalesce(b.principal_amount, a.amount, 0.00), l.principal_amount, coalesce(s.unpaid_amount, 0.00),
       CASE WHEN b.id IS NOT NULL THEN 'billed_before'
            WHEN h.state <> 'active' THEN 'inactive'
            WHEN a.amount > 0 THEN ''
            WHEN a.holding_id IS NOT NULL THEN 'no_tax'
            WHEN EXISTS (SELECT 1 FROM tax_assessment w WHERE w.holding_id = h.id AND w.state = 'proposed')
                THEN 'awaits_approval'
            ELSE 'not_assessed' END,
       b.id IS NOT NULL AND b.run_id IS NULL
FROM holdings_holding h
LEFT JOIN asked a ON a.holding_id = h.id
LEFT JOIN owner o ON o.holding_id = h.id
LEFT JOIN tax_bill b ON b.holding_id = h.id AND b.fiscal_year = %(fiscal_year)s AND b.quarter = %(quarter)s
LEFT JOIN last_bill l ON l.holding_id = h.id
LEFT JOIN tax_standing s ON s.holding_id = h.id
WHERE h.ward_id = %(ward)s
ORDER BY h.route_order, h.id
