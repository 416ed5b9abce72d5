SELECT l.id, l.ward_id::integer AS ward, l.side::text AS side, l.material::text AS material,
       l.diameter_mm::integer AS diameter_mm, l.plant::text AS plant, l.code::text AS code,
       l.length_m::double precision AS length_m, d.code::text AS road, l.provider_id::text AS provider, l.geom
FROM utilities_sewer l LEFT JOIN holdings_road d ON d.id = l.road_id
