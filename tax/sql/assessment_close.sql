-- Makes way for the new versions: a proposal that no longer says what the facts are is withdrawn, what is replaced ends
-- where the new one begins.
UPDATE tax_assessment a
SET state = CASE a.state WHEN 'proposed' THEN 'rejected' ELSE 'superseded' END,
    valid = CASE WHEN a.state = 'in_force' AND lower(a.valid) < %(valid_from)s
                 THEN daterange(lower(a.valid), least(upper(a.valid), %(valid_from)s)) ELSE a.valid END
FROM assessment_stage s
WHERE a.holding_id = s.holding_id
  AND ((a.state = 'in_force' AND s.decision = 'raised') OR a.id = s.open_id AND s.withdraws)
