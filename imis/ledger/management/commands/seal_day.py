"""Closes a day of the books; run each night, or by hand for a day left open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from imis.errors import Refused
from imis.ledger import proofs
from imis.ledger.services import seal_day


class Command(BaseCommand):
    """`manage.py seal_day [YYYY-MM-DD]`: prints the anchor line, which belongs outside this machine."""

    help = "Closes a day of the books (default: yesterday) and prints its anchor, to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day, in the city's time zone."""
        parser.add_argument("day", nargs="?", type=date.fromisoformat, help="YYYY-MM-DD; yesterday when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Closes the day and prints its anchor."""
        now = timezone.now()
        day = options["day"] or timezone.localdate(now) - timedelta(days=1)
        try:
            seal_day(day=day, by=None, at=now)
        except Refused as error:
            raise CommandError(error.message) from error
        self.stdout.write(proofs.anchors()[-1])
