"""Networks and the connections of holdings to them."""

from django.apps import AppConfig


class UtilitiesConfig(AppConfig):
    name = "utilities"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add and change rows here, never delete one (imis.grants).
    never_deleted = ("utilities_connection",)
