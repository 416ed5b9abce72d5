"""Errors that a person can act on: what is wrong, where, and what to do about it."""

from __future__ import annotations


class IMISError(Exception):
    """Base of all refusals that a screen shows to its user.

    `message` is a translated sentence (pass the result of gettext); `remedy` says what to do.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class NotAllowed(IMISError):
    """The user's role or ward scope does not permit this."""


class Refused(IMISError):
    """The request contradicts a rule or the present state; nothing was written."""


class BadInput(IMISError):
    """A value is wrong; `field` names it and `row` (1-based) the line of a file, if any."""

    def __init__(self, message: str, *, field: str = "", row: int | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.field = field
        self.row = row
