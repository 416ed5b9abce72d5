ALTER TABLE ledger_seal DROP CONSTRAINT seal_hash_is_its_own;
ALTER TABLE ledger_receipt DROP CONSTRAINT receipt_hash_is_its_own;
ALTER TABLE ledger_line DROP CONSTRAINT line_hash_is_its_own;
ALTER TABLE ledger_entry DROP CONSTRAINT entry_hash_is_its_own;
DROP FUNCTION ledger_seal_hash(bigint, text, text, bytea, bytea, timestamptz, jsonb);
DROP FUNCTION ledger_batch_root(bigint, bigint, text, bigint, numeric, bytea, bytea);
DROP FUNCTION ledger_receipt_hash(text, bigint, bigint, timestamptz, bigint, bytea, bytea);
DROP FUNCTION ledger_line_hash(bigint, integer, text, bigint, text, numeric, numeric);
DROP FUNCTION ledger_entry_hash(bigint, text, date, timestamptz, bigint, text, bigint, numeric, integer);
