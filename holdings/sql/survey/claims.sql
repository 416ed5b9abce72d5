-- What forbids waiting rows of a file to be the registered building they are taken for, decided or matched:
-- 'ward' (it stands outside the wards of whoever settles or applies), 'far' (the outline chosen for it does not touch
-- it), 'twice' (another row of the file draws it too). Which rows act as a building is said in apply_roads.sql too.
WITH acting AS MATERIALIZED (
    SELECT *, count(*) FILTER (WHERE geom IS NOT NULL) OVER (PARTITION BY building_id) AS claims
    FROM (
        SELECT r.number, r.decision, x.geom,
            CASE WHEN r.decision = 'same' THEN coalesce(r.decided_building_id, x.building_id) ELSE x.building_id END
                AS building_id
        FROM holdings_surveyrow r
        JOIN holdings_surveyreading x ON x.row_id = r.id
        WHERE r.file_id = %(file)s AND x.leader_row_id IS NULL
            AND (r.decision = 'same' OR (r.decision IN ('', 'further') AND x.match = 'same'))
            AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
            AND NOT (r.decision = '' AND EXISTS (
                SELECT FROM holdings_surveyproblem p WHERE p.row_id = r.id AND p.blocking))
    ) rows
)
SELECT kind, number, bin, ward_id
FROM (
    SELECT a.number, b.bin, b.ward_id,
        CASE
            WHEN NOT b.ward_id = ANY (coalesce(%(wards)s::int[], ARRAY[b.ward_id])) THEN 'ward'
            WHEN a.geom IS NULL THEN NULL
            WHEN a.decision = 'same' AND NOT ST_Intersects(a.geom, b.geom) THEN 'far'
            WHEN a.claims > 1 OR (w.id IS NOT NULL AND NOT a.geom = b.geom) THEN 'twice'
        END AS kind
    FROM acting a
    JOIN holdings_building b ON b.id = a.building_id
    LEFT JOIN holdings_surveyrow w ON w.id = b.survey_row_id AND w.file_id = %(file)s
    WHERE %(rows)s::int[] IS NULL OR a.number = ANY (%(rows)s::int[])
) judged
WHERE kind IS NOT NULL
ORDER BY kind = 'ward' DESC, kind, number
