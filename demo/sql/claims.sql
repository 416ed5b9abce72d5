-- The payments to be written: who, when, how, and what is received. References run on within a channel.
CREATE TEMP TABLE demo_claim ON COMMIT DROP AS
SELECT md5('demo/' || %(period)s || '/' || p.holding_id)::uuid AS id, p.holding_id, p.channel,
       %(period)s || '-' || lpad((row_number() OVER (PARTITION BY p.channel ORDER BY p.turn))::text, 6, '0') AS reference,
       round(p.payable / 100.0, 2) AS amount, p.day AS value_date, p.turn,
       (p.day + time '10:00') AT TIME ZONE %(time_zone)s
           + interval '1 second' * least(18000, 20 * row_number() OVER (PARTITION BY p.day ORDER BY p.turn)) AS recorded_at,
       coalesce(o.name_bn, '') AS payer_name, coalesce(h.code, h.number_written) AS holding_number,
       CASE p.channel WHEN 'collector' THEN %(collector)s WHEN 'counter' THEN %(cashier)s ELSE %(officer)s END AS taken_by,
       jsonb_build_object('plan', i.plan, 'policy', %(policy)s::text, 'steps', w.steps) AS working
FROM demo_price p
JOIN demo_intent i ON i.holding_id = p.holding_id
JOIN demo_working w ON w.holding_id = p.holding_id
JOIN holdings_holding h ON h.id = p.holding_id
LEFT JOIN LATERAL (
    SELECT w.name_bn FROM holdings_ownership s JOIN holdings_owner w ON w.id = s.owner_id
    WHERE s.holding_id = p.holding_id AND s.valid @> p.day ORDER BY s.share DESC, w.id LIMIT 1
) o ON true
