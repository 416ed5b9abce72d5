"""The books: one receipt series and one cash book for every service that takes money."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "imis.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
