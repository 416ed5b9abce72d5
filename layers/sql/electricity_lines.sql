SELECT l.id, l.ward_id::integer AS ward, l.voltage::text AS voltage, l.carried::text AS carried, l.code::text AS code,
       l.length_m::double precision AS length_m, d.code::text AS road, l.provider_id::text AS provider, l.geom
FROM utilities_electricityline l LEFT JOIN holdings_road d ON d.id = l.road_id
