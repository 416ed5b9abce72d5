-- The demand of each picked bill by head, and what the same charges ask in the quarters after it.
CREATE TEMP TABLE bill_pick_line ON COMMIT DROP AS
SELECT p.bill_id, p.holding_id, p.ward_id, c.head, k.account_code, k.name_bn, k.name_en,
       tax_instalments(c.yearly_amount, %(quarter)s - 1, %(quarter)s) AS amount,
       tax_instalments(c.yearly_amount, %(quarter)s, 4) AS rest,
       tax_instalments(c.yearly_amount, %(quarter)s, least(%(quarter)s + 2, 4)) AS next_two,
       row_number() OVER (PARTITION BY p.bill_id
                          ORDER BY tax_instalments(c.yearly_amount, %(quarter)s - 1, %(quarter)s) = 0, k.allocation_rank) AS n
FROM bill_pick p
JOIN tax_assessment a ON a.id = p.assessment_id
CROSS JOIN LATERAL jsonb_to_recordset(a.charges) AS c (head text, yearly_amount numeric)
JOIN tax_chargehead k ON k.code = c.head
