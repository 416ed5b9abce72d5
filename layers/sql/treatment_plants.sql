SELECT p.id, (SELECT w.number::integer FROM holdings_ward w WHERE ST_Contains(w.geom, p.geom) LIMIT 1) AS ward,
       p.kind::text AS kind, p.capacity_m3_day::double precision AS capacity_m3_day, p.name_bn::text AS name_bn,
       p.name_en::text AS name_en, p.geom
FROM fsm_treatmentplant p
WHERE p.active
