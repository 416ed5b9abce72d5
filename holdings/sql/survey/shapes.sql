-- Each waiting row's footprint as the register could hold it (valid, clockwise), its point and its area.
-- `kind`: polygon | point | none | other. A repaired ring is kept beside, never used unasked.
-- clock_timestamp() keeps the planner from merging the steps and computing each geometry several times; unlike a
-- materialised CTE it lets parallel workers do them.
CREATE TEMP TABLE survey_shape ON COMMIT DROP AS
SELECT row_id, n, kind, valid, broken, unplaced,
    CASE WHEN kind = 'polygon' AND NOT ST_IsEmpty(g) THEN g END AS g,
    coalesce(p, CASE WHEN ST_IsEmpty(g) THEN NULL ELSE ST_PointOnSurface(g) END) AS point,
    CASE WHEN kind = 'polygon' THEN ST_Area(ST_Transform(g, %(metric)s)) END AS area,
    CASE WHEN kind = 'polygon' AND valid THEN md5(ST_AsBinary(g))::uuid END AS look
FROM (
    SELECT row_id, n, kind, valid, broken, unplaced, clock_timestamp() AS apart,
        CASE
            WHEN kind = 'polygon' AND valid THEN ST_Multi(ST_ForcePolygonCW(geom))
            WHEN kind = 'polygon' THEN ST_Multi(ST_ForcePolygonCW(ST_CollectionExtract(ST_MakeValid(geom), 3)))
            WHEN kind = 'other' THEN ST_Multi(ST_ConvexHull(geom))
        END AS g,
        CASE WHEN kind = 'point' THEN geom END AS p
    FROM (
        SELECT *, kind <> 'polygon' OR ST_IsValid(geom) AS valid, clock_timestamp() AS apart
        FROM (
            SELECT r.id AS row_id, r.number AS n, r.geom,
                r.raw ? '_broken_geometry' AS broken,
                r.raw_geom IS NOT NULL AND r.geom IS NULL AS unplaced,
                CASE
                    WHEN r.geom IS NULL OR ST_IsEmpty(r.geom) THEN 'none'
                    WHEN GeometryType(r.geom) IN ('POLYGON', 'MULTIPOLYGON') THEN 'polygon'
                    WHEN GeometryType(r.geom) = 'POINT' THEN 'point'
                    ELSE 'other'
                END AS kind
            FROM holdings_surveyrow r
            WHERE r.file_id = %(file)s
                AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
        ) read
    ) judged
) formed
