-- A proposal stands on the value it was compared with; another may have come in force since.
SELECT a.id FROM tax_assessment a
LEFT JOIN tax_assessment cur ON cur.holding_id = a.holding_id AND cur.state = 'in_force'
WHERE a.id = ANY(%(keys)s) AND cur.id IS DISTINCT FROM a.supersedes_id
LIMIT 1
