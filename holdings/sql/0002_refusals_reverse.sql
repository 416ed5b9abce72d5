DROP TRIGGER building_ward_id_insert ON holdings_building;
DROP TRIGGER building_ward_id_update ON holdings_building;
DROP TRIGGER holding_ward_id_insert ON holdings_holding;
DROP TRIGGER holding_ward_id_update ON holdings_holding;
DROP TRIGGER holding_road_id_insert ON holdings_holding;
DROP TRIGGER holding_road_id_update ON holdings_holding;
DROP TRIGGER ward_in_use_delete ON holdings_ward;
DROP TRIGGER ward_in_use_update ON holdings_ward;
DROP TRIGGER road_in_use_delete ON holdings_road;
DROP TRIGGER road_in_use_update ON holdings_road;
DROP FUNCTION holdings_place_in_use();
DROP FUNCTION holdings_place_reference();
DROP TRIGGER survey_ending_kept ON holdings_surveyending;
DROP FUNCTION holdings_survey_ending_kept();
DROP TRIGGER surveyending_row_id_insert ON holdings_surveyending;
DROP TRIGGER survey_file_not_deleted ON holdings_surveyfile;
DROP FUNCTION holdings_survey_file_kept();
DROP TRIGGER surveyrow_file_id_insert ON holdings_surveyrow;
DROP TRIGGER surveyproblem_row_id_insert ON holdings_surveyproblem;
DROP TRIGGER surveyproblem_row_id_update ON holdings_surveyproblem;
DROP TRIGGER building_survey_row_id_insert ON holdings_building;
DROP TRIGGER building_survey_row_id_update ON holdings_building;
DROP TRIGGER holding_survey_row_id_insert ON holdings_holding;
DROP TRIGGER holding_survey_row_id_update ON holdings_holding;
DROP TRIGGER unit_survey_row_id_insert ON holdings_unit;
DROP TRIGGER unit_survey_row_id_update ON holdings_unit;
DROP FUNCTION holdings_survey_reference();
ALTER TABLE holdings_surveyrow
    DROP CONSTRAINT survey_row_decision_has_author;
DROP TRIGGER survey_row_not_deleted ON holdings_surveyrow;
DROP TRIGGER survey_row_not_rewritten ON holdings_surveyrow;
DROP FUNCTION holdings_survey_row_kept();
ALTER TABLE holdings_ownership DROP CONSTRAINT ownership_has_a_day;
DROP TRIGGER ownership_shares_deleted ON holdings_ownership;
DROP TRIGGER ownership_shares_updated ON holdings_ownership;
DROP TRIGGER ownership_shares_inserted ON holdings_ownership;
DROP FUNCTION holdings_shares_both();
DROP FUNCTION holdings_shares_old();
DROP FUNCTION holdings_shares_new();
DROP FUNCTION holdings_refuse_bad_shares(bigint[]);
ALTER TABLE holdings_holding
    DROP CONSTRAINT holding_number_key_normal,
    DROP CONSTRAINT holding_code_shape,
    DROP CONSTRAINT holding_not_its_own_parent;
ALTER TABLE holdings_ward
    DROP CONSTRAINT ward_geom_valid,
    DROP CONSTRAINT ward_number_positive;
ALTER TABLE holdings_building
    DROP CONSTRAINT building_geom_valid,
    DROP CONSTRAINT building_rings_clockwise,
    DROP CONSTRAINT building_geom_in_bounds,
    DROP CONSTRAINT building_point_on_it;
