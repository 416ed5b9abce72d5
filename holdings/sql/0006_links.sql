-- The links of holdings and buildings are checked once a statement, as the other references of an import are: a foreign
-- key looks at each of a city's links twice. Survey rows are looked up among those of the statement, not of all files.

CREATE OR REPLACE FUNCTION holdings_survey_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost bigint;
BEGIN
    EXECUTE format(
        'SELECT n.%1$I FROM new_rows n LEFT JOIN ('
        '   SELECT id FROM %2$I WHERE id BETWEEN (SELECT min(%1$I) FROM new_rows) AND (SELECT max(%1$I) FROM new_rows)'
        ' ) t ON t.id = n.%1$I WHERE n.%1$I IS NOT NULL AND t.id IS NULL LIMIT 1',
        TG_ARGV[0], TG_ARGV[1]) INTO lost;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'survey_reference_exists: %.% % is not in %', TG_TABLE_NAME, TG_ARGV[0], lost, TG_ARGV[1]
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- What this transaction wrote itself nobody else can take away before it ends: only other parents are locked.
CREATE OR REPLACE FUNCTION holdings_place_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost bigint;
    elsewhere boolean;
BEGIN
    EXECUTE format(
        'SELECT bool_or(p.%3$I IS NULL OR p.xmin <> pg_current_xact_id()::xid)'
        ' FROM (SELECT DISTINCT %1$I FROM new_rows WHERE %1$I IS NOT NULL) n LEFT JOIN %2$I p ON p.%3$I = n.%1$I',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2]) INTO elsewhere;
    IF elsewhere IS NOT TRUE THEN
        RETURN NULL;
    END IF;
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

CREATE TRIGGER link_holding_id_insert AFTER INSERT ON holdings_holdingbuilding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('holding_id', 'holdings_holding', 'id');
CREATE TRIGGER link_holding_id_update AFTER UPDATE ON holdings_holdingbuilding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('holding_id', 'holdings_holding', 'id');
CREATE TRIGGER link_building_id_insert AFTER INSERT ON holdings_holdingbuilding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('building_id', 'holdings_building', 'id');
CREATE TRIGGER link_building_id_update AFTER UPDATE ON holdings_holdingbuilding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_reference('building_id', 'holdings_building', 'id');
CREATE TRIGGER holding_in_use_delete AFTER DELETE ON holdings_holding
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holdingbuilding.holding_id');
CREATE TRIGGER holding_in_use_update AFTER UPDATE ON holdings_holding
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holdingbuilding.holding_id');
CREATE TRIGGER building_in_use_delete AFTER DELETE ON holdings_building
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holdingbuilding.building_id');
CREATE TRIGGER building_in_use_update AFTER UPDATE ON holdings_building
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION holdings_place_in_use('id', 'holdings_holdingbuilding.building_id');

-- The first survey of a city fills empty tables: their indexes are then built once at the end, in order, instead of
-- entry by entry. Only the tables' owner may do so; the functions do nothing else in its name. When a row is there
-- already, or someone is reading (a map), the indexes stay. Unique ones always stay.
CREATE FUNCTION holdings_first_load_begins() RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM holdings_building) OR EXISTS (SELECT FROM holdings_holding) THEN
        RETURN false;
    END IF;
    LOCK TABLE holdings_building, holdings_holding, holdings_holdingbuilding IN ACCESS EXCLUSIVE MODE NOWAIT;
    IF EXISTS (SELECT FROM holdings_building) OR EXISTS (SELECT FROM holdings_holding) THEN
        RETURN false;
    END IF;
    DROP INDEX
        holdings_building_geom_b01b9dd5_id,
        holdings_building_ward_id_7268aaa2,
        holding_route,
        holdings_holding_road_id_c8afd56f,
        holding_number_prefix,
        holding_number_trigram,
        holdings_holdingbuilding_building_id_2b03bf0c;
    RETURN true;
EXCEPTION WHEN lock_not_available OR object_in_use THEN
    RETURN false;
END $$;

CREATE FUNCTION holdings_first_load_ends() RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    CREATE INDEX IF NOT EXISTS holdings_building_geom_b01b9dd5_id ON holdings_building USING gist (geom);
    CREATE INDEX IF NOT EXISTS holdings_building_ward_id_7268aaa2 ON holdings_building (ward_id);
    CREATE INDEX IF NOT EXISTS holding_route ON holdings_holding (ward_id, route_order);
    CREATE INDEX IF NOT EXISTS holdings_holding_road_id_c8afd56f ON holdings_holding (road_id);
    CREATE INDEX IF NOT EXISTS holding_number_prefix ON holdings_holding (number_key varchar_pattern_ops);
    CREATE INDEX IF NOT EXISTS holding_number_trigram ON holdings_holding USING gin (number_key gin_trgm_ops);
    CREATE INDEX IF NOT EXISTS holdings_holdingbuilding_building_id_2b03bf0c ON holdings_holdingbuilding (building_id);
    SET CONSTRAINTS ALL DEFERRED;
END $$;
