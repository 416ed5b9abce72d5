-- The foreign keys stay immediate: deferring them again would serve nobody.
DROP TRIGGER entries_form_a_batch ON ledger_entry;
DROP TRIGGER lines_belong_to_new_entries ON ledger_line;
DROP FUNCTION ledger_make_batch();
DROP FUNCTION ledger_first_crooked_reversal(bigint, bigint);
DROP FUNCTION ledger_first_unbalanced(bigint, bigint);
DROP FUNCTION ledger_check_lines();
DROP FUNCTION ledger_take_entries(bigint);
DROP INDEX entry_reversed_once;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_reverses_id_key UNIQUE (reverses_id);
