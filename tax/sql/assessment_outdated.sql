-- A proposal by this rule set from this day that the present facts do not give any more, by its holding's number.
WITH valued AS ({valued})
SELECT coalesce(h.code, h.number_written)
FROM tax_assessment a JOIN holdings_holding h ON h.id = a.holding_id
LEFT JOIN valued n ON n.holding_id = a.holding_id
WHERE a.id = ANY(%(keys)s) AND a.rule_set_id = %(rule_set)s AND lower(a.valid) = %(valid_from)s
  AND n.input_hash IS DISTINCT FROM a.input_hash
ORDER BY h.ward_id, h.route_order LIMIT 1
