SELECT w.number::bigint AS id, w.number::integer AS ward, s.buildings::integer AS buildings, w.geom
FROM layers_wardsummary s JOIN holdings_ward w ON w.number = s.ward_id
