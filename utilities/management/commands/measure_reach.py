"""`manage.py measure_reach`: measures anew which sewer each building is nearest to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from utilities.services import measure_reach


class Command(BaseCommand):
    """Run it after buildings were brought in."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many buildings stand within 100 m of a sewer."""
        self.stdout.write(f"buildings within 100 m of a sewer: {measure_reach(by=None, at=timezone.now())}")
