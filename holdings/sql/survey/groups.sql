-- Rows that draw one footprint several times: flats of one building if their numbers differ. The first row leads.
CREATE TEMP TABLE survey_group ON COMMIT DROP AS
SELECT row_id, n, leader, look_rank, twin, twin_rank
FROM (
    SELECT s.row_id, s.n,
        first_value(s.row_id) OVER looks AS leader, row_number() OVER looks AS look_rank,
        first_value(s.n) OVER twins AS twin, row_number() OVER twins AS twin_rank
    FROM survey_shape s
    JOIN holdings_surveyreading r USING (row_id)
    WHERE s.look IN (SELECT look FROM survey_shape WHERE look IS NOT NULL GROUP BY 1 HAVING count(*) > 1)
    WINDOW looks AS (PARTITION BY s.look ORDER BY s.n),
        twins AS (PARTITION BY s.look, r.number_key, r.ward_number, r.road_key ORDER BY s.n)
) g
WHERE look_rank > 1
