SELECT l.id, l.ward_id::integer AS ward, l.cover::text AS cover, l.surface::text AS surface,
       l.material::text AS material, l.width_mm::integer AS width_mm, l.code::text AS code,
       l.length_m::double precision AS length_m, d.code::text AS road, l.provider_id::text AS provider, l.geom
FROM utilities_drain l LEFT JOIN holdings_road d ON d.id = l.road_id
