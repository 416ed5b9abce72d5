UPDATE tax_assessment old
SET state = 'superseded',
    valid = CASE WHEN lower(old.valid) < lower(new.valid)
                 THEN daterange(lower(old.valid), least(upper(old.valid), lower(new.valid))) ELSE old.valid END
FROM tax_assessment new
WHERE new.id = ANY(%(keys)s) AND old.id = new.supersedes_id AND old.state = 'in_force'
