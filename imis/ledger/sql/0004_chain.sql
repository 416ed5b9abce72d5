-- The chain. A link is written at COMMIT by a deferred trigger, so that the lock on the head is taken as late as can
-- be and held for the commit alone; a bill run of minutes does not keep the cashiers waiting. READ COMMITTED is
-- needed: the head is read after the lock. Under a stricter isolation the key refuses the second link.

CREATE FUNCTION ledger_link(
    p_kind text, p_batch bigint, p_receipt bigint, p_day date, p_root bytea, p_details jsonb
) RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_head record;
    v_id bigint;
    v_previous bytea;
    v_at timestamptz;
    v_subject text := coalesce(p_batch::text, p_receipt::text, (p_day - DATE '2000-01-01')::text);
BEGIN
    PERFORM pg_advisory_xact_lock(1229801811, 1);
    SELECT id, seal_hash, sealed_at INTO v_head FROM ledger_seal ORDER BY id DESC LIMIT 1;
    v_id := coalesce(v_head.id, 0) + 1;
    v_previous := coalesce(v_head.seal_hash, decode(repeat('00', 32), 'hex'));
    v_at := greatest(clock_timestamp(), v_head.sealed_at);
    INSERT INTO ledger_seal (id, kind, batch_id, receipt_id, day, details, root_hash, previous_hash, seal_hash, sealed_at)
    VALUES (v_id, p_kind, p_batch, p_receipt, p_day, p_details, p_root, v_previous,
            ledger_seal_hash(v_id, p_kind, v_subject, p_root, v_previous, v_at, p_details), v_at);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION ledger_link(text, bigint, bigint, date, bytea, jsonb) FROM PUBLIC;

CREATE FUNCTION ledger_link_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_link('batch', NEW.first_entry, NULL, NULL, NEW.root_hash, '{}');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER batch_joins_the_chain AFTER INSERT ON ledger_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_link_batch();

CREATE FUNCTION ledger_link_receipt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_link('receipt', NULL, NEW.id, NULL, NEW.row_hash, '{}');
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER receipt_joins_the_chain AFTER INSERT ON ledger_receipt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_link_receipt();

-- Gapless by refusal, not by habit: the number before must be there.
CREATE FUNCTION ledger_check_receipts() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_bad record;
BEGIN
    SELECT s.series, s.lowest INTO v_bad
    FROM (SELECT series, min(number) AS lowest, max(number) AS highest, count(*) AS n FROM new_receipts GROUP BY series) s
    WHERE s.highest - s.lowest + 1 <> s.n OR (s.lowest > 1 AND NOT EXISTS (
        SELECT 1 FROM ledger_receipt r WHERE r.series = s.series AND r.number = s.lowest - 1))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'receipt_numbers_without_gap: series %, number % leaves a gap', v_bad.series, v_bad.lowest
            USING ERRCODE = '23514', TABLE = 'ledger_receipt', CONSTRAINT = 'receipt_numbers_without_gap';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER receipt_numbers_without_gap AFTER INSERT ON ledger_receipt
    REFERENCING NEW TABLE AS new_receipts FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_receipts();

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
