"""Reads settings from the environment and fails with a sentence that says what to do."""

from __future__ import annotations

import os
from urllib.parse import urlsplit


class MissingSetting(RuntimeError):
    """A required environment variable is absent or malformed."""


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable's value, else `default`; raises MissingSetting when neither is given."""
    value = os.environ.get(name, default)
    if value is None:
        raise MissingSetting(
            f"{name} is not set. `bin/imis env` prints a working set for this checkout; "
            f"docs/guide/settings.md describes each variable."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    """True or false; raises MissingSetting for anything but 1/0, true/false, yes/no, on/off."""
    value = os.environ.get(name)
    if value is None:
        return default
    lowered = value.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise MissingSetting(f"{name}={value!r} is neither yes nor no; write 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number; raises MissingSetting when the text is not one."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise MissingSetting(f"{name}={value!r} is not a whole number.") from None


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty items."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def origins_of(url: str) -> list[str]:
    """The scheme and host of an address as a list for a content policy; empty for no address or our own."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
