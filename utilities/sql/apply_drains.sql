-- A drain that says nothing of its lining is lined when it is built of something, unlined when it is earth.
INSERT INTO utilities_drain (code, ward_id, road_id, provider_id, built_on, length_m, geom, intake_row_id, cover, surface,
    material, width_mm, depth_mm, plant)
SELECT r.code, r.in_ward, n.near_id, r.provider, r.built_on, n.length_m, r.geom, r.row_id, coalesce(r.cover, 'unknown'),
    coalesce(r.surface, CASE
        WHEN r.material = 'earth' THEN 'unlined'
        WHEN r.material IN ('concrete', 'brick', 'upvc', 'hdpe', 'gi', 'ductile') THEN 'lined'
        ELSE 'unknown'
    END),
    coalesce(r.material, 'unknown'), r.width_mm, r.depth_mm, coalesce(r.plant, '')
FROM intake_ready r JOIN intake_near n USING (row_id)
