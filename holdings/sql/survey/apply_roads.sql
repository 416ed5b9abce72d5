-- First part of an application: which rows are ready, and the roads they bring.
-- The tables were filled a moment ago and have no statistics yet: what is joined is first put aside and analysed,
-- or the planner takes a hundred thousand rows for a handful.
CREATE TEMP TABLE survey_waiting ON COMMIT DROP AS
SELECT r.id, r.number, r.decision, r.decided_building_id FROM holdings_surveyrow r
WHERE r.file_id = %(file)s AND r.decision <> 'reject'
    AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
;
ANALYZE survey_waiting
;
CREATE TEMP TABLE survey_blocked ON COMMIT DROP AS
SELECT DISTINCT p.row_id FROM holdings_surveyproblem p JOIN survey_waiting r ON r.id = p.row_id
WHERE p.blocking AND r.decision = ''
;
ANALYZE survey_blocked
;
CREATE TEMP TABLE survey_ready ON COMMIT DROP AS
SELECT r.id AS row_id, r.number AS n, r.decision, x.bin, x.ward_number, x.road_written, x.road_key, x.mahalla_written,
    x.number_written, x.number_key, x.old_number, x.storeys, x.structure, x."use", x.frontage, x.occupancy,
    x.built_year, x.area_sqft, x.monthly_rent_amount, x.owner_bn, x.owner_en, x.guardian_name, x.mobile, x.leader_row_id,
    CASE
        WHEN x.leader_row_id IS NOT NULL THEN 'share'
        WHEN r.decision = 'same' OR (r.decision IN ('', 'further') AND x.match = 'same') THEN 'same'
        WHEN x.geom IS NOT NULL THEN 'new'
        ELSE 'none'
    END AS act,
    CASE
        WHEN x.leader_row_id IS NOT NULL THEN NULL
        WHEN r.decision = 'same' THEN coalesce(r.decided_building_id, x.building_id)
        WHEN r.decision IN ('', 'further') AND x.match = 'same' THEN x.building_id
        WHEN x.geom IS NOT NULL THEN nextval('holdings_building_id_seq')
    END AS building_id
FROM survey_waiting r
JOIN holdings_surveyreading x ON x.row_id = r.id
LEFT JOIN survey_blocked b ON b.row_id = r.id
WHERE b.row_id IS NULL AND x.ward_number IS NOT NULL
;
-- A flat waits for the row that brings its building.
DELETE FROM survey_ready f
WHERE f.leader_row_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM survey_ready l WHERE l.row_id = f.leader_row_id)
    AND NOT EXISTS (SELECT FROM holdings_building b WHERE b.survey_row_id = f.leader_row_id)
;
UPDATE survey_ready f SET building_id = coalesce(
    (SELECT l.building_id FROM survey_ready l WHERE l.row_id = f.leader_row_id),
    (SELECT b.id FROM holdings_building b WHERE b.survey_row_id = f.leader_row_id LIMIT 1))
WHERE f.leader_row_id IS NOT NULL
;
ANALYZE survey_ready (row_id, ward_number, road_key, number_key, act)
;
INSERT INTO holdings_road (ward_id, code, name_bn, name_en, hierarchy)
-- lpad cuts what is longer: from 1000 on a code is as long as its number.
SELECT ward_number, lpad(number::text, greatest(3, length(number::text)), '0'), road_written, road_written, 'lane'
FROM (
    SELECT ward_number, road_written,
        coalesce(last, 0) + row_number() OVER (PARTITION BY ward_number ORDER BY road_key COLLATE "C") AS number
    FROM (
        SELECT DISTINCT ON (ward_number, road_key COLLATE "C") ward_number, road_key, road_written
        FROM survey_ready WHERE road_key <> '' ORDER BY ward_number, road_key COLLATE "C", n
    ) named
    LEFT JOIN (
        -- After a code of six digits no further one would fit the column; such codes are not counted on from.
        SELECT ward_id, max(digits::int) FILTER (WHERE length(digits) BETWEEN 1 AND 5) AS last
        FROM (SELECT ward_id, regexp_replace(code, '[^0-9]', '', 'g') AS digits FROM holdings_road) written GROUP BY 1
    ) used ON used.ward_id = named.ward_number
    WHERE NOT EXISTS (SELECT FROM survey_road k WHERE k.ward = named.ward_number AND k.key = named.road_key)
) counted
