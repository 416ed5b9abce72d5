DROP TRIGGER account_keeps_its_meaning ON ledger_account;
DROP FUNCTION ledger_keep_account();
DROP FUNCTION ledger_refuse() CASCADE;
