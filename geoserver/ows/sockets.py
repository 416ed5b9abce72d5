"""Unix sockets under long paths: the kernel takes 107 bytes, a checkout may lie deeper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 100


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name under which the socket can be bound or reached; a long path goes through an open folder."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
