-- What became of every holding in scope, with the reason where nothing did.
SELECT decision, count(*) FROM assessment_stage GROUP BY decision
UNION ALL
SELECT CASE WHEN h.state <> 'active' THEN 'inactive'
            WHEN NOT EXISTS (SELECT 1 FROM holdings_unit u WHERE u.holding_id = h.id AND u.valid @> %(valid_from)s::date) THEN 'no_units'
            ELSE 'no_rent_rate' END AS reason, count(*)
FROM holdings_holding h
WHERE {scope} AND NOT EXISTS (SELECT 1 FROM assessment_stage s WHERE s.holding_id = h.id)
GROUP BY 1
