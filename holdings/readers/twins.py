"""Two reading processes take turns with the pieces of a large file: one reads while the other is read.

The twin is a fork of the reading process behind the same walls; its rows reach the parent by a pipe. Each writes in a
thread, so that neither waits for the database to take a piece before it reads the next.
"""

from __future__ import annotations

import ctypes
import gc
import io
import os
import signal
import struct
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any

from holdings.readers.emit import Projector, text
from holdings.readers.errors import Unreadable
from holdings.readers.vector import VectorFile

_PR_SET_PDEATHSIG = 1
# Pieces that may wait to be written.
_WAITING = 2
_SIZE = struct.Struct(">Q")


class _Writer:
    """Does one piece of work after another in a thread; `put` waits while too many are waiting."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[Any]] = deque()

    def put(self, work: Callable[..., Any], *arguments: Any) -> None:
        self._waiting.append(self._thread.submit(work, *arguments))
        if len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def end(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()


def write(sink: IO[bytes], survey: VectorFile, *, file_id: int, project: Projector) -> int:
    """Writes every row in order; returns how many. Raises Unreadable when the twin did not do its part."""
    receiving, sending = os.pipe()
    parent = os.getpid()
    twin = os.fork()
    if twin == 0:
        os.close(receiving)
        os._exit(_twin(sending, parent, survey, list(survey.starts())[1::2], file_id, project))
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        try:
            _take_turns(sink, pipe, survey, file_id, project)
        except BaseException:
            os.kill(twin, signal.SIGKILL)
            raise
        finally:
            ended = os.waitpid(twin, 0)[1]
    if ended != 0:
        raise Unreadable("reader_died")
    return survey.count


def _take_turns(sink: IO[bytes], pipe: io.BufferedReader, survey: VectorFile, file_id: int, project: Projector) -> None:
    writer = _Writer()
    for place, start in enumerate(survey.starts()):
        if place % 2 == 0:
            writer.put(sink.write, _lines(survey, start, file_id, project))
        else:
            writer.put(_forward, pipe, sink)
    writer.end()


def _lines(survey: VectorFile, start: int, file_id: int, project: Projector) -> bytes:
    lines = text(survey.piece(start), after=start, file_id=file_id, project=project).encode()
    # This process collects nothing by itself; what a piece left behind is young, and looked for in no time.
    gc.collect(0)
    return lines


def _forward(pipe: io.BufferedReader, sink: IO[bytes]) -> None:
    head = pipe.read(_SIZE.size)
    left = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else -1
    while left > 0:
        block = pipe.read1(min(left, 1024 * 1024))
        left = left - len(block) if block else -1
        sink.write(block)
    if left < 0:
        raise Unreadable("reader_died")


def _twin(sending: int, parent: int, survey: VectorFile, starts: list[int], file_id: int, project: Projector) -> int:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return 1
    writer = _Writer()
    try:
        with os.fdopen(sending, "wb") as pipe:
            for start in starts:
                lines = _lines(survey, start, file_id, project)
                writer.put(pipe.write, _SIZE.pack(len(lines)) + lines)
            writer.end()
    except BaseException:  # whatever it was: the parent says that a reader died, and no twin goes on as another process
        return 1
    return 0
