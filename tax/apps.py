"""Holding tax: annual value, bills, payments."""

from django.apps import AppConfig


class TaxConfig(AppConfig):
    name = "tax"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add rows to these, never change or delete one (imis.grants).
    append_only = ("tax_bill", "tax_billline", "tax_billrun", "tax_payment", "tax_reversal", "tax_allocation")
    # The application role may add and change rows here, never delete one (imis.grants).
    never_deleted = ("tax_assessment", "tax_ruleset", "tax_exemption", "tax_buildingloan")

    def ready(self) -> None:
        """Adds the tax's reconciliations to `check_books`, and its rows to what closed days witness."""
        from tax.queries import law_checks, reconciliation, witnesses  # noqa: F401 - registers; models come first
