DROP FUNCTION ledger_seal_day(date, text, jsonb);
DROP FUNCTION ledger_check_witnesses(jsonb);
DROP FUNCTION ledger_witness_root(text, bigint, text, bytea);
DROP TRIGGER never_truncated ON ledger_witness;
DROP TRIGGER append_only ON ledger_witness;

-- Closes p_day (a day in p_zone): covers every link since the last closed day that was made on or before p_day.
CREATE FUNCTION ledger_seal_day(p_day date, p_zone text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_last_day date;
    v_after bigint;
    v_root bytea;
    v_details jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(1229801811, 1);
    SELECT day, (details ->> 'last')::bigint INTO v_last_day, v_after
    FROM ledger_seal WHERE kind = 'day' ORDER BY day DESC LIMIT 1;
    IF p_day <= v_last_day THEN
        RAISE EXCEPTION 'days_close_in_order: % is closed already', v_last_day
            USING ERRCODE = '23514', TABLE = 'ledger_seal', CONSTRAINT = 'days_close_in_order';
    END IF;
    IF p_day > (clock_timestamp() AT TIME ZONE p_zone)::date THEN
        RAISE EXCEPTION 'day_has_come: % lies ahead', p_day
            USING ERRCODE = '23514', TABLE = 'ledger_seal', CONSTRAINT = 'day_has_come';
    END IF;
    v_after := coalesce(v_after, 0);
    WITH covered AS MATERIALIZED (
        SELECT id, kind, batch_id, seal_hash FROM ledger_seal
        WHERE id > v_after AND kind <> 'day' AND (sealed_at AT TIME ZONE p_zone)::date <= p_day
    ), posted AS MATERIALIZED (
        SELECT l.account_id, sum(l.debit) AS debit, sum(l.credit) AS credit
        FROM covered c JOIN ledger_batch b ON b.first_entry = c.batch_id
        JOIN ledger_line l ON l.entry_id BETWEEN b.first_entry AND b.last_entry
        GROUP BY l.account_id
    ), counted AS (
        SELECT coalesce(sum(b.entry_count), 0) AS entries, coalesce(sum(b.line_count), 0) AS lines,
               coalesce(sum(b.total), 0)::numeric(18, 2) AS total
        FROM covered c JOIN ledger_batch b ON b.first_entry = c.batch_id
    )
    SELECT sha256(coalesce((SELECT string_agg(seal_hash, ''::bytea ORDER BY id) FROM covered), ''::bytea)),
           jsonb_build_object(
               'first', v_after + 1, 'last', coalesce((SELECT max(id) FROM covered), v_after),
               'batches', (SELECT count(*) FROM covered WHERE kind = 'batch'),
               'receipts', (SELECT count(*) FROM covered WHERE kind = 'receipt'),
               'entries', entries, 'lines', lines, 'total', total::text,
               'accounts', coalesce((SELECT jsonb_object_agg(account_id, jsonb_build_array(debit::text, credit::text))
                                     FROM posted), '{}'::jsonb))
      INTO v_root, v_details FROM counted;
    RETURN ledger_link('day', NULL, NULL, p_day, v_root, v_details);
END
$$;
REVOKE ALL ON FUNCTION ledger_seal_day(date, text) FROM PUBLIC;
