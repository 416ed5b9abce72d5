-- Each line of each road of the city, with draws in [0, 1) that depend on the road alone, so that the same size gives the
-- same networks. `stretch` turns true metres into units of the storage SRID at the road's latitude.
CREATE TEMP TABLE demo_street ON COMMIT DROP AS
SELECT road_id, ward_id, code, hierarchy, half_width, n, line,
    1 / cos(radians(ST_Y(ST_Transform(ST_StartPoint(line), 4326)))) AS stretch,
    round(ST_Length(ST_Transform(line, 4326)::geography)::numeric, 2) AS length_m,
    (('x' || substr(md5(ward_id || '/' || code || '/' || n || '/a'), 1, 7))::bit(28)::int) / 268435456.0 AS a,
    (('x' || substr(md5(ward_id || '/' || code || '/' || n || '/b'), 1, 7))::bit(28)::int) / 268435456.0 AS b
FROM (
    SELECT r.id AS road_id, r.ward_id, r.code, r.hierarchy, coalesce(r.width_m, 4) / 2 AS half_width,
        d.path[1] AS n, d.geom AS line
    FROM holdings_road r CROSS JOIN LATERAL ST_Dump(r.geom) d
) lines
WHERE ST_Length(line) > 5
