"""The books: one receipt series and one cash book for every service that takes money."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "imis.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add rows to these, never change or delete one (imis.grants).
    append_only = (
        "ledger_entry",
        "ledger_line",
        "ledger_batch",
        "ledger_receipt",
        "ledger_seal",
        "ledger_idempotencykey",
    )
