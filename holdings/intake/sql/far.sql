-- Rows that stand far from every ward, with one coordinate of each in storage SRID, or as it stands in the file.
SELECT row_id, ST_X(p), ST_Y(p), unplaced
FROM (
    SELECT s.row_id, s.unplaced,
        CASE WHEN s.unplaced THEN ST_MakePoint(ST_XMin(r.raw_geom), ST_YMin(r.raw_geom)) ELSE ST_SetSRID(s.middle, 0) END AS p
    FROM intake_shape s
    JOIN holdings_intakerow r ON r.id = s.row_id
    WHERE s.unplaced OR NOT s.middle && (SELECT ST_Expand(ST_Extent(geom)::geometry, %(margin)s) FROM holdings_ward)
) s
WHERE p IS NOT NULL
