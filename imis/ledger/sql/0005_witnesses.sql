-- Closing a day witnesses the rows outside the books: bills, assessments, payments, audit rows (imis/ledger/witnesses.py).
-- What is kept beside the link names the row that was harmed; the link's own hash covers count and root. Nothing is
-- written when such a row is made: a bill run and a payment cost what they did.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_witness
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger_witness
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
-- Four bytes of marks a row; bytea is already noise, so that looking for something to compress is time lost.
ALTER TABLE ledger_witness ALTER COLUMN marks SET STORAGE EXTERNAL;

-- imis/ledger/rules/canonical.py writes the same text.
CREATE FUNCTION ledger_witness_root(p_name text, p_count bigint, p_keys text, p_digest bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'witness|' || p_count::text || '|' || encode(p_digest, 'hex')
        || '|' || length(p_name)::text || ':' || p_name || '|' || length(p_keys)::text || ':' || p_keys, 'UTF8'))
$$;

-- A row is witnessed by one day only, and each witness counts its keys: what does not fit would fail every later proof.
CREATE FUNCTION ledger_check_witnesses(p_witnesses jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_bad text;
BEGIN
    SELECT w.name INTO v_bad
    FROM jsonb_to_recordset(p_witnesses) AS w (name text, keys text, count bigint, digest text, marks text)
    WHERE (w.count = (SELECT sum(upper(span) - lower(span)) FROM unnest(w.keys::int8multirange) span)
           AND w.keys = w.keys::int8multirange::text
           AND length(w.marks) = 8 * w.count AND length(w.digest) = 64) IS NOT TRUE
       OR EXISTS (SELECT FROM ledger_witness k
                  WHERE k.name = w.name AND k.keys::int8multirange && w.keys::int8multirange)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rows_are_witnessed_once: % does not fit its keys, or has them from an earlier day', v_bad
            USING ERRCODE = '23514', TABLE = 'ledger_witness', CONSTRAINT = 'rows_are_witnessed_once';
    END IF;
END
$$;

DROP FUNCTION ledger_seal_day(date, text);

-- Closes p_day (a day in p_zone): covers every link since the last closed day that was made on or before p_day, and
-- the rows outside the books that p_witnesses names: [{name, keys, count, digest, marks}], the last two in hex.
CREATE FUNCTION ledger_seal_day(p_day date, p_zone text, p_witnesses jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_last_day date;
    v_after bigint;
    v_root bytea;
    v_details jsonb;
    v_id bigint;
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
    PERFORM ledger_check_witnesses(p_witnesses);
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
                                     FROM posted), '{}'::jsonb),
               'witnesses', (
                   SELECT coalesce(jsonb_object_agg(w.name, jsonb_build_array(w.count, encode(ledger_witness_root(
                       w.name, w.count, w.keys, decode(w.digest, 'hex')), 'hex'))), '{}'::jsonb)
                   FROM jsonb_to_recordset(p_witnesses) AS w (name text, keys text, count bigint, digest text)))
      INTO v_root, v_details FROM counted;
    v_id := ledger_link('day', NULL, NULL, p_day, v_root, v_details);
    INSERT INTO ledger_witness (seal_id, name, keys, row_count, marks)
    SELECT v_id, w.name, w.keys, w.count, decode(w.marks, 'hex')
    FROM jsonb_to_recordset(p_witnesses) AS w (name text, keys text, count bigint, marks text);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION ledger_seal_day(date, text, jsonb) FROM PUBLIC;
