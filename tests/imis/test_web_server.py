"""What is our own about gunicorn, on a real one: threads that wait a moment, and a log that leaves some answers out."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4
_PATIENCE = 10


class Server:
    """One gunicorn process of four threads on a socket of its own."""

    def __init__(self, running: subprocess.Popen[bytes], door: Path, log: Path) -> None:
        self.running, self._door, self._log = running, door, log

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept until it is closed."""
        line = http.client.HTTPConnection("here", timeout=_PATIENCE)
        line.sock = socket.socket(socket.AF_UNIX)
        line.sock.settimeout(_PATIENCE)
        line.sock.connect(str(self._door))
        return line

    def logged(self) -> str:
        return self._log.read_text(encoding="utf-8")


def ask(line: http.client.HTTPConnection, path: str = "/") -> str:
    line.request("GET", path)
    return line.getresponse().read().decode()


@contextmanager
def _served(folder: Path, worker: str) -> Iterator[Server]:
    door, log = folder / "web.sock", folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--workers", "1"]
    command += ["--bind", f"unix:{door}", "--worker-class", worker, "--max-requests", "0"]
    with log.open("wb") as sink:
        running = subprocess.Popen(
            [*command, "tests.imis.gunicorn_to_watch:application"],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=sink, stderr=sink,
        )  # fmt: skip
    server = Server(running, door, log)
    try:
        _until(lambda: _answers(server), server)
        yield server
    finally:
        running.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.wait(_PATIENCE)
        running.kill()
        running.wait()


def _answers(server: Server) -> bool:
    line = server.connect()
    try:
        return bool(ask(line))
    finally:
        line.close()


def _until(holds: Callable[[], bool], server: Server) -> None:
    end = time.monotonic() + 30
    while True:
        with suppress(OSError):
            if holds():
                return
        assert time.monotonic() < end, server.logged()
        time.sleep(0.05)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Server]:
    """Its threads wait half a minute for the next request."""
    with _served(tmp_path, "tests.imis.gunicorn_to_watch.Watched") as server:
        yield server


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Server]:
    """The worker that is deployed."""
    with _served(tmp_path, "imis.web_server.WebWorker") as server:
        yield server


def test_who_asks_again_is_answered_by_the_same_thread(watched: Server) -> None:
    line = watched.connect()
    first = ask(line)
    assert {ask(line) for _again in range(20)} == {first}


def test_half_of_the_threads_never_wait(watched: Server) -> None:
    """With all of them waiting for those who were answered before, nobody new would be answered for half a minute."""
    kept = [watched.connect() for _ in range(3 * THREADS)]
    for line in kept:
        assert ask(line)
    assert ask(watched.connect())
    # Those whom no thread waits for are answered as gunicorn does it.
    for line in reversed(kept):
        assert ask(line)


def test_more_connections_than_threads_are_all_answered(deployed: Server) -> None:
    def several(_number: int) -> int:
        line = deployed.connect()
        return sum(bool(ask(line, "/slow" if turn % 3 == 0 else "/")) for turn in range(6))

    with ThreadPoolExecutor(4 * THREADS) as crowd:
        assert list(crowd.map(several, range(4 * THREADS))) == [6] * (4 * THREADS)


def test_nobody_holds_a_thread_while_others_wait(deployed: Server) -> None:
    """Four times as many as there are threads ask without a pause: each gets its share, first come, first served."""
    crowd, asked = 4 * THREADS, 16
    together, ended = threading.Barrier(crowd), []

    def without_a_pause(number: int) -> None:
        line = deployed.connect()
        together.wait(_PATIENCE)
        for _turn in range(asked):
            assert ask(line, "/work")
            ended.append(number)

    with ThreadPoolExecutor(crowd) as people:
        list(people.map(without_a_pause, range(crowd)))
    # Who holds a thread has all of its answers when the others have three of theirs.
    first_quarter = ended[: crowd * asked // 4]
    assert max(map(first_quarter.count, range(crowd))) <= asked // 2


def test_requests_that_come_together_are_each_answered(watched: Server) -> None:
    line = watched.connect()
    line.sock.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 3)
    said = b""
    while said.count(b"HTTP/1.1 200 OK") < 3:
        more = line.sock.recv(65536)
        assert more
        said += more


def test_a_connection_that_ends_gives_its_thread_back(watched: Server) -> None:
    for _visitor in range(3 * THREADS):
        line = watched.connect()
        first = ask(line)
        assert ask(line) == first, "nobody waited for this one: a thread still waits for one that is gone"
        line.close()
        time.sleep(0.05)


def test_it_stops_when_told_although_connections_are_kept(deployed: Server) -> None:
    kept = [deployed.connect() for _ in range(2 * THREADS)]
    assert all(map(ask, kept))
    deployed.running.terminate()
    # gunicorn keeps them for two seconds, for a request that is already on its way.
    assert deployed.running.wait(8) == 0


def test_the_log_leaves_out_what_asks_for_no_line(deployed: Server) -> None:
    line = deployed.connect()
    assert ask(line, "/logged?q=01711000000") and ask(line, "/unlogged") and ask(line, "/logged-too")
    line.close()
    _until(lambda: '"/logged-too" 200' in deployed.logged(), deployed)
    assert '"/logged" 200' in deployed.logged()
    assert "unlogged" not in deployed.logged()
    assert "01711000000" not in deployed.logged()
