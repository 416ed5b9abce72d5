DROP TRIGGER intake_ending_right ON holdings_intakeending;
DROP FUNCTION holdings_intake_ending_right();
DROP TRIGGER intake_ending_kept ON holdings_intakeending;
DROP TRIGGER intake_row_not_rewritten ON holdings_intakerow;
DROP TRIGGER intake_row_not_deleted ON holdings_intakerow;
DROP TRIGGER intake_file_not_deleted ON holdings_intakefile;
DROP FUNCTION holdings_intake_kept();
