-- One posting is one statement that writes entries and lines together (services/posting.py). The two AFTER STATEMENT
-- triggers below see all its rows: the one on lines refuses lines for an entry that is already complete, the one on
-- entries checks every new entry against its lines and writes the batch with its root. So the invariant "every entry
-- has exactly its lines, balances, and lies in exactly one batch" holds after each statement.

-- Errors name the row at once, and nothing is left to check at COMMIT but the chain link.
DO $$
DECLARE
    fk record;
BEGIN
    FOR fk IN SELECT conname, conrelid::regclass AS book FROM pg_constraint
              WHERE contype = 'f' AND condeferrable AND conrelid IN (
                  'ledger_entry'::regclass, 'ledger_line'::regclass, 'ledger_receipt'::regclass, 'ledger_seal'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', fk.book, fk.conname);
    END LOOP;
END
$$;

-- Hardly any entry is a reversal: a partial index instead of the column's own, which every posting would feed with NULLs.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_reverses_id_key;
CREATE UNIQUE INDEX entry_reversed_once ON ledger_entry (reverses_id) WHERE reverses_id IS NOT NULL;

-- Takes p_count consecutive entry ids and returns the first. The short session lock keeps two takers from sharing a
-- block; it is not held to the end of the transaction, so postings do not wait for each other here.
CREATE FUNCTION ledger_take_entries(p_count bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_sequence regclass := pg_get_serial_sequence('public.ledger_entry', 'id');
    v_first bigint;
BEGIN
    IF p_count < 1 THEN
        RAISE EXCEPTION 'posting_has_entries: % entries asked for', p_count USING ERRCODE = '23514';
    END IF;
    PERFORM pg_advisory_lock(1229801811, 2);
    BEGIN
        v_first := nextval(v_sequence);
        IF p_count > 1 THEN
            PERFORM setval(v_sequence, v_first + p_count - 1);
        END IF;
    EXCEPTION WHEN OTHERS OR QUERY_CANCELED THEN
        PERFORM pg_advisory_unlock(1229801811, 2);
        RAISE;
    END;
    PERFORM pg_advisory_unlock(1229801811, 2);
    RETURN v_first;
END
$$;

REVOKE ALL ON FUNCTION ledger_take_entries(bigint) FROM PUBLIC;

CREATE FUNCTION ledger_check_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_first bigint;
    v_last bigint;
    v_lines bigint;
    v_expected bigint;
BEGIN
    SELECT min(entry_id), max(entry_id) INTO v_first, v_last FROM new_lines;
    SELECT count(*) INTO v_lines FROM ledger_line WHERE entry_id BETWEEN v_first AND v_last;
    SELECT coalesce(sum(line_count), 0) INTO v_expected FROM ledger_entry WHERE id BETWEEN v_first AND v_last;
    IF v_lines <> v_expected THEN
        RAISE EXCEPTION 'entry_has_exactly_its_lines: entries %..% ask for % lines, the books would hold %',
            v_first, v_last, v_expected, v_lines
            USING ERRCODE = '23514', TABLE = 'ledger_line', CONSTRAINT = 'entry_has_exactly_its_lines';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER lines_belong_to_new_entries AFTER INSERT ON ledger_line
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_lines();

-- The first entry of p_first..p_last that its lines contradict, or no row. Entries and lines are added up side by side
-- rather than joined: no statistics know rows this young, and a nested loop over a million of them would never end.
CREATE FUNCTION ledger_first_unbalanced(p_first bigint, p_last bigint)
RETURNS TABLE (entry_id bigint, amount numeric, debit numeric, credit numeric, lines bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, max(r.amount), sum(r.debit), sum(r.credit), count(r.n)
    FROM (
        SELECT e.id, e.amount, e.line_count, NULL::integer AS n, NULL::numeric AS debit, NULL::numeric AS credit
        FROM ledger_entry e WHERE e.id BETWEEN p_first AND p_last
        UNION ALL
        SELECT l.entry_id, NULL, NULL, l.n, l.debit, l.credit
        FROM ledger_line l WHERE l.entry_id BETWEEN p_first AND p_last
    ) r
    GROUP BY r.id
    HAVING (count(r.n) = max(r.line_count) AND min(r.n) = 1 AND max(r.n) = max(r.line_count)
            AND sum(r.debit) = max(r.amount) AND sum(r.credit) = max(r.amount)) IS NOT TRUE
    ORDER BY r.id LIMIT 1
$$;

-- The first reversal of p_first..p_last that is not the mirror of the entry it reverses.
CREATE FUNCTION ledger_first_crooked_reversal(p_first bigint, p_last bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.id FROM ledger_entry e JOIN ledger_entry o ON o.id = e.reverses_id
    WHERE e.id BETWEEN p_first AND p_last AND e.reverses_id IS NOT NULL
      AND (o.reverses_id IS NOT NULL OR o.line_count <> e.line_count OR o.amount <> e.amount OR EXISTS (
            SELECT account_id, holding_id, head, debit, credit FROM ledger_line WHERE entry_id = o.id
            EXCEPT ALL
            SELECT account_id, holding_id, head, credit, debit FROM ledger_line WHERE entry_id = e.id))
    ORDER BY e.id LIMIT 1
$$;

-- Writes the batch row. SECURITY DEFINER: the application role has no right to write a batch of its own making.
CREATE FUNCTION ledger_make_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_first bigint;
    v_last bigint;
    v_count bigint;
    v_total numeric(18, 2);
    v_reversals bigint;
    v_bad record;
    v_label text := coalesce(current_setting('imis.ledger_batch', true), '');
    v_entry_hashes bytea;
    v_line_hashes bytea;
    v_marks bytea;
    v_line_marks bytea;
    v_lines bigint;
BEGIN
    SELECT min(id), max(id), count(*), sum(amount), count(reverses_id)
      INTO v_first, v_last, v_count, v_total, v_reversals FROM new_entries;
    IF v_count = 0 THEN
        RETURN NULL;
    END IF;
    IF v_last - v_first + 1 <> v_count THEN
        RAISE EXCEPTION 'batch_ids_without_hole: % entries in ids %..%', v_count, v_first, v_last
            USING ERRCODE = '23514', TABLE = 'ledger_entry', CONSTRAINT = 'batch_ids_without_hole';
    END IF;
    SELECT * INTO v_bad FROM ledger_first_unbalanced(v_first, v_last);
    IF FOUND THEN
        RAISE EXCEPTION 'entry_balances: entry % of % has % lines, debit %, credit %',
            v_bad.entry_id, v_bad.amount, coalesce(v_bad.lines, 0), coalesce(v_bad.debit, 0), coalesce(v_bad.credit, 0)
            USING ERRCODE = '23514', TABLE = 'ledger_entry', CONSTRAINT = 'entry_balances';
    END IF;
    IF v_reversals > 0 AND ledger_first_crooked_reversal(v_first, v_last) IS NOT NULL THEN
        RAISE EXCEPTION 'reversal_mirrors_its_entry: entry %', ledger_first_crooked_reversal(v_first, v_last)
            USING ERRCODE = '23514', TABLE = 'ledger_entry', CONSTRAINT = 'reversal_mirrors_its_entry';
    END IF;
    SELECT string_agg(row_hash, ''::bytea ORDER BY id), string_agg(substr(row_hash, 1, 4), ''::bytea ORDER BY id)
      INTO v_entry_hashes, v_marks FROM new_entries;
    SELECT string_agg(row_hash, ''::bytea ORDER BY entry_id, n),
           string_agg(substr(row_hash, 1, 4), ''::bytea ORDER BY entry_id, n), count(*)
      INTO v_line_hashes, v_line_marks, v_lines FROM ledger_line WHERE entry_id BETWEEN v_first AND v_last;
    IF v_label = '' THEN
        SELECT source INTO v_label FROM new_entries WHERE id = v_first;
    END IF;
    PERFORM set_config('imis.ledger_batch', '', true);
    INSERT INTO ledger_batch (first_entry, last_entry, label, entry_count, line_count, total, marks, root_hash)
    VALUES (v_first, v_last, v_label, v_count, v_lines, v_total, v_marks || v_line_marks,
            ledger_batch_root(v_first, v_last, v_label, v_lines, v_total, v_entry_hashes, v_line_hashes));
    RETURN NULL;
END
$$;
CREATE TRIGGER entries_form_a_batch AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_make_batch();
