DROP TRIGGER relief_stays ON tax_exemption;
DROP TRIGGER relief_stays ON tax_buildingloan;
DROP TRIGGER never_truncated ON tax_exemption;
DROP TRIGGER never_truncated ON tax_buildingloan;
DROP TRIGGER nobody_lowers_alone_at_insert ON tax_assessment;
DROP TRIGGER nobody_lowers_alone_at_update ON tax_assessment;
DROP FUNCTION tax_keep_relief();
DROP FUNCTION tax_check_lowering();
DROP FUNCTION tax_value_replaced(bigint, date, integer);
