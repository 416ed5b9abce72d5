-- The road of each line that enters: the one it names, else the nearest within 20 m of its middle (metric SRID).
CREATE TEMP TABLE intake_near ON COMMIT DROP AS
SELECT r.row_id, coalesce(r.road_id, near.id) AS near_id,
    round(ST_Length(ST_Transform(r.geom, 4326)::geography)::numeric, 2) AS length_m
FROM intake_ready r
LEFT JOIN LATERAL (
    SELECT close.id
    FROM (
        SELECT d.id, d.geom FROM holdings_road d WHERE d.geom IS NOT NULL
        ORDER BY d.geom <-> ST_PointOnSurface(r.geom) LIMIT 3
    ) close
    CROSS JOIN LATERAL (
        SELECT ST_Distance(ST_Transform(close.geom, %(metric)s), ST_Transform(ST_PointOnSurface(r.geom), %(metric)s)) AS metres
    ) away
    WHERE away.metres <= 20
    ORDER BY away.metres, close.id LIMIT 1
) near ON r.road_id IS NULL
;
ANALYZE intake_near
