-- Squares of 2^-19 of the world's width (76.4 units of EPSG:3857, about 70 m on the ground at Khulna).
INSERT INTO layers_cellsummary (ward, buildings, paid, current, arrears_1, arrears_2, not_billed, geom)
SELECT ward, count(*), count(*) FILTER (WHERE status = 'paid'), count(*) FILTER (WHERE status = 'current'),
       count(*) FILTER (WHERE status = 'arrears_1'), count(*) FILTER (WHERE status = 'arrears_2'),
       count(*) FILTER (WHERE status = 'not_billed'),
       ST_MakeEnvelope(col * 76.43702828517625, line * 76.43702828517625,
                       (col + 1) * 76.43702828517625, (line + 1) * 76.43702828517625, 3857)
FROM (
    SELECT s.ward, s.status, floor(ST_X(b.point) / 76.43702828517625) AS col,
           floor(ST_Y(b.point) / 76.43702828517625) AS line
    FROM ({status}) s JOIN holdings_building b ON b.id = s.id
) placed
GROUP BY ward, col, line
ORDER BY line, col
