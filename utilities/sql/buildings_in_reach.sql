-- Buildings within %(metres)s true metres of a line. The index answers for a box that is wide enough; only what lies in it
-- is brought to the metric SRID and measured.
WITH sewer AS MATERIALIZED (
    SELECT ST_Transform(%(geom)s::geometry, %(metric)s) AS metric
), near AS (
    SELECT b.id, b.bin, b.ward_id, b.geom, ST_Distance(ST_Transform(b.geom, %(metric)s), s.metric) AS metres
    FROM holdings_building b, sewer s
    WHERE ST_DWithin(b.geom, %(geom)s::geometry, %(stretched)s)
        AND (%(wards)s::int[] IS NULL OR b.ward_id = ANY (%(wards)s::int[]))
)
SELECT n.id, n.bin, n.ward_id::int, round(n.metres::numeric, 1), h.holdings::int, h.connected,
    ST_AsGeoJSON(ST_Transform(n.geom, 4326), 7)
FROM near n
CROSS JOIN LATERAL (
    SELECT count(*) AS holdings, coalesce(bool_or(EXISTS (
        SELECT FROM utilities_connection c
        WHERE c.holding_id = l.holding_id AND c.service = 'sewerage' AND c.status = 'connected' AND upper(c.valid) IS NULL
    )), false) AS connected
    FROM holdings_holdingbuilding l WHERE l.building_id = n.id
) h
WHERE n.metres <= %(metres)s
ORDER BY n.metres, n.id
LIMIT %(most)s
