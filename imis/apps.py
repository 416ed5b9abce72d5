"""The ground floor: people, permissions, audit, jobs, numbers and money."""

from django.apps import AppConfig


class ImisConfig(AppConfig):
    name = "imis"
    label = "imis"
    default_auto_field = "django.db.models.BigAutoField"
