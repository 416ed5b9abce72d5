"""Counts the map's low-zoom summaries anew; run by night and after an import or a bill run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from layers.services import refresh_summaries


class Command(BaseCommand):
    """`manage.py refresh_map`: safe at any time; readers see the old counts until the new ones are complete."""

    help = "Counts buildings by tax status per ward and per square for the map's low zooms."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the number of squares."""
        self.stdout.write(f"{refresh_summaries(by=None, at=timezone.localtime())} squares counted.")
