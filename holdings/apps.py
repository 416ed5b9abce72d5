"""The register: who and what stands where."""

from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    name = "holdings"
    default_auto_field = "django.db.models.BigAutoField"
