-- A containment belongs to the ward of its building, else to the one it lies in; its link begins on the day it was seen.
INSERT INTO fsm_containment (code, ward_id, technology, outlet, shape, diameter_m, length_m, width_m, depth_m,
    stated_volume_m3, toilets, built_year, surveyed_on, standing, needs_verification, intake_row_id, geom)
SELECT r.code, r.in_ward, r.technology, coalesce(r.outlet, 'unknown'),
    coalesce(r.shape, CASE WHEN r.diameter_m IS NOT NULL THEN 'circular'
                           WHEN r.length_m IS NOT NULL AND r.width_m IS NOT NULL THEN 'rectangular' ELSE 'unknown' END),
    r.diameter_m, r.length_m, r.width_m, r.depth_m, r.stated_volume_m3, r.toilets, r.built_year, r.surveyed_on,
    'in_use', false, r.row_id, r.geom
FROM intake_ready r
;
INSERT INTO fsm_containmentbuilding (containment_id, building_id, valid)
SELECT c.id, r.building_id, daterange(coalesce(r.surveyed_on, %(today)s), NULL)
FROM intake_ready r JOIN fsm_containment c ON c.intake_row_id = r.row_id
WHERE r.building_id IS NOT NULL
