-- What the rules make of each holding, beside what is in force: one row a holding, decided.
CREATE TEMP TABLE assessment_stage ON COMMIT DROP AS
WITH valued AS ({valued})
SELECT n.*, cur.id AS current_id, cur.annual_value AS current_value, coalesce(last.version, 0) + 1 AS version,
       CASE
           WHEN cur.input_hash = n.input_hash OR open.input_hash = n.input_hash THEN 'unchanged'
           WHEN NOT %(at_once)s OR n.annual_value < cur.annual_value THEN 'proposed'
           WHEN cur.id IS NULL THEN 'first'
           ELSE 'raised'
       END AS decision
FROM valued n
LEFT JOIN tax_assessment cur ON cur.holding_id = n.holding_id AND cur.state = 'in_force'
LEFT JOIN tax_assessment open ON open.holding_id = n.holding_id AND open.state = 'proposed'
LEFT JOIN (SELECT holding_id, max(version) AS version FROM tax_assessment a
           WHERE holding_id IN (SELECT h.id FROM holdings_holding h WHERE {scope}) GROUP BY holding_id
          ) last ON last.holding_id = n.holding_id
