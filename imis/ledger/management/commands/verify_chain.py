"""Proves that no row of the books was altered, inserted or taken away."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imis.ledger import proofs

_SHOWN = 50


class Command(BaseCommand):
    """`manage.py verify_chain [--anchors FILE] [--print-anchors]`: exit 1 and the first bad row named first."""

    help = "Recomputes every hash of the books and the chain over them; names each row that does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--anchors` compares with published lines; `--print-anchors` prints those of all closed days."""
        parser.add_argument("--anchors", type=Path, help="file of lines published when days were closed")
        parser.add_argument("--print-anchors", action="store_true", help="print one line for each closed day and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what does not fit, in order; the last line says whether all does."""
        if options["print_anchors"]:
            for line in proofs.anchors():
                self.stdout.write(line)
            return
        published = self._published(options["anchors"])
        found = proofs.findings(published)
        shown = list(islice(found, _SHOWN))
        for finding in shown:
            self.stdout.write(str(finding))
        rest = sum(1 for _ in found)
        if rest:
            self.stdout.write(f"… and {rest} more")
        if shown:
            raise CommandError(f"The books were tampered with; first: {shown[0]}")
        self.stdout.write("Every row is what it was when it was written.")

    def _published(self, path: Path | None) -> list[str]:
        if path is None:
            return []
        try:
            return path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise CommandError(f"The anchors cannot be read: {error}") from error
