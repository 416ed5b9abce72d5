-- A decision answers what stopped the row when it was made: what stops it now and did not then asks a person again.
UPDATE holdings_surveyrow r SET
    decision = '', decided_ward_id = NULL, decided_building_id = NULL, decided_by_id = NULL, decided_at = NULL
WHERE r.file_id = %(file)s AND r.decision NOT IN ('', 'reject') AND EXISTS (
    SELECT FROM survey_problem p WHERE p.row_id = r.id AND p.blocking AND NOT EXISTS (
        SELECT FROM survey_answered a WHERE a.row_id = p.row_id AND a.code = p.code))
