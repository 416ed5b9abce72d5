INSERT INTO utilities_sewer (code, ward_id, road_id, provider_id, built_on, length_m, geom, intake_row_id, side, material,
    diameter_mm, plant)
SELECT r.code, r.in_ward, n.near_id, r.provider, r.built_on, n.length_m, r.geom, r.row_id, coalesce(r.side, 'unknown'),
    coalesce(r.material, 'unknown'), r.diameter_mm, coalesce(r.plant, '')
FROM intake_ready r JOIN intake_near n USING (row_id)
;
-- The buildings that the new sewers come nearer to than any other.
WITH fresh AS (
    SELECT s.id, s.geom, ST_Transform(s.geom, %(metric)s) AS metric,
        101 / cos(radians(ST_YMax(ST_Transform(ST_Envelope(s.geom), 4326)))) AS reach
    FROM utilities_sewer s JOIN intake_ready r ON r.row_id = s.intake_row_id
)
INSERT INTO utilities_sewerreach (building_id, sewer_id, distance_m)
SELECT DISTINCT ON (b.id) b.id, f.id, round(away.metres::numeric, 2)
FROM fresh f
JOIN holdings_building b ON ST_DWithin(b.geom, f.geom, f.reach)
CROSS JOIN LATERAL (SELECT ST_Distance(ST_Transform(b.geom, %(metric)s), f.metric) AS metres) away
WHERE away.metres <= 100
ORDER BY b.id, away.metres, f.id
ON CONFLICT (building_id) DO UPDATE SET sewer_id = EXCLUDED.sewer_id, distance_m = EXCLUDED.distance_m
    WHERE EXCLUDED.distance_m < utilities_sewerreach.distance_m
