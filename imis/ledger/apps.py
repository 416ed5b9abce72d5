"""The books: one receipt series and one cash book for every service that takes money."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "imis.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
    # What the application role may do with the books (imis.grants): add rows to these …
    append_only = ("ledger_entry", "ledger_line", "ledger_receipt", "ledger_idempotencykey")
    # … only read these, which migrations and the database's own triggers write …
    only_read = ("ledger_account", "ledger_batch", "ledger_seal", "ledger_witness")
    # … and call these, which are closed to everybody else.
    may_call = ("ledger_take_entries(bigint)", "ledger_seal_day(date, text, jsonb)")
