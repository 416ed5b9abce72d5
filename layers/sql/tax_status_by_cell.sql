SELECT id, ward::integer AS ward, buildings::integer AS buildings,
       (100 * (arrears_1 + arrears_2) / greatest(buildings - not_billed, 1))::integer AS arrears_percent, geom
FROM layers_cellsummary
WHERE buildings > not_billed
