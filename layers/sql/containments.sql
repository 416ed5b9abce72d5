SELECT c.id, c.ward_id::integer AS ward, c.technology::text AS technology, c.outlet::text AS outlet,
       c.volume_m3::double precision AS volume_m3, c.standing::text AS standing, c.needs_verification,
       (SELECT count(*)::integer FROM fsm_request r JOIN fsm_event e ON e.request_id = r.id AND e.step = 'finish'
        WHERE r.containment_id = c.id) AS times_emptied,
       c.code::text AS code, c.geom
FROM fsm_containment c
