"""Runs MapServer for `/ows/`, where there is no GeoServer."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from geoserver.ows.workers import NoMapServer, Workers, write_maps


class Command(BaseCommand):
    """`manage.py serve_ows [--workers N]`: runs until it is stopped; `--maps-only` writes the maps and ends."""

    help = "MapServer workers for /ows/ on the socket IMIS_OWS_SOCKET, with maps from the layer catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        """The number of workers."""
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--maps-only", action="store_true", help="write the maps for workers that run elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when MapServer is not installed."""
        path = settings.OWS_SOCKET
        if options["maps_only"]:
            write_maps(path.with_suffix(".maps"))
            return
        signal.signal(signal.SIGTERM, _stop)
        try:
            with Workers(path, options["workers"]) as workers, suppress(KeyboardInterrupt):
                connection.close()
                self.stdout.write(f"{options['workers']} workers on {path}")
                workers.watch()
        except NoMapServer as failure:
            raise CommandError(str(failure)) from failure


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
