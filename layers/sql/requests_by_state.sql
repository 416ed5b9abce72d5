-- Open requests where they stand: at the containment, else at the building. The number's digits are the key (fsm/rules/numbers.py).
SELECT translate(r.number, 'FS-', '')::bigint AS id, r.ward_id::integer AS ward, r.state::text AS state, r.urgent,
       r.number::text AS number, coalesce(c.geom, b.point) AS geom
FROM fsm_request r
LEFT JOIN fsm_containment c ON c.id = r.containment_id
LEFT JOIN holdings_building b ON b.id = r.building_id
WHERE r.state IN ('requested', 'verified', 'assigned', 'emptying', 'in_transit', 'received', 'failed')
  AND coalesce(c.geom, b.point) IS NOT NULL
