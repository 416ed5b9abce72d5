INSERT INTO layers_wardsummary (ward_id, fiscal_year, made_at, buildings, paid, current, arrears_1, arrears_2, not_billed)
SELECT ward, %(fiscal_year)s, %(at)s, sum(buildings), sum(paid), sum(current), sum(arrears_1), sum(arrears_2), sum(not_billed)
FROM layers_cellsummary
GROUP BY ward
