-- One ward and quarter before it is issued: who would get a bill of how much, beside the last bill, and why the others
-- get none. The conditions are those of bill_pick and bill_outcome; a test compares them. Each holding finds its own
-- rows, so that a page of a hundred reads a hundred and not the ward.
WITH register AS (
    SELECT h.id, h.route_order, coalesce(h.code, h.number_written) AS number, a.annual_value, a.yearly_tax_amount,
           coalesce(b.principal_amount, a.amount, 0.00) AS amount, l.principal_amount AS last_amount,
           coalesce(s.unpaid_amount, 0.00) AS arrears, b.id IS NOT NULL AND b.run_id IS NULL AS ahead,
           CASE WHEN b.id IS NOT NULL THEN 'billed_before'
                WHEN h.state <> 'active' THEN 'inactive'
                WHEN a.amount > 0 THEN ''
                WHEN a.amount IS NOT NULL THEN 'no_tax'
                WHEN EXISTS (SELECT 1 FROM tax_assessment w WHERE w.holding_id = h.id AND w.state = 'proposed')
                    THEN 'awaits_approval'
                WHEN EXISTS (SELECT 1 FROM tax_assessment w WHERE w.holding_id = h.id AND w.state = 'in_force'
                             AND upper(w.valid) <= %(starts_on)s::date) THEN 'assessment_ended'
                ELSE 'not_assessed' END AS reason
    FROM holdings_holding h
    LEFT JOIN LATERAL (
        SELECT e.id, e.run_id, e.principal_amount FROM tax_bill e
        WHERE e.holding_id = h.id AND e.fiscal_year = %(fiscal_year)s AND e.quarter = %(quarter)s
        LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL (SELECT t.unpaid_amount FROM tax_standing t WHERE t.holding_id = h.id LIMIT 1) s ON true
    LEFT JOIN LATERAL (
        SELECT w.annual_value, w.yearly_tax_amount,
               (SELECT coalesce(sum(tax_instalments(c.yearly_amount, %(quarter)s - 1, %(quarter)s)), 0)
                  FROM jsonb_to_recordset(w.charges) AS c (yearly_amount numeric)) AS amount
        FROM tax_assessment w
        WHERE w.holding_id = h.id AND w.state IN ('in_force', 'superseded') AND w.valid @> %(starts_on)s::date
        ORDER BY (w.state = 'superseded'), w.version DESC
        LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT e.principal_amount FROM tax_bill e
        WHERE e.holding_id = h.id AND (e.fiscal_year, e.quarter) < (%(fiscal_year)s, %(quarter)s)
        ORDER BY e.fiscal_year DESC, e.quarter DESC
        LIMIT 1
    ) l ON true
    WHERE h.ward_id = %(ward)s
), judged AS (
    -- The rule of tax.rules.variation.
    SELECT *, reason = '' AND last_amount > 0 AND abs(amount - last_amount) * 100 >= last_amount * %(stands_out)s AS outlier
    FROM register
)
{picked}
