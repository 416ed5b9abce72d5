-- Row hashes. Each function writes a row as one line of text and hashes it with SHA-256; imis/ledger/rules/canonical.py
-- writes the same text. Free text goes in with its length before it, so that no two rows share a text.
-- STABLE, not IMMUTABLE: convert_to() is marked stable, and only an honest marking lets PostgreSQL inline the body.

CREATE FUNCTION ledger_entry_hash(
    p_id bigint, p_source text, p_value_date date, p_recorded_at timestamptz, p_posted_by bigint, p_memo text,
    p_reverses bigint, p_amount numeric, p_line_count integer
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'entry|' || p_id::text || '|' || (p_value_date - DATE '2000-01-01')::text
        || '|' || encode(timestamptz_send(p_recorded_at), 'hex') || '|' || p_posted_by::text
        || '|' || coalesce(p_reverses::text, '') || '|' || p_amount::text || '|' || p_line_count::text
        || '|' || length(p_source)::text || ':' || p_source || '|' || length(p_memo)::text || ':' || p_memo, 'UTF8'))
$$;

CREATE FUNCTION ledger_line_hash(
    p_entry bigint, p_n integer, p_account text, p_holding bigint, p_head text, p_debit numeric, p_credit numeric
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'line|' || p_entry::text || '|' || p_n::text || '|' || coalesce(p_holding::text, '')
        || '|' || p_debit::text || '|' || p_credit::text
        || '|' || length(p_account)::text || ':' || p_account || '|' || length(p_head)::text || ':' || p_head, 'UTF8'))
$$;

CREATE FUNCTION ledger_receipt_hash(
    p_series text, p_number bigint, p_entry bigint, p_issued_at timestamptz, p_issued_by bigint,
    p_payload_hash bytea, p_signature bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'receipt|' || p_number::text || '|' || p_entry::text || '|' || encode(timestamptz_send(p_issued_at), 'hex')
        || '|' || p_issued_by::text || '|' || encode(p_payload_hash, 'hex') || '|' || encode(p_signature, 'hex')
        || '|' || length(p_series)::text || ':' || p_series, 'UTF8'))
$$;

CREATE FUNCTION ledger_batch_root(
    p_first bigint, p_last bigint, p_label text, p_lines bigint, p_total numeric, p_entry_hashes bytea, p_line_hashes bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'batch|' || p_first::text || '|' || p_last::text || '|' || p_lines::text || '|' || p_total::text
        || '|' || encode(sha256(p_entry_hashes), 'hex') || '|' || encode(sha256(p_line_hashes), 'hex')
        || '|' || length(p_label)::text || ':' || p_label, 'UTF8'))
$$;

CREATE FUNCTION ledger_seal_hash(
    p_id bigint, p_kind text, p_subject text, p_root bytea, p_previous bytea, p_sealed_at timestamptz, p_details jsonb
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'seal|' || p_id::text || '|' || p_kind || '|' || p_subject || '|' || encode(p_root, 'hex')
        || '|' || encode(p_previous, 'hex') || '|' || encode(timestamptz_send(p_sealed_at), 'hex')
        || '|' || p_details::text, 'UTF8'))
$$;

ALTER TABLE ledger_entry ADD CONSTRAINT entry_hash_is_its_own CHECK (row_hash = ledger_entry_hash(
    id, source, value_date, recorded_at, posted_by_id, memo, reverses_id, amount, line_count));
ALTER TABLE ledger_line ADD CONSTRAINT line_hash_is_its_own CHECK (row_hash = ledger_line_hash(
    entry_id, n, account_id, holding_id, head, debit, credit));
ALTER TABLE ledger_receipt ADD CONSTRAINT receipt_hash_is_its_own CHECK (row_hash = ledger_receipt_hash(
    series, number, entry_id, issued_at, issued_by_id, payload_hash, signature));
ALTER TABLE ledger_seal ADD CONSTRAINT seal_hash_is_its_own CHECK (seal_hash = ledger_seal_hash(
    id, kind, coalesce(batch_id::text, receipt_id::text, (day - DATE '2000-01-01')::text), root_hash, previous_hash,
    sealed_at, details));
