-- One reading for each waiting row: words understood, numbers cast, ward settled, place measured.
INSERT INTO holdings_surveyreading (
    row_id, file_id, bin, ward_stated, ward_stands, ward_number, road_written, road_key, mahalla_written,
    number_written, number_key, old_number, storeys, structure, "use", frontage, occupancy, built_year, area_sqft,
    monthly_rent_amount, owner_bn, owner_en, guardian_name, mobile, geom, point, area_m2, match, leader_row_id
)
SELECT c.row_id, %(file)s,
    CASE WHEN length(c.bin) <= 40 THEN c.bin ELSE '' END,
    c.ward_no, t.ward,
    coalesce(c.decided_ward_id, CASE WHEN c.ward_no IS NULL THEN t.ward ELSE w.number END),
    CASE WHEN length(c.road) <= 120 THEN c.road ELSE '' END,
    CASE WHEN length(c.road) <= 120 THEN coalesce(road.value, '') ELSE '' END,
    CASE WHEN length(c.mahalla) <= 80 THEN c.mahalla ELSE '' END,
    CASE WHEN length(c.number) <= 40 THEN c.number ELSE '' END,
    CASE WHEN length(c.number) <= 40 THEN left(coalesce(door.value, ''), 40) ELSE '' END,
    CASE WHEN length(c.old_number) <= 40 THEN c.old_number ELSE '' END,
    CASE WHEN c.storeys_n BETWEEN 0 AND 60 THEN c.storeys_n END,
    coalesce(structure.value, ''), coalesce("use".value, ''), coalesce(frontage.value, ''),
    coalesce(occupancy.value, ''),
    CASE WHEN c.built_year_n BETWEEN 1700 AND 2100 THEN c.built_year_n END,
    CASE
        WHEN c.area_sqft = 'footprint' THEN round((s.area / 0.09290304)::numeric, 2)
        WHEN c.area_sqft_n > 0 THEN c.area_sqft_n
    END,
    c.rent_n,
    CASE WHEN length(c.owner_bn) <= 150 THEN c.owner_bn ELSE '' END,
    CASE WHEN length(c.owner_en) <= 150 THEN c.owner_en ELSE '' END,
    CASE WHEN length(c.guardian) <= 150 THEN c.guardian ELSE '' END,
    CASE WHEN c.mobile_n ~ '^01[3-9][0-9]{8}$' THEN c.mobile_n ELSE '' END,
    CASE WHEN s.area >= %(smallest)s THEN s.g END, s.point,
    CASE WHEN s.area >= %(smallest)s THEN round(s.area::numeric, 2) END,
    'new', NULL
FROM survey_cell c
JOIN survey_shape s USING (row_id)
LEFT JOIN survey_stand t USING (row_id)
LEFT JOIN holdings_ward w ON w.number = c.ward_no
LEFT JOIN survey_word road ON road.field = 'road' AND road.written = c.road
LEFT JOIN survey_word door ON door.field = 'number' AND door.written = c.number
LEFT JOIN survey_word structure ON structure.field = 'structure' AND structure.written = c.structure
LEFT JOIN survey_word "use" ON "use".field = 'use' AND "use".written = c."use"
LEFT JOIN survey_word frontage ON frontage.field = 'frontage' AND frontage.written = c.frontage
LEFT JOIN survey_word occupancy ON occupancy.field = 'occupancy' AND occupancy.written = c.occupancy
