-- A tank or pit beside most buildings; what it is follows from how the building is built, the rest from its number.
INSERT INTO fsm_containment (code, ward_id, technology, outlet, inside_building, shape, diameter_m, length_m, width_m,
    depth_m, toilets, built_year, surveyed_on, standing, needs_verification, geom)
SELECT 'C' || lpad(ward::text, 2, '0') || '-' || lpad(row_number() OVER (PARTITION BY ward ORDER BY id)::text, 6, '0'),
    ward, technology,
    CASE WHEN technology IN ('twin_pit', 'unlined_pit') THEN 'none'
         WHEN d2 < 52 THEN 'open_drain' WHEN d2 < 80 THEN 'covered_drain' WHEN d2 < 92 THEN 'soak_pit'
         WHEN d2 < 96 THEN 'water_body' ELSE 'unknown' END,
    d3 < 12, CASE WHEN d4 < 4 THEN 'unknown' WHEN technology = 'septic_tank' THEN 'rectangular' ELSE 'circular' END,
    CASE WHEN technology <> 'septic_tank' THEN round(0.9 + d2 / 100.0, 1) END,
    CASE WHEN technology = 'septic_tank' THEN round(1.8 + d3 / 50.0 + storeys * 0.15, 1) END,
    CASE WHEN technology = 'septic_tank' THEN round(1.0 + d4 / 120.0, 1) END,
    round(1.4 + d1 / 90.0, 1), 1 + storeys * (1 + d3 / 60), built_year,
    DATE '2024-01-10' + d2 * 3, 'in_use', d4 < 4, ST_Translate(point, d1 / 12.0 - 4, d3 / 12.0 - 4)
FROM (
    SELECT id, ward, storeys, built_year, point, d1, d2, d3, d4,
        CASE structure WHEN 'pucca' THEN CASE WHEN d1 < 78 THEN 'septic_tank' WHEN d1 < 96 THEN 'lined_pit' ELSE 'holding_tank' END
                       WHEN 'semi_pucca' THEN CASE WHEN d1 < 45 THEN 'septic_tank' WHEN d1 < 85 THEN 'lined_pit' ELSE 'twin_pit' END
                       ELSE CASE WHEN d1 < 35 THEN 'lined_pit' WHEN d1 < 60 THEN 'twin_pit' ELSE 'unlined_pit' END END AS technology
    FROM (
        SELECT b.id, b.ward_id AS ward, coalesce(b.storeys, 1) AS storeys, b.built_year, b.point, b.structure,
            ('x' || substr(h, 1, 7))::bit(28)::int %% 100 AS d1, ('x' || substr(h, 8, 7))::bit(28)::int %% 100 AS d2,
            ('x' || substr(h, 15, 7))::bit(28)::int %% 100 AS d3, ('x' || substr(h, 22, 7))::bit(28)::int %% 100 AS d4
        FROM holdings_building b, md5('containment ' || b.bin) h
        WHERE b.use NOT IN ('vacant_land', 'under_construction')
    ) drawn
    WHERE (d1 + d4) %% 10 > 0
) typed
