INSERT INTO utilities_watermain (code, ward_id, road_id, provider_id, built_on, length_m, geom, intake_row_id, rank,
    material, diameter_mm, project)
SELECT r.code, r.in_ward, n.near_id, r.provider, r.built_on, n.length_m, r.geom, r.row_id, coalesce(r.rank, 'unknown'),
    coalesce(r.material, 'unknown'), r.diameter_mm, coalesce(r.project, '')
FROM intake_ready r JOIN intake_near n USING (row_id)
