DROP TRIGGER layers_change_noted ON holdings_ward;
DROP TRIGGER layers_change_noted ON holdings_road;
DROP TRIGGER layers_change_noted ON holdings_building;
DROP TRIGGER layers_change_noted ON layers_wardsummary;
DROP FUNCTION layers_note_change();
