-- What the tax never does, refused by the database whoever asks. Statement triggers: nothing is paid per row on insert.

CREATE FUNCTION tax_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only: % of % is refused; correct by a further row', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$$;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['tax_bill', 'tax_billline', 'tax_billrun', 'tax_payment', 'tax_reversal', 'tax_allocation'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse()', kept);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse()', kept);
    END LOOP;
END
$$;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON tax_assessment
    FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse();

-- An assessment keeps its figures; only its life goes on: state, end of validity, approval. An approval once given stays.
CREATE FUNCTION tax_keep_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.holding_id, NEW.rule_set_id, NEW.version, NEW.kind, NEW.gross_rent_amount, NEW.annual_value,
        NEW.yearly_tax_amount, NEW.charges, NEW.input_hash, NEW.reason, NEW.proposed_by_id, NEW.proposed_at)
       IS DISTINCT FROM
       (OLD.id, OLD.holding_id, OLD.rule_set_id, OLD.version, OLD.kind, OLD.gross_rent_amount, OLD.annual_value,
        OLD.yearly_tax_amount, OLD.charges, OLD.input_hash, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
       OR NEW.explanation::text <> OLD.explanation::text
       OR NEW.previous_annual_value IS DISTINCT FROM OLD.previous_annual_value
       OR NEW.supersedes_id IS DISTINCT FROM OLD.supersedes_id
       OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR isempty(NEW.valid)
       OR (OLD.approved_by_id IS NOT NULL AND (NEW.approved_by_id, NEW.approved_at) IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at))
    THEN
        RAISE EXCEPTION 'assessment_figures_stay: assessment % keeps what was proposed; make a new version', OLD.id
            USING ERRCODE = '23514', TABLE = 'tax_assessment', CONSTRAINT = 'assessment_figures_stay';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
       (('proposed', 'in_force'), ('proposed', 'rejected'), ('in_force', 'superseded')) THEN
        RAISE EXCEPTION 'assessment_state_goes_forward: % cannot become %', OLD.state, NEW.state
            USING ERRCODE = '23514', TABLE = 'tax_assessment', CONSTRAINT = 'assessment_state_goes_forward';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER assessment_figures_stay BEFORE UPDATE ON tax_assessment
    FOR EACH ROW EXECUTE FUNCTION tax_keep_assessment();

-- The check nobody_lowers_a_value_alone compares with previous_annual_value; this makes that column tell the truth:
-- a version names the last one that took effect, and repeats its value. First versions have none before them.
CREATE FUNCTION tax_check_previous_value() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NULL;
END
$$;
CREATE TRIGGER previous_value_is_true_at_insert AFTER INSERT ON tax_assessment
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tax_check_previous_value();
CREATE TRIGGER previous_value_is_true_at_update AFTER UPDATE ON tax_assessment
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tax_check_previous_value();

-- An adopted rule set is law for the papers made under it: only its end may still be set.
CREATE FUNCTION tax_keep_rule_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.state <> 'adopted' OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR isempty(NEW.valid)
       OR (NEW.id, NEW.code, NEW.parameters, NEW.checksum) IS DISTINCT FROM (OLD.id, OLD.code, OLD.parameters, OLD.checksum) THEN
        RAISE EXCEPTION 'adopted_rule_set_stays: rule set % is adopted; adopt another one', OLD.code
            USING ERRCODE = '23514', TABLE = 'tax_ruleset', CONSTRAINT = 'adopted_rule_set_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER adopted_rule_set_stays BEFORE UPDATE OR DELETE ON tax_ruleset
    FOR EACH ROW WHEN (OLD.state = 'adopted') EXECUTE FUNCTION tax_keep_rule_set();

CREATE FUNCTION tax_keep_rent_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tax_ruleset r WHERE r.state = 'adopted'
               AND r.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.rule_set_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.rule_set_id END)) THEN
        RAISE EXCEPTION 'adopted_rent_table_stays: the rent table of an adopted rule set is closed'
            USING ERRCODE = '23514', TABLE = 'tax_rentrate', CONSTRAINT = 'adopted_rent_table_stays';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER adopted_rent_table_stays BEFORE INSERT OR UPDATE OR DELETE ON tax_rentrate
    FOR EACH ROW EXECUTE FUNCTION tax_keep_rent_rate();

-- The one text of a bill that its hash is taken over.
CREATE FUNCTION tax_bill_hash(
    p_id bigint, p_number text, p_holding bigint, p_assessment bigint, p_year integer, p_quarter integer, p_issued date,
    p_due date, p_principal numeric, p_arrears numeric, p_surcharge numeric, p_rebate numeric, p_rounding numeric,
    p_advance numeric, p_payable numeric, p_snapshot json
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat_ws('|', 'bill', p_id, p_number, p_holding, p_assessment, p_year, p_quarter,
        p_issued - DATE '2000-01-01', p_due - DATE '2000-01-01', p_principal, p_arrears, p_surcharge, p_rebate, p_rounding,
        p_advance, p_payable, p_snapshot), 'UTF8'))
$$;

-- numerator ÷ denominator, half up to the paisa, exact: tax.rules.valuation.quotient.
CREATE FUNCTION tax_quotient(p_numerator numeric, p_denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(div(200 * p_numerator + p_denominator, 2 * p_denominator) / 100, 2)
$$;

-- The instalments of a year's amount after quarter p_after up to p_upto together; the paisa that do not divide by four
-- fall on the first quarters: tax.rules.instalments.quarters.
CREATE FUNCTION tax_instalments(p_yearly numeric, p_after integer, p_upto integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round((div(p_yearly * 100, 4) * (p_upto - p_after)
                  + least(mod(p_yearly * 100, 4), p_upto) - least(mod(p_yearly * 100, 4), p_after)) / 100, 2)
$$;

-- Standings are rewritten by every run and payment: room in the page keeps those updates off the index.
ALTER TABLE tax_standing SET (fillfactor = 60);
-- Snapshots and explanations are written once by the hundred thousand: lz4 costs a fraction of pglz.
ALTER TABLE tax_bill ALTER COLUMN snapshot SET COMPRESSION lz4;
ALTER TABLE tax_assessment ALTER COLUMN explanation SET COMPRESSION lz4;

-- No line is settled beyond its amount, nor below nothing, whoever writes the allocation.
CREATE FUNCTION tax_check_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_bad record;
BEGIN
    SELECT a.bill_id, a.head_id, sum(a.amount) AS settled, min(l.amount) AS asked INTO v_bad
    FROM tax_allocation a
    LEFT JOIN tax_billline l ON l.bill_id = a.bill_id AND l.head_id = a.head_id
    WHERE a.kind IN ('principal', 'rebate')
      AND a.bill_id IN (SELECT n.bill_id FROM new_rows n WHERE n.kind IN ('principal', 'rebate'))
    GROUP BY a.bill_id, a.head_id
    HAVING sum(a.amount) < 0 OR (sum(a.amount) <= min(l.amount)) IS NOT TRUE
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line_settled_once: bill %, head % asks for %, settled would be %', v_bad.bill_id, v_bad.head_id, v_bad.asked, v_bad.settled
            USING ERRCODE = '23514', TABLE = 'tax_allocation', CONSTRAINT = 'line_settled_once';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER line_settled_once AFTER INSERT ON tax_allocation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tax_check_allocations();

-- Two officers for a reversal.
CREATE FUNCTION tax_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tax_payment p WHERE p.id = NEW.payment_id AND p.taken_by_id = NEW.reversed_by_id) THEN
        RAISE EXCEPTION 'reversal_by_another_officer: payment % was taken by the same officer', NEW.payment_id
            USING ERRCODE = '23514', TABLE = 'tax_reversal', CONSTRAINT = 'reversal_by_another_officer';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER reversal_by_another_officer BEFORE INSERT ON tax_reversal
    FOR EACH ROW EXECUTE FUNCTION tax_check_reversal();
