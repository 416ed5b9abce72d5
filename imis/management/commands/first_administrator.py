"""Opens the first account of an empty system; every later one is added on the screen for people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from imis.errors import IMISError
from imis.models import User
from imis.roles import Role
from imis.services.people import add_user


class Command(BaseCommand):
    """`manage.py first_administrator USERNAME`: prints a temporary password once."""

    help = "Adds the first administrator and prints a temporary password, which must be changed at the first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """The user name and the person's name."""
        parser.add_argument("username")
        parser.add_argument("--name-bn", default="", help="name in Bangla")
        parser.add_argument("--name-en", default="", help="name in English")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses when an administrator exists: whoever reaches this command must not make a second way in."""
        if User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR]).exists():
            raise CommandError("There is an administrator already; sign in as one and add people on the screen.")
        try:
            user, password = add_user(
                username=options["username"],
                name_bn=options["name_bn"],
                name_en=options["name_en"],
                roles=[Role.ADMINISTRATOR],
                all_wards=True,
                ward_numbers=[],
                by=None,
                at=timezone.now(),
            )
        except IMISError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"user name: {user.username}\ntemporary password: {password}")
