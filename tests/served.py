"""The real web server and worker in processes of their own, and a browser without a window in front of them.

Started as `bin/imis demo` starts them: gunicorn with deploy/gunicorn.conf.py and `manage.py worker`, both as the
application role. Tests kill them; a benchmark keeps a hundred browsers busy.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
_INPUT = re.compile(r"<input[^>]*>")
_PAIR = re.compile(r'([\w-]+)="([^"]*)"')


class Served:
    """The web server and the worker on a database; logs go to `folder`."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder, self._database = folder, database
        self._running: list[subprocess.Popen[bytes]] = []
        self.port = 0

    def start(self) -> None:
        """Starts both and waits until the server answers. RuntimeError with its log when it does not."""
        self.port = _free_port()
        environment = {**os.environ, "IMIS_DB_USER": settings.DB_APP_ROLE, "IMIS_DB_NAME": self._database}
        environment["IMIS_LOCAL_DIR"] = str(settings.LOCAL_DIR)
        web = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
        commands = {
            "web": [*web, "--bind", f"127.0.0.1:{self.port}", "imis.wsgi:application"],
            "worker": [sys.executable, "manage.py", "worker"],
        }
        for name, command in commands.items():
            with (self._folder / f"{name}.log").open("ab") as log:
                # A session of its own, so that master and workers can be killed at one stroke.
                self._running.append(
                    subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
                )
        self._await_health()

    def kill(self) -> None:
        """kill -9 of master, workers and the job worker, all at once."""
        for process in self._running:
            os.killpg(process.pid, signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        """Ends both as an operator does."""
        for process in self._running:
            process.terminate()
        self._gone()

    def _gone(self) -> None:
        for process in self._running:
            process.wait(timeout=30)
        self._running.clear()

    def _await_health(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                line.request("GET", "/health")
                if line.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.05)
            finally:
                line.close()
        said = (self._folder / "web.log").read_text(errors="replace")
        raise RuntimeError(f"the server did not start: {said[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def session_of(user: Any) -> str:
    """A session of this user, as the sign-in page would have given it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session: Any = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


class Browser:
    """One signed-in person: cookies, a kept connection, and the forms of the last page."""

    def __init__(self, port: int, session: str) -> None:
        self._cookies = {"sessionid": session}
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def adopt(self, other: Browser) -> None:
        """Goes on with the cookies of another window of the same person."""
        self._cookies |= other._cookies

    def get(self, address: str) -> str:
        """The body of a page. RuntimeError unless it is 200."""
        status, _headers, body = self._ask("GET", address)
        if status != 200:
            raise RuntimeError(f"GET {address}: {status}")
        return body

    def send(self, address: str, fields: Mapping[str, str]) -> str:
        """Where a form led. RuntimeError unless it was taken."""
        status, headers, body = self._ask("POST", address, urlencode(fields))
        if status != 302:
            raise RuntimeError(f"POST {address}: {status} {re.findall('errorlist.*?</ul>', body)}")
        return urlsplit(headers["Location"]).path

    def _ask(self, method: str, address: str, body: str | None = None) -> tuple[int, Any, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in (1, 2):
            try:
                self._line.request(method, address, body, headers)
                answer = self._line.getresponse()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # The server closes a kept connection after its idle seconds; a browser opens a new one.
                self._line.close()
                if attempt == 2:
                    raise
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.headers, text


def form_of(page: str) -> dict[str, str]:
    """What a browser would send from a page: hidden and typed fields, and the choices that are made."""
    found = {}
    for tag in _INPUT.findall(page):
        given = {name: unescape(value) for name, value in _PAIR.findall(tag)}
        if "name" in given and (given.get("type") not in ("radio", "checkbox") or " checked" in tag):
            found[given["name"]] = given.get("value", "")
    return found
