INSERT INTO utilities_electricityline (code, ward_id, road_id, provider_id, built_on, length_m, geom, intake_row_id,
    voltage, carried)
SELECT r.code, r.in_ward, n.near_id, r.provider, r.built_on, n.length_m, r.geom, r.row_id,
    coalesce(r.voltage, 'unknown'), coalesce(r.carried, 'unknown')
FROM intake_ready r JOIN intake_near n USING (row_id)
