-- The nearest sewer of every building within 100 m, measured anew.
INSERT INTO utilities_sewerreach (building_id, sewer_id, distance_m)
SELECT DISTINCT ON (n.building_id) n.building_id, n.sewer_id, round(n.metres::numeric, 2)
FROM (
    SELECT b.id AS building_id, s.id AS sewer_id, ST_Distance(b.metric, s.metric) AS metres
    FROM (
        SELECT id, geom, ST_Transform(geom, %(metric)s) AS metric,
            101 / cos(radians(ST_YMax(ST_Transform(ST_Envelope(geom), 4326)))) AS reach
        FROM utilities_sewer
    ) s
    JOIN LATERAL (
        SELECT d.id, ST_Transform(d.geom, %(metric)s) AS metric
        FROM holdings_building d WHERE ST_DWithin(d.geom, s.geom, s.reach)
    ) b ON true
) n
WHERE n.metres <= 100
ORDER BY n.building_id, n.metres, n.sewer_id
