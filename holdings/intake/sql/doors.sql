-- The holding that a written number means: by its code, else by its normalised number in the row's ward and road.
-- Where a road is written that the ward does not have, no holding is meant: the same number on another road is another door.
-- `found` counts the holdings it could be; one that is in use outdoes those that are not.
CREATE TEMP TABLE {door} ON COMMIT DROP AS
SELECT row_id, min(holding_id) FILTER (WHERE state = best) AS holding_id,
    min(ward_id) FILTER (WHERE state = best) AS ward_id, count(*) FILTER (WHERE state = best) AS found
FROM (
    SELECT t.row_id, h.id AS holding_id, h.ward_id, h.state, min(h.state) OVER (PARTITION BY t.row_id) AS best
    FROM intake_text t
    JOIN intake_word k ON k.field = %(field)s AND k.written = t.{field}
    JOIN holdings_holding h ON h.code = k.value
    WHERE k.value ~ '^[0-9]{{2}}-[0-9]{{3}}-[0-9]{{4}}-[0-9]{{2}}$'
    UNION ALL
    SELECT t.row_id, h.id, h.ward_id, h.state, min(h.state) OVER (PARTITION BY t.row_id)
    FROM intake_text t
    JOIN intake_word k ON k.field = %(field)s AND k.written = t.{field}
    JOIN intake_where p USING (row_id)
    JOIN holdings_holding h ON h.number_key = k.value AND h.ward_id = p.ward
    WHERE NOT p.road_lost AND (p.road_id IS NULL OR h.road_id = p.road_id)
) met
GROUP BY row_id
;
ANALYZE {door}
