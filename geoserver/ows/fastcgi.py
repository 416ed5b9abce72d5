"""A FastCGI client for workers on a Unix socket, with the answer piece by piece."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from geoserver.ows.sockets import reachable

_BEGIN, _END, _PARAMS, _STDIN, _STDOUT = 1, 3, 4, 5, 6
_RESPONDER = struct.pack("!HB5x", 1, 0)
_LONGEST = 60_000


def ask(path: Path, parameters: dict[str, str], seconds: float) -> tuple[dict[str, str], Iterator[bytes]]:
    """Headers (in lower case) and the pieces of the body. Raises OSError when there is no worker or no answer."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        with reachable(path) as name:
            line.connect(name)
        pairs = b"".join(_pair(name.encode(), value.encode()) for name, value in parameters.items())
        parts = [pairs[start : start + _LONGEST] for start in range(0, len(pairs), _LONGEST)]
        records = [_record(_BEGIN, _RESPONDER), *(_record(_PARAMS, part) for part in parts)]
        line.sendall(b"".join([*records, _record(_PARAMS, b""), _record(_STDIN, b"")]))
        pieces = _pieces(line)
        return _split(pieces)
    except BaseException:
        line.close()
        raise


def _split(pieces: Iterator[bytes]) -> tuple[dict[str, str], Iterator[bytes]]:
    held = b""
    for piece in pieces:
        held += piece
        if b"\r\n\r\n" in held:
            break
    head, _gap, rest = held.partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode("latin-1").split("\r\n")]
    headers = {name.strip().lower(): value.strip() for name, _colon, value in lines}

    def body() -> Iterator[bytes]:
        yield rest
        yield from pieces

    return headers, body()


def _pieces(line: socket.socket) -> Iterator[bytes]:
    """What the worker writes to its standard output."""
    try:
        with line, line.makefile("rb") as stream:
            while header := stream.read(8):
                if len(header) < 8:
                    raise OSError("The worker broke off.")
                _version, kind, _request, length, padding = struct.unpack("!BBHHBx", header)
                content = stream.read(length + padding)[:length]
                if kind == _STDOUT and content:
                    yield content
                elif kind == _END:
                    return
            raise OSError("The worker broke off.")
    finally:
        line.close()


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def _pair(name: bytes, value: bytes) -> bytes:
    return struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value
