-- What each receipt will say, in the order of its number.
SELECT e.id AS entry, c.id, c.holding_id, c.holding_number, c.amount, c.value_date, c.channel, c.reference, c.payer_name,
       c.working -> 'steps' AS working, h.ward_id, c.recorded_at, c.taken_by, s.lines
FROM demo_claim c
JOIN holdings_holding h ON h.id = c.holding_id
JOIN ledger_entry e ON e.source = c.channel || ':' || c.reference
JOIN (
    SELECT holding_id, jsonb_agg(jsonb_build_object('kind', kind, 'amount', amount::text) ORDER BY kind) AS lines
    FROM (SELECT holding_id, kind, sum(amount) AS amount FROM demo_share GROUP BY holding_id, kind) k GROUP BY holding_id
) s ON s.holding_id = c.holding_id
ORDER BY c.turn
