"""Loads the generated demo city: accounts, register and five years of bills and payments."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.accounts import accounts_file
from demo.city import holdings_of, load_city
from imis.errors import Refused
from layers.services import refresh_summaries


class Command(BaseCommand):
    """`manage.py demo [--size ward|city|N]`: safe to run again; it goes on where it stopped or says it is there."""

    help = "Loads a generated city into an empty database of a demo (IMIS_DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--size`: ward (about 3,000 holdings), city (77,000) or a number to 1,000,000."""
        parser.add_argument("--size", default="ward", help="ward, city, or a number of holdings to 1,000,000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError in production, for a bad size, and on a database that holds something else."""
        if not settings.DEMO:
            raise CommandError("This is not a demo (IMIS_DEMO is not 1): no generated data are loaded here.")
        began = monotonic()

        def progress(text: str) -> None:
            self.stdout.write(f"{monotonic() - began:7.1f} s  {text}")
            self.stdout.flush()

        try:
            loaded = load_city(holdings=holdings_of(options["size"]), today=timezone.localdate(), progress=progress)
        except Refused as refusal:
            raise CommandError(f"{refusal} {refusal.remedy}".strip()) from refusal
        if loaded.fresh:
            refresh_summaries(by=None, at=timezone.localtime())
            progress("the map's sums are counted")
        state = "is loaded" if loaded.fresh else "is there already"
        progress(f"the city of {loaded.holdings:,} holdings {state}; accounts in {accounts_file()}")
