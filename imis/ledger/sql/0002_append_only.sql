-- The books are written once. The triggers bind the owner of the tables too; a superuser who switches them off is
-- found by the seal chain. Statement level: even an UPDATE that meets no row is refused.

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only: % of % is refused; correct by a further entry', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$$;

DO $$
DECLARE
    books text[] := ARRAY['ledger_entry', 'ledger_line', 'ledger_batch', 'ledger_receipt', 'ledger_seal', 'ledger_idempotencykey'];
    book text;
BEGIN
    FOREACH book IN ARRAY books LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()', book);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()', book);
    END LOOP;
END
$$;

-- An account in use keeps its meaning: the foreign key guards its code, this its kind.
CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.code <> NEW.code OR OLD.kind <> NEW.kind THEN
        RAISE EXCEPTION 'account_keeps_its_meaning: % cannot change code or kind', OLD.code
            USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = 'account_keeps_its_meaning';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER account_keeps_its_meaning BEFORE UPDATE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_account();
