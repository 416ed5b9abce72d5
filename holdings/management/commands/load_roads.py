"""`manage.py load_roads FILE`: brings in the roads of the city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from holdings.services.places import load_roads
from imis.errors import IMISError
from imis.models import User


class Command(BaseCommand):
    """Loads roads from any format a survey may have."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and in whose name (nobody: the system itself, at installation)."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", metavar="USERNAME", help="member of staff who answers for it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Loads the file and prints how many it added."""
        by = User.objects.filter(username=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"There is no user {options['by']}.")
        try:
            loaded = load_roads(path=options["file"], by=by, at=timezone.now())
        except (IMISError, OSError) as error:
            raise CommandError(str(error)) from error
        known = f", there already: {loaded.known}" if loaded.known else ""
        self.stdout.write(f"roads: {loaded.added}{known}")
