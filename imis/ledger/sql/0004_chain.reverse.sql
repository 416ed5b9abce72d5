DROP FUNCTION ledger_seal_day(date, text);
DROP TRIGGER receipt_numbers_without_gap ON ledger_receipt;
DROP FUNCTION ledger_check_receipts();
DROP TRIGGER receipt_joins_the_chain ON ledger_receipt;
DROP FUNCTION ledger_link_receipt();
DROP TRIGGER batch_joins_the_chain ON ledger_batch;
DROP FUNCTION ledger_link_batch();
DROP FUNCTION ledger_link(text, bigint, bigint, date, bytea, jsonb);
