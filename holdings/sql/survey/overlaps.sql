-- Pairs of different footprints of this file (of those near each other, holdings.placing) that share ground; `share` of the smaller one. The later row answers.
CREATE TEMP TABLE survey_overlap ON COMMIT DROP AS
SELECT late, early, early_n, shared / smaller AS share, shared / larger AS mutual
FROM (
    SELECT b.row_id AS late, a.row_id AS early, a.n AS early_n, ST_Area(ST_Intersection(a.g, b.g)) AS shared,
        least(ST_Area(a.g), ST_Area(b.g)) AS smaller, greatest(ST_Area(a.g), ST_Area(b.g)) AS larger
    FROM survey_near near
    JOIN survey_shape a ON a.row_id = near.early
    JOIN survey_shape b ON b.row_id = near.late AND ST_Intersects(a.g, b.g)
) pair
WHERE shared > %(named)s AND smaller > 0
