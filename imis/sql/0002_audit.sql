-- Audit rows are written once: no role, the owner's own session included, may change or delete one.
CREATE FUNCTION imis_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON imis_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION imis_append_only();

-- Roles, wards and rights of staff: each change is kept where the application role cannot write, whatever
-- program made it. The password itself is never kept, only that it changed.
CREATE SCHEMA audit;
REVOKE ALL ON SCHEMA audit FROM PUBLIC;

CREATE TABLE audit.office_change (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    database_user text NOT NULL,
    transaction   xid8 NOT NULL DEFAULT pg_current_xact_id(),
    operation     text NOT NULL,
    user_id       bigint NOT NULL,
    username      text NOT NULL,
    before        jsonb,
    after         jsonb
);

CREATE FUNCTION audit.office_of(u public.imis_user) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'username', u.username, 'roles', to_jsonb(u.roles), 'all_wards', u.all_wards,
        'wards', to_jsonb(u.ward_numbers), 'active', u.is_active, 'superuser', u.is_superuser, 'staff', u.is_staff)
$$;

CREATE FUNCTION audit.keep_office_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was jsonb; now_is jsonb;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO audit.office_change (database_user, operation, user_id, username)
        VALUES (session_user, TG_OP, 0, '');
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN was := audit.office_of(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN now_is := audit.office_of(NEW); END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.password IS DISTINCT FROM NEW.password THEN now_is := now_is || '{"password": "changed"}'; END IF;
        IF was = now_is THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO audit.office_change (database_user, operation, user_id, username, before, after)
    VALUES (session_user, TG_OP, COALESCE(NEW.id, OLD.id), COALESCE(NEW.username, OLD.username), was, now_is);
    RETURN NULL;
END $$;

CREATE TRIGGER user_keep_office_change AFTER INSERT OR UPDATE OR DELETE ON imis_user
    FOR EACH ROW EXECUTE FUNCTION audit.keep_office_change();
CREATE TRIGGER user_keep_truncate AFTER TRUNCATE ON imis_user
    FOR EACH STATEMENT EXECUTE FUNCTION audit.keep_office_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.office_change
    FOR EACH STATEMENT EXECUTE FUNCTION imis_append_only();
