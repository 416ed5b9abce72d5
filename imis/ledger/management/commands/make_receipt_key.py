"""Makes the key that signs receipts, once; prints its public half."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imis.ledger import keys


class Command(BaseCommand):
    """`manage.py make_receipt_key [--show]`: never replaces a key."""

    help = "Makes the Ed25519 key that signs receipts (mode 0600) and prints the public half for publication."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--show` only prints the public half of the present key."""
        parser.add_argument("--show", action="store_true", help="print the public key and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the key unless `--show`, then prints the public half as PEM."""
        if not options["show"]:
            try:
                keys.make_key(keys.key_file())
            except FileExistsError as error:
                raise CommandError(f"{keys.key_file()} exists and old receipts hang on it.") from error
        try:
            self.stdout.write(keys.public_pem())
        except keys.NoReceiptKey as error:
            raise CommandError(str(error)) from error
