-- What the register refuses whatever program asks. Every refusal carries SQLSTATE 23514 and names its rule.

ALTER TABLE holdings_building
    ADD CONSTRAINT building_geom_valid CHECK (ST_IsValid(geom)),
    ADD CONSTRAINT building_rings_clockwise CHECK (ST_IsPolygonCW(geom)),
    ADD CONSTRAINT building_geom_in_bounds CHECK (
        geom @ ST_MakeEnvelope(-20037508.35, -20037508.35, 20037508.35, 20037508.35, 3857)
    ),
    ADD CONSTRAINT building_point_on_it CHECK (point && geom);

ALTER TABLE holdings_ward
    ADD CONSTRAINT ward_geom_valid CHECK (ST_IsValid(geom)),
    ADD CONSTRAINT ward_number_positive CHECK (number > 0);

-- The normal form of holdings.rules.identity.number_key: NFC, Latin digits, "/" the only separator, no joiners.
ALTER TABLE holdings_holding
    ADD CONSTRAINT holding_number_key_normal CHECK (
        number_key IS NFC NORMALIZED
        AND number_key !~ '[০-৯ ,.\\|:;_\u2010-\u2015\u200b-\u200d\u2060\ufeff[:space:]-]'
        AND number_key !~ '(^/|/$|//)'
    ),
    ADD CONSTRAINT holding_code_shape CHECK (code ~ '^[0-9]{2}-[0-9]{3}-[0-9]{4}-[0-9]{2}$'),
    ADD CONSTRAINT holding_not_its_own_parent CHECK (parent_id <> id);

-- Shares in force sum to 1 on every day that has an owner. The sum can change only on a first or a last day,
-- so those days are looked at; a day on which nobody is known to own (sum 0) is allowed.
-- Statement level: all shares of a holding change in one statement, and a city's owners are checked in one pass.
CREATE FUNCTION holdings_refuse_bad_shares(holdings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    SELECT d.holding_id, d.day, sum(o.share) AS shares INTO bad
    FROM (
        SELECT holding_id, lower(valid) AS day FROM holdings_ownership WHERE holding_id = ANY (holdings)
        UNION
        SELECT holding_id, upper(valid) FROM holdings_ownership
        WHERE holding_id = ANY (holdings) AND NOT upper_inf(valid)
    ) d
    JOIN holdings_ownership o ON o.holding_id = d.holding_id
        AND (o.valid @> d.day OR (d.day IS NULL AND lower_inf(o.valid)))
    GROUP BY 1, 2
    HAVING sum(o.share) <> 1
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ownership_shares_sum_to_1: shares of holding % on % sum to %', bad.holding_id,
            coalesce(bad.day::text, 'the first day'), bad.shares USING ERRCODE = '23514';
    END IF;
END $$;

CREATE FUNCTION holdings_shares_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM holdings_refuse_bad_shares(array_agg(DISTINCT holding_id)) FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION holdings_shares_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM holdings_refuse_bad_shares(array_agg(DISTINCT holding_id)) FROM old_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION holdings_shares_both() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM holdings_refuse_bad_shares(array_agg(DISTINCT holding_id))
    FROM (SELECT holding_id FROM new_rows UNION SELECT holding_id FROM old_rows) touched;
    RETURN NULL;
END $$;

CREATE TRIGGER ownership_shares_inserted AFTER INSERT ON holdings_ownership
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holdings_shares_new();
CREATE TRIGGER ownership_shares_updated AFTER UPDATE ON holdings_ownership
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION holdings_shares_both();
CREATE TRIGGER ownership_shares_deleted AFTER DELETE ON holdings_ownership
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION holdings_shares_old();

ALTER TABLE holdings_ownership
    ADD CONSTRAINT ownership_has_a_day CHECK (NOT isempty(valid));

-- A row of a survey is evidence: what was read never changes and never goes.
CREATE FUNCTION holdings_survey_row_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'survey_row_kept_for_ever: row % of survey file % may not be % ', OLD.number, OLD.file_id,
        CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'rewritten' END USING ERRCODE = '23514';
END $$;

CREATE TRIGGER survey_row_not_rewritten BEFORE UPDATE OF file_id, number, raw, raw_geom ON holdings_surveyrow
    FOR EACH ROW
    WHEN (
        OLD.file_id <> NEW.file_id OR OLD.number <> NEW.number OR OLD.raw IS DISTINCT FROM NEW.raw
        OR ST_AsBinary(OLD.raw_geom) IS DISTINCT FROM ST_AsBinary(NEW.raw_geom)
    )
    EXECUTE FUNCTION holdings_survey_row_kept();
CREATE TRIGGER survey_row_not_deleted BEFORE DELETE ON holdings_surveyrow
    FOR EACH ROW EXECUTE FUNCTION holdings_survey_row_kept();

ALTER TABLE holdings_surveyrow
    ADD CONSTRAINT survey_row_decision_has_author CHECK (decision = '' OR decided_by_id IS NOT NULL);

-- References to survey files and rows, checked once a statement. Their targets are never deleted, so looking at the
-- rows just written is enough.
CREATE FUNCTION holdings_survey_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost bigint;
BEGIN
    EXECUTE format(
        'SELECT n.%1$I FROM new_rows n LEFT JOIN %2$I t ON t.id = n.%1$I WHERE n.%1$I IS NOT NULL AND t.id IS NULL LIMIT 1',
        TG_ARGV[0], TG_ARGV[1]) INTO lost;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'survey_reference_exists: %.% % is not in %', TG_TABLE_NAME, TG_ARGV[0], lost, TG_ARGV[1]
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION holdings_survey_file_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'survey_file_kept_for_ever: survey file % may not be deleted', OLD.id USING ERRCODE = '23514';
END $$;
CREATE TRIGGER survey_file_not_deleted BEFORE DELETE ON holdings_surveyfile
    FOR EACH ROW EXECUTE FUNCTION holdings_survey_file_kept();

CREATE TRIGGER surveyrow_file_id_insert AFTER INSERT ON holdings_surveyrow
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('file_id', 'holdings_surveyfile');
CREATE TRIGGER surveyproblem_row_id_insert AFTER INSERT ON holdings_surveyproblem
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('row_id', 'holdings_surveyrow');
CREATE TRIGGER surveyproblem_row_id_update AFTER UPDATE ON holdings_surveyproblem
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('row_id', 'holdings_surveyrow');
CREATE TRIGGER building_survey_row_id_insert AFTER INSERT ON holdings_building
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');
CREATE TRIGGER building_survey_row_id_update AFTER UPDATE ON holdings_building
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');
CREATE TRIGGER holding_survey_row_id_insert AFTER INSERT ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');
CREATE TRIGGER holding_survey_row_id_update AFTER UPDATE ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');
CREATE TRIGGER unit_survey_row_id_insert AFTER INSERT ON holdings_unit
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');
CREATE TRIGGER unit_survey_row_id_update AFTER UPDATE ON holdings_unit
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('survey_row_id', 'holdings_surveyrow');

CREATE TRIGGER surveyending_row_id_insert AFTER INSERT ON holdings_surveyending
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_survey_reference('row_id', 'holdings_surveyrow');
CREATE FUNCTION holdings_survey_ending_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'survey_ending_kept_for_ever: what became of survey row % may not change', OLD.row_id
        USING ERRCODE = '23514';
END $$;
CREATE TRIGGER survey_ending_kept BEFORE UPDATE OR DELETE ON holdings_surveyending
    FOR EACH ROW EXECUTE FUNCTION holdings_survey_ending_kept();

-- The references of buildings and holdings to their ward and road, checked once a statement. As a foreign key would,
-- the check takes a KEY SHARE lock on the parents, so that none can go before the transaction ends.
CREATE FUNCTION holdings_place_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost bigint;
BEGIN
    EXECUTE format('SELECT 1 FROM %2$I p WHERE p.%3$I IN (SELECT %1$I FROM new_rows) FOR KEY SHARE OF p',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]);
    EXECUTE format(
        'SELECT n.%1$I FROM (SELECT DISTINCT %1$I FROM new_rows) n LEFT JOIN %2$I p ON p.%3$I = n.%1$I'
        ' WHERE n.%1$I IS NOT NULL AND p.%3$I IS NULL LIMIT 1',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]) INTO lost;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION '%_exists: %.% % is not in %', TG_ARGV[0], TG_TABLE_NAME, TG_ARGV[0], lost, TG_ARGV[1]
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- The other side: a ward or road that something stands in neither goes nor changes its key.
CREATE FUNCTION holdings_place_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    place text;
BEGIN
    FOREACH place IN ARRAY TG_ARGV[1:] LOOP
        EXECUTE format(
            'SELECT o.%1$I FROM old_rows o WHERE EXISTS (SELECT FROM %2$I c WHERE c.%3$I = o.%1$I)'
            ' AND NOT EXISTS (SELECT FROM %4$I p WHERE p.%1$I = o.%1$I) LIMIT 1',
            TG_ARGV[0], split_part(place, '.', 1), split_part(place, '.', 2), TG_TABLE_NAME) INTO found;
        IF found IS NOT NULL THEN
            RAISE EXCEPTION 'place_in_use: % % is used by %', TG_TABLE_NAME, found, split_part(place, '.', 1)
                USING ERRCODE = '23514';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER building_ward_id_insert AFTER INSERT ON holdings_building
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('ward_id', 'holdings_ward', 'number');
CREATE TRIGGER building_ward_id_update AFTER UPDATE ON holdings_building
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('ward_id', 'holdings_ward', 'number');
CREATE TRIGGER holding_ward_id_insert AFTER INSERT ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('ward_id', 'holdings_ward', 'number');
CREATE TRIGGER holding_ward_id_update AFTER UPDATE ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('ward_id', 'holdings_ward', 'number');
CREATE TRIGGER holding_road_id_insert AFTER INSERT ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('road_id', 'holdings_road', 'id');
CREATE TRIGGER holding_road_id_update AFTER UPDATE ON holdings_holding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('road_id', 'holdings_road', 'id');
CREATE TRIGGER ward_in_use_delete AFTER DELETE ON holdings_ward
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('number', 'holdings_building.ward_id', 'holdings_holding.ward_id');
CREATE TRIGGER ward_in_use_update AFTER UPDATE ON holdings_ward
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('number', 'holdings_building.ward_id', 'holdings_holding.ward_id');
CREATE TRIGGER road_in_use_delete AFTER DELETE ON holdings_road
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holding.road_id');
CREATE TRIGGER road_in_use_update AFTER UPDATE ON holdings_road
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holding.road_id');
