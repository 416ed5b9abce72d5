"""Clears old files of whole wards away; to be run every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tax.services import clear_ward_bills


class Command(BaseCommand):
    """`manage.py clear_ward_bills`: removes what is older than IMIS_WARD_BILLS_DAYS."""

    help = "Removes the PDF files of whole wards that are older than IMIS_WARD_BILLS_DAYS days."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many were removed."""
        self.stdout.write(f"{clear_ward_bills(by=None, at=timezone.now())} removed.")
