-- What the rules make of each holding, beside what is in force: one row a holding, decided.
-- `withdraws`: a proposal waits that no longer says what the facts are.
CREATE TEMP TABLE assessment_stage ON COMMIT DROP AS
WITH valued AS ({valued}), beside AS (
    SELECT n.*, cur.id AS current_id, cur.annual_value AS current_value, coalesce(last.version, 0) + 1 AS version,
           open.id AS open_id,
           cur.input_hash = n.input_hash AND cur.valid @> %(valid_from)s::date AS stands,
           open.input_hash = n.input_hash AND open.valid @> %(valid_from)s::date AS waits,
           -- A version that begins before the one in force also replaces what governs the days until then.
           CASE WHEN lower(cur.valid) > %(valid_from)s::date
                THEN greatest(cur.annual_value, tax_value_replaced(n.holding_id, %(valid_from)s, last.version + 1))
                ELSE cur.annual_value END AS replaced_value,
           CASE WHEN cur.rule_set_id = %(rule_set)s THEN cur.yearly_tax_amount END AS replaced_tax
    FROM valued n
    LEFT JOIN tax_assessment cur ON cur.holding_id = n.holding_id AND cur.state = 'in_force'
    LEFT JOIN tax_assessment open ON open.holding_id = n.holding_id AND open.state = 'proposed'
    LEFT JOIN (SELECT holding_id, max(version) AS version FROM tax_assessment a
               WHERE holding_id IN (SELECT h.id FROM holdings_holding h WHERE {scope}) GROUP BY holding_id
              ) last ON last.holding_id = n.holding_id
)
SELECT b.*, open_id IS NOT NULL AND waits IS NOT TRUE AS withdraws,
       CASE
           WHEN stands OR waits THEN 'unchanged'
           WHEN NOT %(at_once)s OR annual_value < replaced_value OR tax < replaced_tax THEN 'proposed'
           WHEN current_id IS NULL THEN 'first'
           ELSE 'raised'
       END AS decision
FROM beside b
