"""Faecal sludge: from a request to the treatment plant."""

from django.apps import AppConfig


class FsmConfig(AppConfig):
    name = "fsm"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add rows to these, never change or delete one (imis.grants).
    append_only = (
        "fsm_event",
        "fsm_assignment",
        "fsm_trip",
        "fsm_delivery",
        "fsm_photo",
        "fsm_charge",
        "fsm_payment",
        "fsm_reversal",
    )
    # The application role may add and change rows here, never delete one (imis.grants).
    never_deleted = ("fsm_request", "fsm_tariff", "fsm_containment", "fsm_containmentbuilding")

    def ready(self) -> None:
        """Adds the sludge service's reconciliations to `check_books`, and its money to what closed days witness."""
        from fsm.queries import reconciliation, witnesses  # noqa: F401 - importing registers; models come first
