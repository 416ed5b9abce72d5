-- Rows that stand far from every ward, with one coordinate of each in storage SRID, or as it stands in the file.
SELECT s.row_id, ST_X(p), ST_Y(p), s.unplaced
FROM (
    SELECT s.row_id, s.unplaced,
        CASE WHEN s.unplaced THEN ST_MakePoint(ST_XMin(r.raw_geom), ST_YMin(r.raw_geom)) ELSE ST_SetSRID(s.point, 0) END AS p
    FROM survey_shape s
    JOIN holdings_surveyrow r ON r.id = s.row_id
    WHERE s.unplaced OR NOT s.point && (SELECT ST_Expand(ST_Extent(geom)::geometry, %(margin)s) FROM holdings_ward)
) s
WHERE p IS NOT NULL
