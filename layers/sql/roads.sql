SELECT id, ward_id::integer AS ward, hierarchy::text AS hierarchy, code::text AS code, name_bn::text AS name_bn,
       name_en::text AS name_en, geom
FROM holdings_road
