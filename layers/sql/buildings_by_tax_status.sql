-- The worst holding of a building decides its colour.
SELECT b.id, b.ward_id::integer AS ward, s.status, s.holdings, s.oldest_unpaid_year, b.bin::text AS bin, b.geom
FROM holdings_building b
CROSS JOIN LATERAL (
    SELECT CASE
               WHEN min(t.oldest_unpaid_year) < %(fiscal_year)s - 1 THEN 'arrears_2'
               WHEN min(t.oldest_unpaid_year) = %(fiscal_year)s - 1 THEN 'arrears_1'
               WHEN min(t.oldest_unpaid_year) >= %(fiscal_year)s THEN 'current'
               WHEN count(t.last_billed_year) > 0 THEN 'paid'
               ELSE 'not_billed'
           END AS status,
           count(l.holding_id)::integer AS holdings,
           min(t.oldest_unpaid_year)::integer AS oldest_unpaid_year
    FROM holdings_holdingbuilding l LEFT JOIN tax_standing t ON t.holding_id = l.holding_id
    WHERE l.building_id = b.id
) s
