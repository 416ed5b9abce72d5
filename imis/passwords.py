"""Refuses passwords built from words that everyone in this office would try first."""

from __future__ import annotations

import re
import secrets

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imis.bangla import digits
from imis.models import User

# Django's own list is English; these are the words of the place and of the work.
_WORDS = (
    "khulna", "bangladesh", "sonadanga", "khalishpur", "daulatpur", "boyra", "rupsha", "sundarban", "dhaka",
    "citycorporation", "corporation", "municipal", "nagar", "kcc", "imis", "holding", "ward", "tax", "poura",
    "password", "passw0rd", "welcome", "admin", "administrator", "assessor", "approver", "collector", "collection",
    "cashier", "planner", "auditor", "officer", "office", "user", "login", "qwerty", "asdf", "letmein", "secret",
    "bismillah", "allah", "amar", "sonar", "bangla", "joybangla", "মেয়র", "খুলনা", "বাংলাদেশ", "কর",
)  # fmt: skip
_LOOKALIKES = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t"})
_LEFT_TO_GUESS = 8
# No 0/O, 1/l/I: a temporary password is read from paper or said over the telephone.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class LengthValidator(MinimumLengthValidator):
    """Django's check with sentences that write their figures in the script of the language."""

    def get_error_message(self) -> str:
        """What the form says when the password is too short."""
        return _("This password is too short. It needs at least %(length)s characters.") % self._length()

    def get_help_text(self) -> str:
        """What the form says beside the field."""
        return _("At least %(length)s characters.") % self._length()

    def _length(self) -> dict[str, str]:
        bangla_first = (get_language() or "bn").startswith("bn")
        return {"length": digits(self.min_length) if bangla_first else str(self.min_length)}


class ContextWordValidator:
    """Takes the known words, years and digit runs away; too little may be left for a guess to be hard."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError when fewer than eight characters remain that nobody would guess."""
        plain = password.lower()
        readings = (plain, plain.translate(_LOOKALIKES))
        if any(self._left(reading) < _LEFT_TO_GUESS and self._has_word(reading) for reading in readings):
            raise ValidationError(
                _("This password is made of words that are easy to guess here. Join four unrelated words instead."),
                code="password_context_word",
            )

    def get_help_text(self) -> str:
        """What the form says beside the field."""
        return _("Do not build it from the name of the city, the office, your role or a year.")

    @staticmethod
    def _has_word(reading: str) -> bool:
        return any(word in reading for word in _WORDS)

    @staticmethod
    def _left(reading: str) -> int:
        for word in sorted(_WORDS, key=len, reverse=True):
            reading = reading.replace(word, " ")
        return len(re.sub(r"[\W\d_]|(.)\1{2,}", "", reading))


def temporary_password() -> str:
    """A random password of 16 characters (93 bits) in groups of four, to be changed at the first sign-in."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
