"""The register: who and what stands where."""

from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "holdings"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add and change rows here, never delete one (imis.grants).
    never_deleted = ("holdings_surveyfile", "holdings_surveyrow", "holdings_intakefile", "holdings_intakerow")
