-- Rows of an intake file are evidence: what was read never changes and never goes, nor does what became of them.
CREATE FUNCTION holdings_intake_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'intake_kept_for_ever: % of % may not be %', TG_TABLE_NAME, row_to_json(OLD) ->> TG_ARGV[0],
        CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'rewritten' END USING ERRCODE = '23514';
END $$;

CREATE TRIGGER intake_file_not_deleted BEFORE DELETE ON holdings_intakefile
    FOR EACH ROW EXECUTE FUNCTION holdings_intake_kept('id');
CREATE TRIGGER intake_row_not_deleted BEFORE DELETE ON holdings_intakerow
    FOR EACH ROW EXECUTE FUNCTION holdings_intake_kept('id');
CREATE TRIGGER intake_row_not_rewritten BEFORE UPDATE OF file_id, number, raw, raw_geom ON holdings_intakerow
    FOR EACH ROW
    WHEN (
        OLD.file_id <> NEW.file_id OR OLD.number <> NEW.number OR OLD.raw IS DISTINCT FROM NEW.raw
        OR ST_AsBinary(OLD.raw_geom) IS DISTINCT FROM ST_AsBinary(NEW.raw_geom)
    )
    EXECUTE FUNCTION holdings_intake_kept('id');
CREATE TRIGGER intake_ending_kept BEFORE UPDATE OR DELETE ON holdings_intakeending
    FOR EACH ROW EXECUTE FUNCTION holdings_intake_kept('row_id');

-- A row that a problem stops cannot have been entered.
CREATE FUNCTION holdings_intake_ending_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stopped bigint;
BEGIN
    SELECT n.row_id INTO stopped
    FROM new_rows n JOIN holdings_intakeproblem p ON p.row_id = n.row_id AND p.blocking
    WHERE n.outcome = 'applied' LIMIT 1;
    IF stopped IS NOT NULL THEN
        RAISE EXCEPTION 'intake_stopped_row_not_applied: row % has a problem that stops it', stopped
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER intake_ending_right AFTER INSERT ON holdings_intakeending
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holdings_intake_ending_right();
