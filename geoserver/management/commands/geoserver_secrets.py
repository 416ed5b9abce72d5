"""Makes the secrets that publisher and door need, and gives the database's login roles theirs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from geoserver import roles
from geoserver.config import secret_names
from geoserver.security import new_secret


class Command(BaseCommand):
    """`manage.py geoserver_secrets [--roles]`: a secret that is there stays; nothing is printed."""

    help = "Makes missing secrets in IMIS_GEOSERVER_SECRETS; --roles also makes the database logins (as owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to touch the database."""
        parser.add_argument(
            "--roles", action="store_true", help="make the login roles geoserver_* with their passwords"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many were made."""
        folder = settings.GEOSERVER_SECRETS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        missing = [name for name in secret_names() if not (folder / name).exists()]
        for name in missing:
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(new_secret() + "\n", encoding="utf-8")
        self.stdout.write(f"{len(missing)} secrets made in {folder}.")
        if options["roles"]:
            self.stdout.write(f"{roles.make_logins()} login roles ready.")
