SELECT w.number::bigint AS id, w.number::integer AS ward, s.buildings::integer AS buildings,
       (100 * (s.arrears_1 + s.arrears_2) / greatest(s.buildings - s.not_billed, 1))::integer AS arrears_percent, w.geom
FROM layers_wardsummary s JOIN holdings_ward w ON w.number = s.ward_id
WHERE s.buildings > s.not_billed
