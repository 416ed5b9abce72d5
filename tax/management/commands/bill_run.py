"""`bill_run preview|issue --ward 22 --year 2026 --quarter 2`: a ward's bills from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from imis.errors import IMISError
from imis.models import User
from imis.roles import Permission, may
from tax.forms import likely_dates
from tax.queries import bill_preview
from tax.services import issue_bills


class Command(BaseCommand):
    """Previews or issues the bills of a ward's instalment; only what is missing is issued."""

    help = "Preview or issue a ward's bills of one instalment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The act, the place and the period."""
        parser.add_argument("act", choices=["preview", "issue"])
        parser.add_argument("--ward", type=int, required=True)
        parser.add_argument("--year", type=int, required=True, help="the year in which the fiscal year begins")
        parser.add_argument("--quarter", type=int, choices=[1, 2, 3, 4], required=True)
        parser.add_argument("--issued-on", type=date.fromisoformat, help="YYYY-MM-DD; default: today if it fits")
        parser.add_argument("--due-on", type=date.fromisoformat, help="YYYY-MM-DD; default: 45 days later")
        parser.add_argument("--by", help="user name of the officer who issues; needed for issue")

    def handle(self, **options: Any) -> None:
        """Prints what would be, or what was, issued."""
        if options["act"] == "preview":
            self._preview(options)
        else:
            self._issue(options)

    def _preview(self, options: dict[str, Any]) -> None:
        preview = bill_preview(options["ward"], options["year"], options["quarter"])
        self.stdout.write(f"{preview.to_bill.count} bills to issue, demand {preview.to_bill.demand}")
        last, outliers = preview.to_bill.last_demand, preview.to_bill.outliers
        self.stdout.write(f"demand of their last bills {last}; {outliers} stand out")
        for reason, count in sorted(preview.skipped.items()):
            self.stdout.write(f"{count} without a bill: {reason}")

    def _issue(self, options: dict[str, Any]) -> None:
        by = User.objects.filter(username=options["by"] or "").first()
        if by is None or not may(by, Permission.ISSUE_BILLS, ward=options["ward"]):
            raise CommandError("Name with --by an officer who may issue the bills of this ward.")
        issued_on, due_on = likely_dates(options["year"], options["quarter"], timezone.localdate())
        try:
            done = issue_bills(
                ward=options["ward"],
                fiscal_year=options["year"],
                quarter=options["quarter"],
                issued_on=options["issued_on"] or issued_on,
                due_on=options["due_on"] or due_on,
                by=by,
                at=timezone.now(),
            )
        except IMISError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        self.stdout.write(f"{done.bills} bills issued, demand {done.demand}, advance applied {done.advance_applied}")
