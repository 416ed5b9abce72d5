-- Each containment stands beside the building it was drawn for: the nearest one of its ward.
INSERT INTO fsm_containmentbuilding (containment_id, building_id, valid)
SELECT c.id, b.id, daterange(c.surveyed_on, NULL)
FROM fsm_containment c
CROSS JOIN LATERAL (
    SELECT b.id FROM holdings_building b WHERE b.ward_id = c.ward_id AND b.geom && ST_Expand(c.geom, 30)
    ORDER BY b.geom <-> c.geom LIMIT 1
) b
