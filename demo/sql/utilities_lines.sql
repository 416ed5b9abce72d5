-- Drains on the left edge of two streets in three, covered on main roads and mostly open on lanes.
INSERT INTO utilities_drain (code, ward_id, road_id, length_m, geom, cover, surface, material, width_mm, depth_mm, plant)
SELECT format('D%%s-%%s-%%s', lpad(ward_id::text, 2, '0'), code, n), ward_id, road_id,
    round(ST_Length(ST_Transform(geom, 4326)::geography)::numeric, 2), geom,
    CASE WHEN hierarchy = 'main' OR b < 0.3 THEN 'covered' WHEN b < 0.95 THEN 'open' ELSE 'unknown' END,
    CASE WHEN hierarchy = 'lane' AND b > 0.8 THEN 'unlined' ELSE 'lined' END,
    CASE WHEN hierarchy = 'lane' AND b > 0.8 THEN 'earth' WHEN b > 0.6 THEN 'brick' ELSE 'concrete' END,
    CASE hierarchy WHEN 'main' THEN 1200 WHEN 'secondary' THEN 750 ELSE 300 + 150 * floor(2 * b)::int END,
    CASE hierarchy WHEN 'main' THEN 1000 WHEN 'secondary' THEN 600 ELSE 450 END, ''
FROM (
    SELECT s.*, ST_Multi(ST_OffsetCurve(line, (half_width - 0.4) * stretch)) AS geom FROM demo_street s
    WHERE a < CASE hierarchy WHEN 'lane' THEN 0.62 ELSE 0.9 END
) drawn
WHERE NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_Length(geom) > 2
ORDER BY ward_id, code, n
;
-- Sewers in the middle of the main and secondary streets of the first wards that got them.
INSERT INTO utilities_sewer (code, ward_id, road_id, provider_id, length_m, geom, side, material, diameter_mm, plant, built_on)
SELECT format('S%%s-%%s-%%s', lpad(ward_id::text, 2, '0'), code, n), ward_id, road_id, 'KWASA', length_m, ST_Multi(line),
    'middle', CASE WHEN hierarchy = 'main' THEN 'concrete' ELSE 'upvc' END,
    CASE hierarchy WHEN 'main' THEN 600 WHEN 'secondary' THEN 300 ELSE 200 END, 'রাজবাঁধ', '2019-01-01'::date + (a * 1200)::int
FROM demo_street
WHERE ward_id = ANY (%(sewered)s) AND (hierarchy <> 'lane' OR a < 0.25) AND ST_IsValid(line)
ORDER BY ward_id, code, n
;
-- Water mains on the right edge of most streets.
INSERT INTO utilities_watermain (code, ward_id, road_id, provider_id, length_m, geom, rank, material, diameter_mm, project)
SELECT format('W%%s-%%s-%%s', lpad(ward_id::text, 2, '0'), code, n), ward_id, road_id, 'KWASA',
    round(ST_Length(ST_Transform(geom, 4326)::geography)::numeric, 2), geom,
    CASE hierarchy WHEN 'main' THEN 'main' WHEN 'secondary' THEN 'secondary' ELSE 'distribution' END,
    CASE WHEN hierarchy = 'main' THEN 'ductile' WHEN b < 0.2 THEN 'gi' ELSE 'hdpe' END,
    CASE hierarchy WHEN 'main' THEN 400 WHEN 'secondary' THEN 200 ELSE 100 END, 'খুলনা পানি সরবরাহ প্রকল্প (ডেমো)'
FROM (
    SELECT s.*, ST_Multi(ST_OffsetCurve(line, -(half_width - 0.7) * stretch)) AS geom FROM demo_street s
    WHERE b < CASE hierarchy WHEN 'lane' THEN 0.72 ELSE 0.97 END
) drawn
WHERE NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_Length(geom) > 2
ORDER BY ward_id, code, n
;
-- Electricity overhead along nearly every street.
INSERT INTO utilities_electricityline (code, ward_id, road_id, provider_id, length_m, geom, voltage, carried)
SELECT format('E%%s-%%s-%%s', lpad(ward_id::text, 2, '0'), code, n), ward_id, road_id, 'WZPDCL',
    round(ST_Length(ST_Transform(geom, 4326)::geography)::numeric, 2), geom,
    CASE hierarchy WHEN 'main' THEN CASE WHEN a < 0.4 THEN '33kv' ELSE '11kv' END WHEN 'secondary' THEN '11kv' ELSE '400v' END,
    CASE WHEN hierarchy = 'main' AND a < 0.2 THEN 'underground' ELSE 'overhead' END
FROM (
    SELECT s.*, ST_Multi(ST_OffsetCurve(line, -half_width * stretch)) AS geom FROM demo_street s WHERE b < 0.96
) drawn
WHERE NOT ST_IsEmpty(geom) AND ST_IsValid(geom) AND ST_Length(geom) > 2
ORDER BY ward_id, code, n
