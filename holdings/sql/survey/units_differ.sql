-- What a row says otherwise than the units the register keeps for its holding: the building follows the survey, the
-- units do not. A holding's units of other buildings are not asked, nor those that this very file brought.
INSERT INTO survey_problem (row_id, code, field, value, blocking, details)
SELECT d.row_id, 'units_differ', v.field, left(v.written, 200), false, jsonb_build_object('holding', d.holding_id)
FROM (
    SELECT r.row_id, h.id AS holding_id, b.storeys AS built, count(DISTINCT u.storey) AS storeys,
        array_agg(DISTINCT u."use"::text) AS uses, array_agg(DISTINCT u.structure::text) AS structures,
        array_agg(DISTINCT u.occupancy::text) AS occupancies,
        CASE WHEN %(by_storey)s THEN avg(u.area_sqft) ELSE sum(u.area_sqft) END AS area
    FROM holdings_surveyreading r
    JOIN survey_shape s USING (row_id)
    LEFT JOIN survey_road k ON k.ward = r.ward_number AND k.key = r.road_key
    JOIN holdings_holding h ON h.ward_id = r.ward_number AND coalesce(h.road_id, 0) = coalesce(k.road_id, 0)
        AND h.number_key = r.number_key
    JOIN holdings_unit u ON u.holding_id = h.id AND upper_inf(u.valid)
    LEFT JOIN holdings_surveyreading l ON l.row_id = r.leader_row_id
    LEFT JOIN holdings_building b ON b.id = coalesce(r.building_id, l.building_id)
    WHERE r.number_key <> '' AND (r.road_key = '' OR k.road_id IS NOT NULL)
        AND (u.building_id = b.id OR u.building_id IS NULL OR (b.id IS NULL AND s.g IS NULL))
        AND (SELECT w.file_id FROM holdings_surveyrow w WHERE w.id = u.survey_row_id) IS DISTINCT FROM %(file)s
    GROUP BY r.row_id, h.id, b.storeys
) d
JOIN holdings_surveyreading r USING (row_id)
JOIN survey_cell c USING (row_id)
CROSS JOIN LATERAL (VALUES
    ('storeys', c.storeys, greatest(r.storeys, 1) <> d.storeys
        AND (%(by_storey)s OR d.storeys > 1 OR r.storeys <> d.built)),
    ('use', c."use", r."use" <> '' AND NOT r."use" = ANY (d.uses) AND NOT (r."use" = 'mixed' AND cardinality(d.uses) > 1)),
    ('structure', c.structure, r.structure <> '' AND NOT r.structure = ANY (d.structures)),
    ('occupancy', c.occupancy, r.occupancy <> '' AND NOT r.occupancy = ANY (d.occupancies)),
    ('area_sqft', r.area_sqft::text, abs(r.area_sqft - d.area) > %(other_area)s * d.area)
) AS v(field, written, differs)
WHERE v.differs AND v.written IS NOT NULL
