"""A FastCGI client for one worker on a Unix socket: what a web server would send to MapServer, without the server."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_BEGIN, _END, _PARAMS, _STDIN, _STDOUT = 1, 3, 4, 5, 6
_RESPONDER = struct.pack("!HB5x", 1, 0)


def ask(path: Path, query: str) -> bytes:
    """The body of the answer to a GET with `query`; raises RuntimeError when the worker reports an error."""
    parameters = {"REQUEST_METHOD": "GET", "QUERY_STRING": query, "SCRIPT_NAME": "/mapserv"}
    pairs = b"".join(_pair(name.encode(), value.encode()) for name, value in parameters.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(path))
        line.sendall(
            _record(_BEGIN, _RESPONDER) + _record(_PARAMS, pairs) + _record(_PARAMS, b"") + _record(_STDIN, b"")
        )
        return _body(_answer(line))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def _pair(name: bytes, value: bytes) -> bytes:
    return struct.pack("!BI", len(name), len(value) | 1 << 31) + name + value


def _answer(line: socket.socket) -> bytes:
    """All that the worker wrote to its standard output."""
    with line.makefile("rb") as stream:
        parts = []
        while header := stream.read(8):
            _version, kind, _request, length, padding = struct.unpack("!BBHHBx", header)
            content = stream.read(length + padding)[:length]
            if kind == _STDOUT:
                parts.append(content)
            elif kind == _END:
                break
        return b"".join(parts)


def _body(answer: bytes) -> bytes:
    headers, _, body = answer.partition(b"\r\n\r\n")
    if b"application/vnd.mapbox-vector-tile" not in headers:
        raise RuntimeError((headers + body)[:400].decode(errors="replace"))
    return body
