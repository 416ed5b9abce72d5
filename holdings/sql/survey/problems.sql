-- Everything that is wrong with the rows just read. Blocking ones stop a row until a person decides.
-- Blocks are separated by ";" lines; each is one INSERT … SELECT over the whole file. All go into a temporary table
-- first: the references and keys of the real one are then checked once. Of two that say the same the first stays.
-- What tells one row from another, narrow: several problems look for repeats in it.
CREATE TEMP TABLE survey_told ON COMMIT DROP AS
SELECT r.row_id, s.n, s.kind, r.bin, r.ward_number, r.road_key, r.number_key
FROM holdings_surveyreading r JOIN survey_shape s USING (row_id)
;
ANALYZE survey_told
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT row_id, code, 'geometry', '', true, details
FROM (
    SELECT s.row_id,
        CASE
            WHEN s.broken THEN 'broken_geometry'
            WHEN s.unplaced THEN NULL
            WHEN s.kind = 'none' AND %(spatial)s THEN 'empty_geometry'
            WHEN s.kind = 'other' THEN 'not_a_polygon'
            WHEN s.kind = 'polygon' AND coalesce(s.area, 0) < %(smallest)s THEN 'zero_area'
            WHEN NOT s.valid THEN 'invalid_ring'
        END AS code,
        CASE WHEN NOT s.valid AND s.area > 0 THEN jsonb_build_object(
            'kept', round((100 * s.area / nullif(e.enclosed, 0))::numeric, 1),
            'reason', (
                SELECT round(ST_Y(p)::numeric, 6) || ', ' || round(ST_X(p)::numeric, 6)
                FROM ST_Transform(ST_SetSRID(location(ST_IsValidDetail(r.geom)), ST_SRID(r.geom)), 4326) AS p)
        ) ELSE '{}' END AS details
    FROM survey_shape s
    JOIN holdings_surveyrow r ON r.id = s.row_id
    LEFT JOIN LATERAL (
        -- What the surveyor enclosed: the hull of each ring drawn, since a crossed ring has no area of its own.
        SELECT ST_Area(ST_Transform(ST_ConvexHull(r.geom), %(metric)s)) AS enclosed WHERE NOT s.valid
    ) e ON true
    WHERE s.broken OR s.unplaced OR NOT s.valid OR s.kind IN ('none', 'other') OR s.area < %(smallest)s
        OR (s.kind = 'polygon' AND s.area IS NULL)
) judged
WHERE code IS NOT NULL
;
-- Only a line of text can have too many cells.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.id, 'surplus_cells', '', '', true, '{}'
FROM holdings_surveyrow r JOIN survey_cell c ON c.row_id = r.id
WHERE %(lines)s AND r.file_id = %(file)s AND r.raw ? '_surplus_cells'
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'outside_wards', 'geometry', coalesce(r.ward_stated::text, ''), true,
    jsonb_build_object('metres', round((
        SELECT min(ST_Distance(ST_Transform(w.geom, %(metric)s), ST_Transform(r.point, %(metric)s)))
        FROM (SELECT geom FROM holdings_ward ORDER BY geom <-> r.point LIMIT 3) w
    )))
FROM holdings_surveyreading r JOIN survey_shape s USING (row_id)
WHERE r.ward_stands IS NULL AND r.point IS NOT NULL AND s.kind <> 'other'
    AND NOT EXISTS (SELECT FROM survey_problem p WHERE p.row_id = r.row_id AND p.code IN ('swapped_axes', 'wrong_crs'))
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'unknown_ward', 'ward', coalesce(c.ward, ''), true, '{}'
FROM holdings_surveyreading r JOIN survey_cell c USING (row_id)
WHERE (c.ward_no IS NOT NULL AND NOT EXISTS (SELECT FROM holdings_ward w WHERE w.number = c.ward_no))
    OR (c.ward_no IS NULL AND r.point IS NULL AND NOT %(spatial)s)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'ward_mismatch', 'ward', r.ward_stated::text, true, jsonb_build_object('stands', r.ward_stands)
FROM holdings_surveyreading r JOIN survey_shape s USING (row_id) JOIN holdings_ward w ON w.number = r.ward_stated
WHERE r.ward_stands <> r.ward_stated
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT t.row_id, 'straddles_ward', 'geometry', t.ward::text, false,
    jsonb_build_object('outside', round((100 * t.outside)::numeric, 1))
FROM survey_straddle t JOIN survey_shape s USING (row_id)
WHERE s.area >= %(smallest)s
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'missing_ward', 'ward', coalesce(c.ward, ''), false, jsonb_build_object('stands', r.ward_stands)
FROM holdings_surveyreading r JOIN survey_cell c USING (row_id)
WHERE r.ward_stated IS NULL AND r.ward_stands IS NOT NULL AND %(ward_mapped)s
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'missing_number', 'number', coalesce(c.number, ''), false, '{}'
FROM holdings_surveyreading r JOIN survey_cell c USING (row_id)
WHERE r.number_key = '' AND (r.geom IS NOT NULL OR r.building_id IS NOT NULL)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'nothing_to_enter', 'number', coalesce(c.number, ''), true, '{}'
FROM holdings_surveyreading r JOIN survey_cell c USING (row_id) JOIN survey_shape s USING (row_id)
WHERE r.number_key = '' AND r.geom IS NULL AND r.building_id IS NULL AND (s.kind = 'point' OR NOT %(spatial)s)
;
-- The doors that several rows name, with the place of each row among them.
CREATE TEMP TABLE survey_again ON COMMIT DROP AS
SELECT t.row_id, t.n, t.ward_number, t.road_key, t.number_key,
    row_number() OVER doors AS rank, first_value(t.n) OVER doors AS first_n
FROM survey_told t
JOIN (
    SELECT ward_number, road_key, number_key FROM survey_told
    WHERE number_key <> '' AND ward_number IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1
) again USING (ward_number, road_key, number_key)
WINDOW doors AS (PARTITION BY t.ward_number, t.road_key COLLATE "C", t.number_key COLLATE "C" ORDER BY t.n)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT g.row_id, 'duplicate_row', 'geometry', '', true, jsonb_build_object('first', g.twin)
FROM survey_group g WHERE g.twin_rank > 1
UNION ALL
SELECT o.late, 'duplicate_row', 'geometry', '', true, jsonb_build_object('first', min(o.early_n))
FROM survey_overlap o JOIN holdings_surveyreading a ON a.row_id = o.early JOIN holdings_surveyreading b ON b.row_id = o.late
WHERE o.mutual >= %(duplicate)s AND a.number_key = b.number_key
GROUP BY o.late
;
-- The twin of a row of this very file that is in the register already.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'duplicate_row', 'geometry', '', true, jsonb_build_object('first', w.number)
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
JOIN holdings_building b ON b.id = r.building_id
JOIN holdings_surveyrow w ON w.id = b.survey_row_id AND w.file_id = %(file)s
JOIN holdings_surveyreading f ON f.row_id = w.id AND f.number_key = r.number_key
WHERE r.match = 'same' AND s.kind = 'polygon'
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT d.row_id, 'duplicate_bin', 'bin', d.bin, true, jsonb_build_object('first', d.first_n)
FROM (
    SELECT row_id, bin, row_number() OVER bins AS rank, first_value(n) OVER bins AS first_n
    FROM survey_told
    WHERE kind = 'polygon' AND bin IN (
        SELECT bin FROM survey_told WHERE bin <> '' AND kind = 'polygon' GROUP BY 1 HAVING count(*) > 1)
    WINDOW bins AS (PARTITION BY bin COLLATE "C" ORDER BY n)
) d
JOIN holdings_surveyreading r USING (row_id)
WHERE d.rank > 1 AND r.leader_row_id IS NULL AND NOT EXISTS (
    SELECT FROM survey_problem p WHERE p.row_id = d.row_id AND p.code = 'duplicate_row')
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT o.late, CASE WHEN max(o.share) >= %(blocks)s THEN 'overlap' ELSE 'slight_overlap' END, 'geometry', '',
    max(o.share) >= %(blocks)s,
    jsonb_build_object('others', (array_agg(o.early_n ORDER BY o.share DESC))[1:5],
        'share', round((100 * max(o.share))::numeric, 1))
FROM survey_overlap o
WHERE NOT EXISTS (SELECT FROM survey_problem p WHERE p.row_id = o.late AND p.code = 'duplicate_row')
GROUP BY o.late
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT d.row_id, 'duplicate_number', 'number', left(r.number_written, 200), true, jsonb_build_object('first', d.first_n)
FROM survey_again d
JOIN holdings_surveyreading r USING (row_id)
WHERE d.rank > 1 AND NOT EXISTS (
    SELECT FROM survey_problem p WHERE p.row_id = d.row_id AND p.code = 'duplicate_row')
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'duplicate_number', 'number', left(r.number_written, 200), true, jsonb_build_object('holding', h.id)
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
LEFT JOIN survey_road k ON k.ward = r.ward_number AND k.key = r.road_key
JOIN holdings_holding h ON h.ward_id = r.ward_number AND coalesce(h.road_id, 0) = coalesce(k.road_id, 0)
    AND h.number_key = r.number_key
WHERE r.number_key <> '' AND (r.road_key = '' OR k.road_id IS NOT NULL)
    AND EXISTS (SELECT FROM holdings_holdingbuilding l WHERE l.holding_id = h.id)
    AND NOT EXISTS (SELECT FROM holdings_holdingbuilding l WHERE l.holding_id = h.id AND l.building_id = r.building_id)
    AND (r.geom IS NOT NULL OR r.building_id IS NOT NULL)
;
-- Once for each road, on its first row: a survey names the same road on thousands of rows.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT t.row_id, 'unknown_road', 'road', r.road_written, false, jsonb_build_object('rows', d.rows, 'ward', d.ward_number)
FROM (
    SELECT ward_number, road_key, min(n) AS n, count(*) AS rows
    FROM survey_told WHERE road_key <> '' AND ward_number IS NOT NULL GROUP BY 1, 2
) d
JOIN survey_told t USING (n)
JOIN holdings_surveyreading r ON r.row_id = t.row_id
WHERE NOT EXISTS (SELECT FROM survey_road k WHERE k.ward = d.ward_number AND k.key = d.road_key)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT c.row_id, 'unknown_word', 'structure', left(w.written, 200), false, '{}'::jsonb
FROM survey_cell c JOIN survey_word w ON w.field = 'structure' AND w.written = c."structure" AND w.value IS NULL
UNION ALL
SELECT c.row_id, 'unknown_word', 'use', left(w.written, 200), false, '{}'::jsonb
FROM survey_cell c JOIN survey_word w ON w.field = 'use' AND w.written = c."use" AND w.value IS NULL
UNION ALL
SELECT c.row_id, 'unknown_word', 'frontage', left(w.written, 200), false, '{}'::jsonb
FROM survey_cell c JOIN survey_word w ON w.field = 'frontage' AND w.written = c."frontage" AND w.value IS NULL
UNION ALL
SELECT c.row_id, 'unknown_word', 'occupancy', left(w.written, 200), false, '{}'::jsonb
FROM survey_cell c JOIN survey_word w ON w.field = 'occupancy' AND w.written = c."occupancy" AND w.value IS NULL
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT c.row_id, CASE v.field WHEN 'mobile' THEN 'bad_mobile' ELSE 'bad_number' END, v.field, left(v.written, 200), false, '{}'
FROM survey_cell c
CROSS JOIN LATERAL (VALUES
    ('ward', c.ward, c.ward_no IS NOT NULL),
    ('storeys', c.storeys, c.storeys_n BETWEEN 0 AND 60),
    ('built_year', c.built_year, c.built_year_n BETWEEN 1700 AND 2100),
    ('area_sqft', c.area_sqft, c.area_sqft = 'footprint' OR c.area_sqft_n > 0),
    ('rent', c.rent, c.rent_n IS NOT NULL),
    ('mobile', c.mobile, c.mobile_n ~ '^01[3-9][0-9]{8}$')
) AS v(field, written, good)
WHERE v.written IS NOT NULL AND v.good IS NOT TRUE AND NOT (
    (c.ward IS NULL OR c.ward_no IS NOT NULL)
    AND (c.storeys IS NULL OR (c.storeys_n IS NOT NULL AND c.storeys_n <= 60))
    AND num_nonnulls(c.built_year, c.area_sqft, c.rent, c.mobile) = 0)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT c.row_id, 'too_long', v.field, left(v.written, 200), false, jsonb_build_object('most', v.most)
FROM survey_cell c
CROSS JOIN LATERAL (VALUES
    ('bin', c.bin, 40), ('road', c.road, 120), ('mahalla', c.mahalla, 80), ('number', c.number, 40),
    ('old_number', c.old_number, 40), ('owner_bn', c.owner_bn, 150), ('owner_en', c.owner_en, 150),
    ('guardian', c.guardian, 150)
) AS v(field, written, most)
WHERE length(v.written) > v.most AND (
        length(c.bin) > 40 OR length(c.road) > 120 OR length(c.mahalla) > 80 OR length(c.number) > 40
        OR length(c.old_number) > 40 OR length(c.owner_bn) > 150 OR length(c.owner_en) > 150
        OR length(c.guardian) > 150)
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, CASE r.match WHEN 'split' THEN 'register_split' ELSE 'register_conflict' END, 'geometry', r.bin, true,
    jsonb_build_object('building', r.building_id, 'bin', b.bin)
FROM holdings_surveyreading r JOIN survey_shape s USING (row_id) LEFT JOIN holdings_building b ON b.id = r.building_id
WHERE r.match IN ('split', 'conflict')
;
-- An outline that lies on a building which another row of this very file drew: it would redraw that one.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT r.row_id, 'register_conflict', 'geometry', r.bin, true, jsonb_build_object('building', b.id, 'bin', b.bin)
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
JOIN holdings_building b ON b.id = r.building_id
JOIN holdings_surveyrow w ON w.id = b.survey_row_id AND w.file_id = %(file)s
WHERE r.match = 'same' AND r.geom IS NOT NULL AND NOT r.geom = b.geom AND NOT EXISTS (
    SELECT FROM survey_problem p WHERE p.row_id = r.row_id AND p.code = 'duplicate_row')
;
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT DISTINCT ON (r.row_id) r.row_id, 'owner_differs', 'owner_bn', '', false, jsonb_build_object('holding', h.id)
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
LEFT JOIN survey_road k ON k.ward = r.ward_number AND k.key = r.road_key
JOIN holdings_holding h ON h.ward_id = r.ward_number AND coalesce(h.road_id, 0) = coalesce(k.road_id, 0)
    AND h.number_key = r.number_key
JOIN holdings_ownership o ON o.holding_id = h.id AND upper_inf(o.valid)
WHERE r.owner_bn <> '' AND r.number_key <> '' AND NOT EXISTS (
    SELECT FROM holdings_ownership x JOIN holdings_owner p ON p.id = x.owner_id
    WHERE x.holding_id = h.id AND upper_inf(x.valid) AND holdings_fold(p.name_bn) = holdings_fold(r.owner_bn))
;
-- Of the owners that several rows of one door name, the first is entered.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT row_id, 'owner_differs', 'owner_bn', '', false, jsonb_build_object('first', first_n)
FROM (
    SELECT d.row_id, holdings_fold(r.owner_bn) AS owner,
        first_value(holdings_fold(r.owner_bn)) OVER doors AS first_owner, first_value(d.n) OVER doors AS first_n
    FROM survey_again d JOIN holdings_surveyreading r USING (row_id)
    WHERE %(owner_mapped)s AND r.owner_bn <> ''
    WINDOW doors AS (PARTITION BY d.ward_number, d.road_key COLLATE "C", d.number_key COLLATE "C" ORDER BY d.n)
) named
WHERE owner <> first_owner
;
INSERT INTO holdings_surveyproblem (row_id, code, field, value, blocking, details)
SELECT row_id, code, field, value, blocking, details FROM survey_problem
ON CONFLICT DO NOTHING
