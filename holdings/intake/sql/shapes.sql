-- Each waiting row's geometry as an app could keep it, and the ward it lies in.
-- `kind`: point | line | polygon | other | none. Lines and polygons become Multi…, rings clockwise.
CREATE TEMP TABLE intake_shape ON COMMIT DROP AS
SELECT row_id, n, kind, broken, unplaced, valid, geom,
    CASE WHEN geom IS NOT NULL AND valid THEN ST_PointOnSurface(geom) END AS middle,
    CASE kind WHEN 'line' THEN ST_Length(geom) WHEN 'polygon' THEN ST_Area(geom) ELSE 1 END AS size
FROM (
    SELECT row_id, n, kind, broken, unplaced, kind <> 'polygon' OR ST_IsValid(g) AS valid,
        CASE kind
            WHEN 'point' THEN ST_GeometryN(g, 1)
            WHEN 'line' THEN ST_Multi(g)
            WHEN 'polygon' THEN ST_Multi(ST_ForcePolygonCW(g))
        END AS geom
    FROM (
        SELECT r.id AS row_id, r.number AS n, r.geom AS g,
            r.raw ? '_broken_geometry' AS broken,
            r.raw_geom IS NOT NULL AND r.geom IS NULL AS unplaced,
            CASE
                WHEN r.geom IS NULL OR ST_IsEmpty(r.geom) THEN 'none'
                WHEN GeometryType(r.geom) = 'POINT' OR (
                    GeometryType(r.geom) = 'MULTIPOINT' AND ST_NumGeometries(r.geom) = 1) THEN 'point'
                WHEN GeometryType(r.geom) IN ('LINESTRING', 'MULTILINESTRING') THEN 'line'
                WHEN GeometryType(r.geom) IN ('POLYGON', 'MULTIPOLYGON') THEN 'polygon'
                ELSE 'other'
            END AS kind
        FROM holdings_intakerow r
        WHERE r.file_id = %(file)s AND NOT EXISTS (SELECT FROM holdings_intakeending e WHERE e.row_id = r.id)
    ) sorted
) formed
;
ANALYZE intake_shape (row_id, n, kind)
;
-- A row belongs to the ward its middle lies in, else to any that it touches.
CREATE TEMP TABLE intake_stand ON COMMIT DROP AS
SELECT DISTINCT ON (s.row_id) s.row_id, w.number AS ward
FROM intake_shape s JOIN holdings_ward w ON ST_Intersects(w.geom, s.geom)
WHERE s.valid
ORDER BY s.row_id, ST_Intersects(w.geom, s.middle) DESC, w.number
;
ANALYZE intake_stand
