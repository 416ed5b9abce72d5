SELECT number::bigint AS id, number::integer AS ward, zone::integer AS zone, name_bn::text AS name_bn,
       name_en::text AS name_en, geom
FROM holdings_ward
