-- A proposal of this officer's own that asks less than what it replaces on any of its days.
SELECT a.id FROM tax_assessment a JOIN tax_assessment p ON p.id = a.supersedes_id
WHERE a.id = ANY(%(keys)s) AND a.proposed_by_id = %(by)s
  AND (a.annual_value < greatest(p.annual_value, tax_value_replaced(a.holding_id, lower(a.valid), a.version))
       OR (a.rule_set_id = p.rule_set_id AND a.yearly_tax_amount < p.yearly_tax_amount))
LIMIT 1
