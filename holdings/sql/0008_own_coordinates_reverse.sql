DROP TRIGGER survey_row_not_rewritten ON holdings_surveyrow;
CREATE TRIGGER survey_row_not_rewritten BEFORE UPDATE OF file_id, number, raw, raw_geom ON holdings_surveyrow
    FOR EACH ROW
    WHEN (
        OLD.file_id <> NEW.file_id OR OLD.number <> NEW.number OR OLD.raw IS DISTINCT FROM NEW.raw
        OR ST_AsBinary(OLD.raw_geom) IS DISTINCT FROM ST_AsBinary(NEW.raw_geom)
    )
    EXECUTE FUNCTION holdings_survey_row_kept();

DROP TRIGGER intake_row_not_rewritten ON holdings_intakerow;
CREATE TRIGGER intake_row_not_rewritten BEFORE UPDATE OF file_id, number, raw, raw_geom ON holdings_intakerow
    FOR EACH ROW
    WHEN (
        OLD.file_id <> NEW.file_id OR OLD.number <> NEW.number OR OLD.raw IS DISTINCT FROM NEW.raw
        OR ST_AsBinary(OLD.raw_geom) IS DISTINCT FROM ST_AsBinary(NEW.raw_geom)
    )
    EXECUTE FUNCTION holdings_intake_kept('id');
