-- Each waiting row's footprint as the register could hold it (valid, clockwise), its point and its area.
-- `kind`: polygon | point | none | other. A repaired ring is kept beside, never used unasked.
CREATE TEMP TABLE survey_shape ON COMMIT DROP AS
WITH read AS MATERIALIZED (
    SELECT r.id AS row_id, r.number AS n, r.geom,
        r.raw ? '_broken_geometry' AS broken,
        r.raw_geom IS NOT NULL AND r.geom IS NULL AS unplaced,
        CASE
            WHEN r.geom IS NULL OR ST_IsEmpty(r.geom) THEN 'none'
            WHEN GeometryType(r.geom) IN ('POLYGON', 'MULTIPOLYGON') THEN 'polygon'
            WHEN GeometryType(r.geom) = 'POINT' THEN 'point'
            ELSE 'other'
        END AS kind,
        r.decision IN ('new', 'same', 'further') AS wanted
    FROM holdings_surveyrow r
    WHERE r.file_id = %(file)s AND r.outcome = 'waiting'
), judged AS MATERIALIZED (
    SELECT *, kind <> 'polygon' OR ST_IsValid(geom) AS valid FROM read
), formed AS MATERIALIZED (
    SELECT row_id, n, kind, valid, broken, unplaced, wanted,
        CASE
            WHEN kind = 'polygon' AND valid THEN ST_Multi(ST_ForcePolygonCW(geom))
            WHEN kind = 'polygon' THEN ST_Multi(ST_ForcePolygonCW(ST_CollectionExtract(ST_MakeValid(geom), 3)))
            WHEN kind = 'other' THEN ST_Multi(ST_ConvexHull(geom))
        END AS g,
        CASE WHEN kind = 'point' THEN geom END AS p
    FROM judged
)
SELECT row_id, n, kind, valid, broken, unplaced, wanted,
    CASE WHEN kind = 'polygon' AND NOT ST_IsEmpty(g) THEN g END AS g,
    coalesce(p, CASE WHEN ST_IsEmpty(g) THEN NULL ELSE ST_PointOnSurface(g) END) AS point,
    CASE WHEN kind = 'polygon' THEN ST_Area(ST_Transform(g, %(metric)s)) END AS area,
    CASE WHEN kind = 'polygon' AND valid THEN md5(ST_AsBinary(g)) END AS look
FROM formed
