-- Why the others of the wards got no bill now.
SELECT reason, count(*) FROM (
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM tax_bill b WHERE b.holding_id = h.id AND b.fiscal_year = %(fiscal_year)s AND b.quarter = %(quarter)s) THEN 'billed_before'
        WHEN h.state <> 'active' THEN 'inactive'
        WHEN EXISTS (SELECT 1 FROM tax_assessment a WHERE a.holding_id = h.id AND a.state IN ('in_force', 'superseded')
                     AND a.valid @> %(starts_on)s::date) THEN 'no_tax'
        WHEN EXISTS (SELECT 1 FROM tax_assessment a WHERE a.holding_id = h.id AND a.state = 'proposed') THEN 'awaits_approval'
        WHEN EXISTS (SELECT 1 FROM tax_assessment a WHERE a.holding_id = h.id AND a.state = 'in_force'
                     AND upper(a.valid) <= %(starts_on)s::date) THEN 'assessment_ended'
        ELSE 'not_assessed' END AS reason
    FROM holdings_holding h LEFT JOIN bill_pick p ON p.holding_id = h.id
    WHERE {scope} AND p.holding_id IS NULL
) x GROUP BY reason
