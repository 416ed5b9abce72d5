-- What the utilities refuse whatever program asks. Every refusal carries SQLSTATE 23514 and names its rule.

-- An account or meter number without separators, in Latin capitals: "১২-৩৪/ab" and "1234AB" are one account.
CREATE FUNCTION utilities_account_key(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(regexp_replace(translate(written, '০১২৩৪৫৬৭৮৯', '0123456789'), '[^0-9A-Za-z\u0980-\u09FF]', '', 'g'))
$$;

ALTER TABLE utilities_connection
    ADD CONSTRAINT connection_account_key_normal CHECK (account_key = utilities_account_key(account_number)),
    ADD CONSTRAINT connection_has_a_day CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL);
ALTER TABLE utilities_drain ADD CONSTRAINT drain_geom_valid CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom));
ALTER TABLE utilities_sewer ADD CONSTRAINT sewer_geom_valid CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom));
ALTER TABLE utilities_watermain ADD CONSTRAINT water_main_geom_valid CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom));
ALTER TABLE utilities_electricityline
    ADD CONSTRAINT electricity_line_geom_valid CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom));

-- History is added to: a row in force may only be closed, and no row goes.
CREATE FUNCTION utilities_connection_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'connection_kept_for_ever: connection % may not be deleted', OLD.id USING ERRCODE = '23514';
    END IF;
    IF (OLD.id, OLD.provider_id, OLD.service, OLD.holding_id, OLD.account_number, OLD.account_key, OLD.meter_number,
            OLD.status, OLD.intake_row_id, lower(OLD.valid))
        IS DISTINCT FROM
       (NEW.id, NEW.provider_id, NEW.service, NEW.holding_id, NEW.account_number, NEW.account_key, NEW.meter_number,
            NEW.status, NEW.intake_row_id, lower(NEW.valid))
       OR upper(OLD.valid) IS NOT NULL OR upper(NEW.valid) IS NULL THEN
        RAISE EXCEPTION 'connection_history_only_closed: connection % may only be closed once', OLD.id
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER connection_kept BEFORE UPDATE OR DELETE ON utilities_connection
    FOR EACH ROW EXECUTE FUNCTION utilities_connection_kept();

-- A provider answers only for what it serves; checked once a statement.
CREATE FUNCTION utilities_service_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT n.provider_id, n.service INTO wrong
    FROM (SELECT DISTINCT provider_id, service FROM new_rows) n JOIN utilities_provider p ON p.code = n.provider_id
    WHERE NOT n.service = ANY (p.services) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'connection_service_of_provider: % does not provide %', wrong.provider_id, wrong.service
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER connection_service_right AFTER INSERT ON utilities_connection
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION utilities_service_right();
