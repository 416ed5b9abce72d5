"""Faecal sludge: from a request to the treatment plant."""

from django.apps import AppConfig


class FsmConfig(AppConfig):
    name = "fsm"
    default_auto_field = "django.db.models.BigAutoField"
