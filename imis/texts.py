"""What can be kept as text: a database and UTF-8 take nearly everything, but not all that a request can hold."""

from __future__ import annotations

import re

# PostgreSQL keeps no NUL in a text, and half of a surrogate pair is no character.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def is_text(text: str) -> bool:
    """Whether the database can be asked for it and can keep it."""
    return _NO_TEXT.search(text) is None
