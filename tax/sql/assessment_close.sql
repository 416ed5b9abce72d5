-- Makes way for the new versions: an open proposal is rejected, what is replaced ends where the new one begins.
UPDATE tax_assessment a
SET state = CASE a.state WHEN 'proposed' THEN 'rejected' ELSE 'superseded' END,
    valid = CASE WHEN a.state = 'in_force' AND lower(a.valid) < %(valid_from)s
                 THEN daterange(lower(a.valid), least(upper(a.valid), %(valid_from)s)) ELSE a.valid END
FROM assessment_stage s
WHERE a.holding_id = s.holding_id
  AND ((a.state = 'in_force' AND s.decision = 'raised') OR (a.state = 'proposed' AND s.decision <> 'unchanged'))
