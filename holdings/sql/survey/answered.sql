-- What stopped the rows that a person decided, before they are looked at again.
CREATE TEMP TABLE survey_answered ON COMMIT DROP AS
SELECT p.row_id, p.code FROM holdings_surveyproblem p JOIN holdings_surveyrow r ON r.id = p.row_id
WHERE r.file_id = %(file)s AND r.decision NOT IN ('', 'reject') AND p.blocking
    AND NOT EXISTS (SELECT FROM holdings_surveyending e WHERE e.row_id = r.id)
