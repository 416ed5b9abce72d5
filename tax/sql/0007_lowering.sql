-- Whoever lowers a value does so with another officer, on whatever day the new value begins; and what lowers the tax
-- (loans, exemptions) keeps what two officers wrote.

-- The highest annual value that governs any day from p_from on, by the versions before p_version: what a version
-- that begins on p_from replaces. On each day the last version that reaches it governs.
CREATE FUNCTION tax_value_replaced(p_holding bigint, p_from date, p_version integer) RETURNS numeric
LANGUAGE sql STABLE AS $$
    WITH effective AS (
        SELECT version, valid, annual_value FROM tax_assessment
        WHERE holding_id = p_holding AND version < p_version AND state IN ('in_force', 'superseded')
    ), turn AS (  -- what governs changes on these days alone
        SELECT p_from AS day
        UNION SELECT lower(valid) FROM effective WHERE lower(valid) > p_from
        UNION SELECT upper(valid) FROM effective WHERE upper(valid) > p_from
    )
    SELECT max(g.annual_value) FROM turn CROSS JOIN LATERAL (
        SELECT annual_value FROM effective WHERE valid @> turn.day ORDER BY version DESC LIMIT 1
    ) g
$$;

-- As before (a version names the last one that took effect, and repeats its value), and: alone, nobody replaces a higher
-- value that governs an earlier day than the last version does, nor asks less tax by the same rule set.
CREATE OR REPLACE FUNCTION tax_check_previous_value() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_bad bigint;
BEGIN
    SELECT n.id INTO v_bad
    FROM new_rows n
    LEFT JOIN LATERAL (
        SELECT p.id, p.annual_value FROM tax_assessment p
        WHERE p.holding_id = n.holding_id AND p.version < n.version AND p.state IN ('in_force', 'superseded')
        ORDER BY p.version DESC LIMIT 1
    ) before ON n.version > 1
    WHERE n.state = 'in_force'
      AND (n.supersedes_id, n.previous_annual_value) IS DISTINCT FROM (before.id, before.annual_value)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'previous_value_is_true: assessment % does not name the value before it', v_bad
            USING ERRCODE = '23514', TABLE = 'tax_assessment', CONSTRAINT = 'previous_value_is_true';
    END IF;
    SELECT n.id INTO v_bad
    FROM new_rows n JOIN tax_assessment p ON p.id = n.supersedes_id
    WHERE n.state = 'in_force' AND n.proposed_by_id = n.approved_by_id
      AND ((n.rule_set_id = p.rule_set_id AND n.yearly_tax_amount < p.yearly_tax_amount)
           OR (lower(n.valid) < lower(p.valid)
               AND n.annual_value < tax_value_replaced(n.holding_id, lower(n.valid), n.version)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'nobody_lowers_a_value_alone: assessment % lowers what governs some day', v_bad
            USING ERRCODE = '23514', TABLE = 'tax_assessment', CONSTRAINT = 'nobody_lowers_a_value_alone';
    END IF;
    RETURN NULL;
END
$$;

-- A loan or an exemption stays as it was written; only its end may be set, or set earlier.
CREATE FUNCTION tax_keep_relief() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'valid' = to_jsonb(OLD) - 'valid'
       AND lower(NEW.valid) IS NOT DISTINCT FROM lower(OLD.valid) AND NEW.valid <@ OLD.valid AND NOT isempty(NEW.valid) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'relief_stays: % of % % is refused; only its end may be set', TG_OP, TG_TABLE_NAME, OLD.id
        USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = 'relief_stays';
END
$$;
CREATE TRIGGER relief_stays BEFORE UPDATE OR DELETE ON tax_exemption FOR EACH ROW EXECUTE FUNCTION tax_keep_relief();
CREATE TRIGGER relief_stays BEFORE UPDATE OR DELETE ON tax_buildingloan FOR EACH ROW EXECUTE FUNCTION tax_keep_relief();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tax_exemption FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tax_buildingloan FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse();
