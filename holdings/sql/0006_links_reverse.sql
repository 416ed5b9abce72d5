DROP FUNCTION holdings_first_load_begins(), holdings_first_load_ends();
DROP TRIGGER link_holding_id_insert ON holdings_holdingbuilding;
DROP TRIGGER link_holding_id_update ON holdings_holdingbuilding;
DROP TRIGGER link_building_id_insert ON holdings_holdingbuilding;
DROP TRIGGER link_building_id_update ON holdings_holdingbuilding;
DROP TRIGGER holding_in_use_delete ON holdings_holding;
DROP TRIGGER holding_in_use_update ON holdings_holding;
DROP TRIGGER building_in_use_delete ON holdings_building;
DROP TRIGGER building_in_use_update ON holdings_building;

CREATE OR REPLACE FUNCTION holdings_survey_reference() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION holdings_place_reference() RETURNS trigger LANGUAGE plpgsql AS $$
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
