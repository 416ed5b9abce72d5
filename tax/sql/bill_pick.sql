-- Who gets a bill: active, assessed for the quarter's first day, with something to pay in it, and without its bill yet.
-- Keys and numbers are given in the order of the route.
CREATE TEMP TABLE bill_pick ON COMMIT DROP AS
WITH governing AS (
    SELECT DISTINCT ON (a.holding_id) a.holding_id, a.id, a.yearly_tax_amount
    FROM tax_assessment a JOIN holdings_holding h ON h.id = a.holding_id
    WHERE {scope} AND a.state IN ('in_force', 'superseded') AND a.valid @> %(starts_on)s::date
    ORDER BY a.holding_id, (a.state = 'superseded'), a.version DESC
)
SELECT nextval('tax_bill_id_seq') AS bill_id, x.*
FROM (
    SELECT h.id AS holding_id, h.ward_id, h.route_order, g.id AS assessment_id,
           row_number() OVER (PARTITION BY h.ward_id ORDER BY h.route_order, h.id) AS n
    FROM holdings_holding h JOIN governing g ON g.holding_id = h.id
    WHERE {scope} AND h.state = 'active'
      -- Ten heads at most: from forty paisa a year on, some head has a paisa in every quarter; below, look.
      AND (g.yearly_tax_amount >= 0.40 OR EXISTS (
            SELECT 1 FROM tax_assessment a CROSS JOIN LATERAL jsonb_to_recordset(a.charges) AS c (yearly_amount numeric)
            WHERE a.id = g.id AND tax_instalments(c.yearly_amount, %(quarter)s - 1, %(quarter)s) > 0))
      AND NOT EXISTS (SELECT 1 FROM tax_bill b WHERE b.holding_id = h.id AND b.fiscal_year = %(fiscal_year)s
                      AND b.quarter = %(quarter)s)
    ORDER BY h.ward_id, h.route_order, h.id
) x
