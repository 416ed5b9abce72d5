-- The plants are a public layer: their tiles change their address when the table does (0002_changes.sql).
CREATE TRIGGER layers_change_noted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON fsm_treatmentplant
    FOR EACH STATEMENT EXECUTE FUNCTION layers_note_change();
