-- A row for each statement that changes what public tiles show. Inserts never wait for each other, unlike
-- a counter that is updated.
CREATE FUNCTION layers_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO layers_change (source, n, at) VALUES (TG_TABLE_NAME, 1, clock_timestamp());
    RETURN NULL;
END
$$;

CREATE TRIGGER layers_change_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON holdings_ward
    FOR EACH STATEMENT EXECUTE FUNCTION layers_note_change();
CREATE TRIGGER layers_change_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON holdings_road
    FOR EACH STATEMENT EXECUTE FUNCTION layers_note_change();
CREATE TRIGGER layers_change_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON holdings_building
    FOR EACH STATEMENT EXECUTE FUNCTION layers_note_change();
CREATE TRIGGER layers_change_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON layers_wardsummary
    FOR EACH STATEMENT EXECUTE FUNCTION layers_note_change();
