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
-- Without a shape the measures say which one it is, as where it is entered.
WHERE c.decision = '' AND c.stated_volume_m3 IS NULL AND (c.depth_m IS NULL OR CASE c.shape
    WHEN 'circular' THEN c.diameter_m IS NULL
    WHEN 'rectangular' THEN c.length_m IS NULL OR c.width_m IS NULL
    WHEN 'unknown' THEN true
    ELSE c.diameter_m IS NULL AND (c.length_m IS NULL OR c.width_m IS NULL)
END)
;
-- The link to the building begins on the day of the survey, so it may not begin in years to come.
INSERT INTO holdings_intakeproblem (row_id, code, field, value, blocking, details)
SELECT c.row_id, 'future_date', 'surveyed_on', c.surveyed_on::text, true, '{}'
FROM intake_cell c
WHERE c.decision = '' AND c.surveyed_on > %(today)s
