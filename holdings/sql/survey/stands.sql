-- In which ward each row stands (by its point) and whether all of it does.
CREATE TEMP TABLE survey_stand ON COMMIT DROP AS
SELECT DISTINCT ON (s.row_id) s.row_id, w.number AS ward, s.g IS NULL OR ST_Covers(w.geom, s.g) AS whole
FROM holdings_ward w
JOIN survey_shape s ON ST_Intersects(w.geom, s.point)
ORDER BY s.row_id, w.number
