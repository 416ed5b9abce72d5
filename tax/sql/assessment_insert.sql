INSERT INTO tax_assessment (
    holding_id, rule_set_id, version, kind, state, valid, gross_rent_amount, annual_value, previous_annual_value,
    yearly_tax_amount, charges, explanation, input_hash, supersedes_id, reason, proposed_by_id, proposed_at,
    approved_by_id, approved_at)
SELECT s.holding_id, %(rule_set)s, s.version, %(kind)s, CASE s.decision WHEN 'proposed' THEN 'proposed' ELSE 'in_force' END,
       daterange(%(valid_from)s, s.until), s.gross, s.annual_value, s.current_value, s.tax, s.charges::jsonb, s.explanation::json,
       s.input_hash, s.current_id, %(reason)s, %(by)s, %(at)s,
       CASE WHEN s.decision <> 'proposed' THEN %(by)s END, CASE WHEN s.decision <> 'proposed' THEN %(at)s END
FROM assessment_stage s
WHERE s.decision <> 'unchanged'
