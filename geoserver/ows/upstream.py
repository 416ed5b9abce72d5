"""What a map server behind the door is asked, and what it answers; one form for every kind of map server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from geoserver.ows.asked import Asked

Wards = tuple[int, ...] | None
CHUNK = 65_536


class Down(RuntimeError):
    """The map server does not answer."""


@dataclass
class Answer:
    """Status and content type, and the body piece by piece; `end` gives back what it holds."""

    status: int
    kind: str
    pieces: Iterator[bytes]
    end: Callable[[], None]


class MapServer(Protocol):
    """A map server."""

    @property
    def name(self) -> str:
        """What it is called in the log."""

    @property
    def services(self) -> tuple[str, ...]:
        """The services it offers."""

    def ask(self, asked: Asked, wards: Wards) -> Answer:
        """Passes a checked request on, limited to some wards (None: all). Raises Down."""
