-- Registered buildings near each row, or of the same building number: shares of both areas.
SELECT r.row_id, b.id,
    coalesce(ST_Area(ST_Intersection(r.geom, b.geom)) / nullif(ST_Area(r.geom), 0), 0) AS of_row,
    coalesce(ST_Area(ST_Intersection(r.geom, b.geom)) / nullif(ST_Area(b.geom), 0), 0) AS of_building,
    r.bin <> '' AND r.bin = b.bin AS same_bin, true AS outline
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
JOIN holdings_building b ON b.geom && r.geom AND ST_Intersects(b.geom, r.geom)
WHERE r.geom IS NOT NULL AND s.valid AND r.leader_row_id IS NULL
UNION ALL
SELECT r.row_id, b.id, CASE WHEN r.geom IS NULL THEN 1 ELSE 0 END, CASE WHEN r.geom IS NULL THEN 1 ELSE 0 END, true,
    r.geom IS NOT NULL
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
JOIN holdings_building b ON b.bin = r.bin AND (r.geom IS NULL OR NOT ST_Intersects(b.geom, r.geom))
WHERE r.bin <> '' AND r.leader_row_id IS NULL
UNION ALL
SELECT r.row_id, b.id, 1, 1, false, false
FROM holdings_surveyreading r
JOIN survey_shape s USING (row_id)
JOIN holdings_building b ON ST_Intersects(b.geom, r.point)
WHERE s.kind = 'point' AND r.bin = ''
