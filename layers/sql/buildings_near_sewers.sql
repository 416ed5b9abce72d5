SELECT b.id, b.ward_id::integer AS ward,
       CASE
           WHEN r.distance_m <= 10 THEN 'within_10'
           WHEN r.distance_m <= 30 THEN 'within_30'
           WHEN r.distance_m <= 50 THEN 'within_50'
           ELSE 'within_100'
       END AS reach,
       r.distance_m::double precision AS distance_m, s.code::text AS sewer, b.bin::text AS bin, b.geom
FROM holdings_building b
JOIN utilities_sewerreach r ON r.building_id = b.id
JOIN utilities_sewer s ON s.id = r.sewer_id
