-- What is wrong with where a row stands; only for intakes whose rows have a geometry.
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT row_id, code, 'geometry', '', true, jsonb_build_object('found', kind)
FROM (
    SELECT s.row_id, s.kind,
        CASE
            WHEN s.broken THEN 'broken_geometry'
            WHEN s.unplaced THEN NULL
            WHEN s.kind = 'none' THEN CASE WHEN %(placed)s THEN 'no_geometry' END
            WHEN NOT s.kind = ANY (%(shapes)s) THEN 'wrong_shape'
            WHEN NOT s.valid THEN 'invalid_outline'
            WHEN s.size < 0.01 THEN 'empty_shape'
        END AS code
    FROM intake_shape s
) judged
WHERE code IS NOT NULL
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT s.row_id, 'outside_city', 'geometry', '', true, jsonb_build_object('metres', round((
        SELECT min(ST_Distance(ST_Transform(w.geom, %(metric)s), ST_Transform(s.middle, %(metric)s)))
        FROM (SELECT geom FROM holdings_ward ORDER BY geom <-> s.middle LIMIT 3) w
    )))
FROM intake_shape s LEFT JOIN intake_stand t USING (row_id)
WHERE t.row_id IS NULL AND s.middle IS NOT NULL AND s.kind = ANY (%(shapes)s)
    AND NOT EXISTS (SELECT FROM holdings_intakeproblem p WHERE p.row_id = s.row_id)
