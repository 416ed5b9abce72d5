DROP TRIGGER connection_service_right ON utilities_connection;
DROP FUNCTION utilities_service_right();
DROP TRIGGER connection_kept ON utilities_connection;
DROP FUNCTION utilities_connection_kept();
ALTER TABLE utilities_electricityline DROP CONSTRAINT electricity_line_geom_valid;
ALTER TABLE utilities_watermain DROP CONSTRAINT water_main_geom_valid;
ALTER TABLE utilities_sewer DROP CONSTRAINT sewer_geom_valid;
ALTER TABLE utilities_drain DROP CONSTRAINT drain_geom_valid;
ALTER TABLE utilities_connection
    DROP CONSTRAINT connection_has_a_day,
    DROP CONSTRAINT connection_account_key_normal;
DROP FUNCTION utilities_account_key(text);
