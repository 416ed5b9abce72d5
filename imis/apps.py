"""The ground floor: people, permissions, audit, jobs, numbers and money."""

from django.apps import AppConfig


class ImisConfig(AppConfig):
    name = "imis"
    label = "imis"
    default_auto_field = "django.db.models.BigAutoField"
    # The application role may add rows to these, never change or delete one (imis.grants).
    append_only = ("imis_auditrow",)
    # The application role may add and change rows here, never delete one (imis.grants).
    never_deleted = ("imis_user", "imis_counter")

    def ready(self) -> None:
        """Adds the checks of a production host to `check --deploy`."""
        from imis import checks  # noqa: F401 - importing registers them
