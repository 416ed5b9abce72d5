SELECT id, ward_id::integer AS ward, storeys::integer AS storeys, use::text AS use, structure::text AS structure,
       bin::text AS bin, geom
FROM holdings_building
