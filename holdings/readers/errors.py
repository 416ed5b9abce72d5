"""Why a file could not be read; crosses from the reading process as a code and facts."""

from __future__ import annotations

from typing import Any


class Unreadable(Exception):
    """`code` is one of holdings.messages.UNREADABLE, `facts` fill its sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
