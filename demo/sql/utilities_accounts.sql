-- What the providers say of each holding: draws that depend on its code alone.
CREATE TEMP TABLE demo_subscriber ON COMMIT DROP AS
SELECT h.id AS holding_id, h.ward_id, h.code,
    (('x' || substr(md5(h.code || '/power'), 1, 7))::bit(28)::int) / 268435456.0 AS power,
    (('x' || substr(md5(h.code || '/water'), 1, 7))::bit(28)::int) / 268435456.0 AS water,
    (('x' || substr(md5(h.code || '/sewer'), 1, 7))::bit(28)::int) / 268435456.0 AS sewer,
    %(today)s::date - (200 + (('x' || substr(md5(h.code || '/since'), 1, 7))::bit(28)::int) %% 3000) AS since,
    EXISTS (
        SELECT FROM holdings_holdingbuilding l JOIN utilities_sewerreach r ON r.building_id = l.building_id
        WHERE l.holding_id = h.id AND r.distance_m <= 30) AS near_sewer
FROM holdings_holding h WHERE h.code IS NOT NULL
;
-- Connected and never anything else; most of the city.
INSERT INTO utilities_connection (provider_id, service, holding_id, account_number, account_key, meter_number, status, valid)
SELECT provider, service, holding_id, number, utilities_account_key(number), meter, 'connected', daterange(since, NULL)
FROM (
    SELECT 'WZPDCL' AS provider, 'electricity' AS service, holding_id, since, power AS draw, 0.0 AS low, 0.9 AS high,
        format('E-%%s-%%s', ward_id, lpad(holding_id::text, 7, '0')) AS number, 'M' || lpad(holding_id::text, 8, '0') AS meter
    FROM demo_subscriber
    UNION ALL
    SELECT 'KWASA', 'water', holding_id, since, water, 0.0, 0.5,
        format('W-%%s-%%s', ward_id, lpad(holding_id::text, 7, '0')), 'K' || lpad(holding_id::text, 8, '0')
    FROM demo_subscriber
    UNION ALL
    SELECT 'KWASA', 'sewerage', holding_id, since, sewer, 0.0, 0.45,
        format('S-%%s-%%s', ward_id, lpad(holding_id::text, 7, '0')), ''
    FROM demo_subscriber WHERE near_sewer
) told
WHERE draw >= low AND draw < high
;
-- Cut off lately: what was is still there.
INSERT INTO utilities_connection (provider_id, service, holding_id, account_number, account_key, meter_number, status, valid)
SELECT provider, service, holding_id, number, utilities_account_key(number), meter, state.status, state.valid
FROM (
    SELECT 'WZPDCL' AS provider, 'electricity' AS service, holding_id, since,
        format('E-%%s-%%s', ward_id, lpad(holding_id::text, 7, '0')) AS number, 'M' || lpad(holding_id::text, 8, '0') AS meter
    FROM demo_subscriber WHERE power >= 0.9 AND power < 0.94
    UNION ALL
    SELECT 'KWASA', 'water', holding_id, since,
        format('W-%%s-%%s', ward_id, lpad(holding_id::text, 7, '0')), 'K' || lpad(holding_id::text, 8, '0')
    FROM demo_subscriber WHERE water >= 0.5 AND water < 0.58
) told
CROSS JOIN LATERAL (VALUES
    ('connected', daterange(since, since + 150)), ('disconnected', daterange(since + 150, NULL))) AS state (status, valid)
;
INSERT INTO utilities_connection (provider_id, service, holding_id, account_number, account_key, meter_number, status, valid)
SELECT 'KWASA', service, holding_id, '', '', '', 'never', daterange(since, NULL)
FROM (
    SELECT 'water' AS service, holding_id, since FROM demo_subscriber WHERE water >= 0.58 AND water < 0.9
    UNION ALL
    SELECT 'sewerage', holding_id, since FROM demo_subscriber WHERE near_sewer AND sewer >= 0.45
) told
