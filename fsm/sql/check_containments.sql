-- A tank may serve a house across a lane, not one in the next street: beyond 60 m the row is looked at again.
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT c.row_id, 'far_from_building', 'building', b.bin, true,
    jsonb_build_object('metres', round(ST_Distance(ST_Transform(c.geom, %(metric)s), ST_Transform(b.geom, %(metric)s))))
FROM intake_cell c JOIN holdings_building b ON b.id = c.building_id
WHERE c.decision = '' AND NOT ST_DWithin(ST_Transform(c.geom, %(metric)s), ST_Transform(b.geom, %(metric)s), 60)
;
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT c.row_id, 'no_volume', 'stated_volume_m3', '', false, '{}'
FROM intake_cell c
WHERE c.decision = '' AND c.stated_volume_m3 IS NULL AND (c.depth_m IS NULL OR CASE coalesce(c.shape, 'unknown')
    WHEN 'circular' THEN c.diameter_m IS NULL
    WHEN 'rectangular' THEN c.length_m IS NULL OR c.width_m IS NULL
    ELSE true
END)
