-- Second part of an application: buildings, holdings, links, units, owners, outcomes of the rows in survey_ready.
-- One transaction with the first; rows that wait for a person stay as they are.
INSERT INTO holdings_mahalla (ward_id, name_bn, name_en)
SELECT DISTINCT ward_number, mahalla_written, mahalla_written FROM survey_ready WHERE mahalla_written <> ''
ON CONFLICT DO NOTHING
;
INSERT INTO holdings_building (
    id, bin, ward_id, geom, point, area_m2, storeys, structure, "use", built_year, survey_row_id
)
SELECT q.building_id,
    CASE WHEN q.bin = '' OR b.id IS NOT NULL THEN 'S' || %(file)s || '-' || q.n ELSE q.bin END,
    q.ward_number, x.geom, x.point, x.area_m2, q.storeys, q.structure, q."use", q.built_year, q.row_id
FROM survey_ready q JOIN holdings_surveyreading x USING (row_id) LEFT JOIN holdings_building b ON b.bin = q.bin
WHERE q.act = 'new'
ORDER BY x.geom
;
UPDATE holdings_building b SET
    geom = coalesce(x.geom, b.geom), point = CASE WHEN x.geom IS NULL THEN b.point ELSE x.point END,
    area_m2 = coalesce(x.area_m2, b.area_m2), storeys = coalesce(q.storeys, b.storeys),
    structure = coalesce(nullif(q.structure, ''), b.structure), "use" = coalesce(nullif(q."use", ''), b."use"),
    built_year = coalesce(q.built_year, b.built_year), survey_row_id = q.row_id
FROM survey_ready q JOIN holdings_surveyreading x USING (row_id)
WHERE q.act = 'same' AND b.id = q.building_id
;
-- The doors that the rows name, each with its road; several rows may name one.
CREATE TEMP TABLE survey_door ON COMMIT DROP AS
SELECT q.row_id, q.n, q.ward_number, k.road_id, q.number_key, q.building_id
FROM survey_ready q LEFT JOIN survey_road k ON k.ward = q.ward_number AND k.key = q.road_key
WHERE q.number_key <> ''
;
ANALYZE survey_door
;
-- Each door once, with the numbers that its code is made of.
CREATE TEMP TABLE survey_holding ON COMMIT DROP AS
SELECT d.ward_number, d.road_id, d.number_key, d.row_id, h.id AS old_id,
    coalesce(h.id, nextval('holdings_holding_id_seq')) AS holding_id,
    CASE WHEN d.road_id IS NULL THEN 0 WHEN o.written <= 999 THEN o.written::int END AS road_no,
    CASE WHEN length(ltrim(d.digits, '0')) <= 4 THEN d.digits::int END AS base
FROM (
    SELECT DISTINCT ON (ward_number, road_id, number_key COLLATE "C") ward_number, road_id, number_key, row_id,
        substring(number_key FROM '^[0-9]+') AS digits
    FROM survey_door ORDER BY ward_number, road_id, number_key COLLATE "C", n
) d
LEFT JOIN holdings_holding h ON h.ward_id = d.ward_number AND coalesce(h.road_id, 0) = coalesce(d.road_id, 0)
    AND h.number_key = d.number_key
LEFT JOIN (
    SELECT id, nullif(regexp_replace(code, '[^0-9]', '', 'g'), '')::bigint AS written FROM holdings_road
) o ON o.id = d.road_id
;
ANALYZE survey_holding
;
WITH stems AS MATERIALIZED (
    SELECT *, lpad(ward_number::text, 2, '0') || '-' || lpad(road_no::text, 3, '0') || '-'
        || lpad(base::text, 4, '0') AS stem
    FROM survey_holding WHERE old_id IS NULL
)
INSERT INTO holdings_holding (
    id, ward_id, road_id, mahalla_id, number_written, number_key, code, old_number, frontage, route_order, state,
    survey_row_id
)
SELECT f.holding_id, f.ward_number, f.road_id, m.id, q.number_written, f.number_key,
    CASE WHEN f.suffix <= 99 AND f.ward_number <= 99 THEN f.stem || '-' || lpad(f.suffix::text, 2, '0') END,
    q.old_number, coalesce(nullif(q.frontage, ''), 'lane'),
    coalesce(routes.last, 0)
        + row_number() OVER (PARTITION BY f.ward_number ORDER BY f.road_no NULLS FIRST, f.base, f.number_key COLLATE "C"),
    'active', f.row_id
FROM (
    SELECT d.*, coalesce(used.suffix, -1) + row_number() OVER (
        PARTITION BY d.ward_number, d.road_no, d.base
        ORDER BY (d.number_key = d.base::text) DESC, length(d.number_key), d.number_key COLLATE "C") AS suffix
    FROM stems d
    LEFT JOIN (
        SELECT left(code, 11) AS stem, max(right(code, 2)::int) AS suffix
        FROM holdings_holding WHERE code IS NOT NULL GROUP BY 1
    ) used USING (stem)
) f
JOIN survey_ready q USING (row_id)
LEFT JOIN (SELECT ward_id, max(route_order) AS last FROM holdings_holding GROUP BY 1) routes
    ON routes.ward_id = f.ward_number
LEFT JOIN holdings_mahalla m ON m.ward_id = f.ward_number AND m.name_bn = q.mahalla_written
;
CREATE TEMP TABLE survey_stay ON COMMIT DROP AS
SELECT d.row_id, d.building_id, g.holding_id, g.old_id
FROM survey_door d
JOIN survey_holding g ON g.ward_number = d.ward_number AND g.number_key = d.number_key
    AND coalesce(g.road_id, 0) = coalesce(d.road_id, 0)
;
INSERT INTO holdings_holdingbuilding (holding_id, building_id)
SELECT DISTINCT holding_id, building_id FROM survey_stay WHERE building_id IS NOT NULL
ORDER BY holding_id, building_id
ON CONFLICT DO NOTHING
;
-- Units that the register keeps already, by holding and building; those that other rows of this file brought stand
-- beside the row's own. Units without a building may be any of the holding's.
CREATE TEMP TABLE survey_taxed ON COMMIT DROP AS
SELECT DISTINCT u.holding_id, u.building_id
FROM holdings_unit u JOIN survey_holding g ON g.old_id = u.holding_id
WHERE (SELECT w.file_id FROM holdings_surveyrow w WHERE w.id = u.survey_row_id) IS DISTINCT FROM %(file)s
;
INSERT INTO holdings_unit (
    holding_id, building_id, storey, "use", structure, occupancy, area_sqft, monthly_rent_amount, valid, survey_row_id
)
SELECT g.holding_id, q.building_id, storey, q."use", q.structure, q.occupancy, q.area_sqft,
    CASE WHEN storey = 0 THEN q.monthly_rent_amount END, daterange(%(holds_from)s, NULL), q.row_id
FROM survey_ready q
JOIN survey_stay g USING (row_id)
CROSS JOIN LATERAL generate_series(0, CASE WHEN %(by_storey)s THEN greatest(coalesce(q.storeys, 1), 1) - 1 ELSE 0 END)
    AS storey
WHERE q."use" <> '' AND q.structure <> '' AND q.occupancy <> '' AND q.area_sqft > 0
    AND NOT EXISTS (
        SELECT FROM survey_taxed t WHERE t.holding_id = g.holding_id
            AND (t.building_id = q.building_id OR t.building_id IS NULL OR q.building_id IS NULL))
;
-- The first row of a door that names an owner says who it is.
CREATE TEMP TABLE survey_owner ON COMMIT DROP AS
SELECT g.holding_id, q.owner_bn, q.owner_en, q.guardian_name, q.mobile, known.id AS old_id,
    dense_rank() OVER (ORDER BY q.owner_bn, q.guardian_name, q.mobile,
        CASE WHEN q.mobile = '' THEN g.holding_id END) AS person
FROM (
    SELECT DISTINCT ON (d.holding_id) d.holding_id, d.row_id
    FROM survey_stay d JOIN survey_ready o USING (row_id) WHERE o.owner_bn <> '' ORDER BY d.holding_id, o.n
) g
JOIN survey_ready q USING (row_id)
LEFT JOIN LATERAL (
    SELECT o.id FROM holdings_owner o WHERE q.mobile <> '' AND o.mobile = q.mobile
        AND holdings_fold(o.name_bn) = holdings_fold(q.owner_bn) ORDER BY o.id LIMIT 1
) known ON true
WHERE NOT EXISTS (SELECT FROM holdings_ownership s WHERE s.holding_id = g.holding_id)
;
CREATE TEMP TABLE survey_person ON COMMIT DROP AS
SELECT DISTINCT ON (person) person,
    coalesce(old_id, nextval('holdings_owner_id_seq')) AS owner_id, old_id, owner_bn, owner_en,
    guardian_name, mobile
FROM survey_owner ORDER BY person, holding_id
;
INSERT INTO holdings_owner (id, name_bn, name_en, guardian_name, mobile)
SELECT owner_id, owner_bn, owner_en, guardian_name, mobile FROM survey_person WHERE old_id IS NULL
;
INSERT INTO holdings_ownership (holding_id, owner_id, share, valid)
SELECT o.holding_id, p.owner_id, 1, daterange(%(holds_from)s, NULL) FROM survey_owner o JOIN survey_person p USING (person)
;
INSERT INTO holdings_surveyending (row_id, file_id, outcome) SELECT row_id, %(file)s, 'applied' FROM survey_ready ORDER BY row_id
;
INSERT INTO holdings_surveyending (row_id, file_id, outcome)
SELECT r.id, %(file)s, 'rejected' FROM holdings_surveyrow r
WHERE r.file_id = %(file)s AND r.decision = 'reject'
    AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
