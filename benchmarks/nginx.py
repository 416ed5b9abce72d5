"""A real nginx with the project's own tile cache (deploy/nginx) in front of a server, in a folder of its own.

Tests and benchmarks use it; everything that the deployment adds (TLS, limits, the rest of the site) is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.tile_servers import ROOT, answers, free_port

SNIPPETS = ROOT / "deploy" / "nginx"
_CACHE = "/var/cache/nginx/imis-tiles"
_MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes auto;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream imis {{ server 127.0.0.1:{upstream}; keepalive 16; }}
    {cache}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def program() -> str | None:
    """The path of nginx; it stands where a normal user's PATH does not look. None when it is not installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def as_deployed() -> tuple[str, str]:
    """The two snippets that production uses: of the http context and of the server block."""
    names = ("tiles-cache.conf", "tiles.conf")
    cache, location = ((SNIPPETS / name).read_text(encoding="utf-8") for name in names)
    return cache, location


@contextmanager
def nginx(
    folder: Path, upstream: int, change: Callable[[str, str], tuple[str, str]] = lambda *snippets: snippets
) -> Iterator[int]:
    """nginx before the server at port `upstream`; gives its own port. `change` may edit the snippets, to plant a fault.

    Raises RuntimeError when nginx is not installed or refuses its configuration.
    """
    found = program()
    if found is None:
        raise RuntimeError("nginx is not installed (apt-get install nginx-light)")
    port = free_port()
    cache, location = change(*as_deployed())
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _MAIN.format(
            folder=folder,
            # Root's workers would be nobody, who may not enter the folder.
            user="user root;" if os.getuid() == 0 else "",
            upstream=upstream,
            port=port,
            cache=cache.replace(_CACHE, str(folder / "cache")),
            location=location,
        ),
        encoding="utf-8",
    )
    running = subprocess.Popen([found, "-c", str(configuration), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        _wait(running, port, folder)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=10)


def _wait(running: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _attempt in range(100):
        if running.poll() is not None:
            break
        if answers(port):
            return
        time.sleep(0.05)
    log = folder / "error.log"
    raise RuntimeError(f"nginx did not start: {log.read_text(errors='replace')[-1500:] if log.exists() else 'no log'}")
