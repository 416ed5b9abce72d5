SELECT id, ward::integer AS ward, buildings::integer AS buildings, geom
FROM layers_cellsummary
