"""Re-derives every balance and names what does not add up."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imis.ledger import checks


class Command(BaseCommand):
    """`manage.py check_books`: exit 0 when the books add up, 1 with each discrepancy named."""

    help = "Re-derives every balance of the books from their lines and compares; exits 1 on a discrepancy."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints each discrepancy as `check: sentence`."""
        found = 0
        for discrepancy in checks.discrepancies():
            found += 1
            self.stdout.write(f"{discrepancy.check}: {discrepancy.detail}")
        if found:
            raise CommandError(f"{found} discrepancies in {len(checks.check_names())} checks.")
        self.stdout.write(f"The books add up ({len(checks.check_names())} checks).")
