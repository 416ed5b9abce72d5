-- The best connection of a building's holdings decides its colour. No account, no meter.
SELECT b.id, b.ward_id::integer AS ward, s.status, s.providers, s.accounts, b.bin::text AS bin, b.geom
FROM holdings_building b
CROSS JOIN LATERAL (
    SELECT CASE
               WHEN bool_or(c.status = 'connected') THEN 'connected'
               WHEN bool_or(c.status = 'disconnected') THEN 'disconnected'
               WHEN bool_or(c.status = 'never') THEN 'never'
               ELSE 'unknown'
           END AS status,
           string_agg(DISTINCT c.provider_id::text, ', ') AS providers,
           (count(*) FILTER (WHERE c.account_key <> ''))::integer AS accounts
    FROM holdings_holdingbuilding l
    JOIN utilities_connection c ON c.holding_id = l.holding_id AND c.service = 'electricity' AND upper(c.valid) IS NULL
    WHERE l.building_id = b.id
) s
