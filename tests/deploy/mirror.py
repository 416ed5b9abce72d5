"""The packages' way to the hosts: a proxy that listens in the VPN and asks the world from this machine, and remembers.

`python -m tests.deploy.mirror NAMESPACE ADDRESS PORT FOLDER`. Packages never change under their name, so they are
kept between runs; lists are asked for each time.
"""

from __future__ import annotations

import ctypes
import hashlib
import http.server
import os
import shutil
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000


def listen_in(namespace: str, address: tuple[str, int]) -> socket.socket:
    """A listening socket of another network namespace; this process stays where it is."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", encoding="utf-8") as home, open(namespace, encoding="utf-8") as away:
        if libc.setns(away.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        try:
            door = socket.create_server(address)
        finally:
            if libc.setns(home.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
    return door


class Mirror(http.server.BaseHTTPRequestHandler):
    """Answers GET of http addresses."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        """The kept package, or what the world answers."""
        kept = self.folder / hashlib.sha256(self.path.encode()).hexdigest()
        if not kept.exists():
            try:
                got = self._fetch(kept)
            except urllib.error.HTTPError as refusal:
                self.send_error(refusal.code)
                return
            except OSError:
                self.send_error(502)
                return
            if got is not None:
                self._answer(got)
                return
        self._answer(kept.read_bytes())

    def _fetch(self, kept: Path) -> bytes | None:
        with urllib.request.urlopen(self.path, timeout=120) as answer:  # noqa: S310 - apt's own addresses
            if not self.path.endswith(".deb"):
                body: bytes = answer.read()
                return body
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as draft:
                shutil.copyfileobj(answer, draft)
            os.replace(draft.name, kept)
        return None

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: apt says what it fetched."""


def main() -> None:
    """Serves until it is ended."""
    namespace, address, port, folder = sys.argv[1:]
    Mirror.folder = Path(folder)
    Mirror.folder.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer((address, int(port)), Mirror, bind_and_activate=False)
    server.socket.close()
    server.socket = listen_in(namespace, (address, int(port)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
