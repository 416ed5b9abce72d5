"""The client: no secret in what it says, no redirect followed, no waiting for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from geoserver.client import Client, Refused, Unreachable, many
from geoserver.config import Database, NotConfigured, Server
from geoserver.things import compared, merged
from tests.geoserver.fake import running

SECRETS = {"admin": "geoserver", "database-public": "very-secret-word"}


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """A server that gives these answers, one a connection, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)

        def serve() -> None:
            for answer in answers:
                try:
                    line, _address = door.accept()
                except OSError:
                    return
                with line:
                    line.recv(65_536)
                    line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/geoserver"
        thread.join(5)


def _reply(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_an_error_names_no_secret() -> None:
    with saying(_reply("500 No", b"cannot connect with very-secret-word")) as url:
        client = Client(Server(url, secrets=SECRETS))
        with pytest.raises(Refused) as caught:
            client.write("PUT", "/rest/x", {"password": "very-secret-word"})
        client.close()
    assert "very-secret-word" not in str(caught.value) and "***" in str(caught.value)
    assert "very-secret-word" not in repr(Server("http://x", secrets=SECRETS))
    assert "very-secret-word" not in repr(Database("h", "1", "n", passwords=SECRETS))


def test_a_redirect_is_a_refusal() -> None:
    """The password must not follow an answer to another host."""
    with saying(_reply("302 Found", b"", "Location: http://127.0.0.1:9/rest")) as url:
        client = Client(Server(url, secrets=SECRETS))
        with pytest.raises(Refused, match="302"):
            client.read("/rest/x")
        client.close()


def test_silence_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        client = Client(Server(url, secrets=SECRETS), timeout=0.3)
        with pytest.raises(Unreachable):
            client.read("/rest/x")
        client.close()
    client = Client(Server(url, secrets=SECRETS), timeout=1)
    with pytest.raises(Unreachable):
        client.read("/rest/x")


def test_a_connection_closed_meanwhile_is_opened_once_more() -> None:
    with running() as fake:
        client = Client(Server(fake.url, secrets=SECRETS))
        assert client.read("/rest/about/version.json")
        assert client._line.sock is not None
        client._line.sock.shutdown(socket.SHUT_RDWR)
        assert client.read("/rest/about/version.json")
        client.close()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://", "127.0.0.1:8080"])
def test_only_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="IMIS_GEOSERVER_URL"):
        Client(Server(url, secrets=SECRETS))


def test_a_missing_secret_says_which() -> None:
    with pytest.raises(NotConfigured, match="door-tax"):
        from layers.spec import Audience

        Server("http://x", secrets=SECRETS).door(Audience.TAX)
    with pytest.raises(NotConfigured, match="admin"):
        Client(replace(Server("http://x"), secrets={}))


def test_lists_as_geoserver_writes_them() -> None:
    assert many({"a": {"b": [1, 2]}}, "a", "b") == [1, 2]
    assert many({"a": {"b": 1}}, "a", "b") == [1]
    assert many({"a": ""}, "a", "b") == many(None, "a") == []


def test_comparing_names_each_point() -> None:
    wanted = {"a": 1, "b": {"c": True}, "d": ["x", "y"], "e": [{"n": 1}, {"n": 2}], "f": None, "g": 1.5}
    same = {"a": "1", "b": {"c": "true", "more": 1}, "d": ["y", "x"], "e": [{"n": 1, "m": 2}, {"n": 2}], "g": "1.5"}
    assert compared(wanted, same) == []
    other = {"a": 2, "b": {}, "d": ["x"], "e": [{"n": 2}, {"n": 1}], "f": "x", "g": 1.6}
    points = [point.partition(":")[0] for point in compared(wanted, other)]
    assert points == ["a", "b.c", "d", "e[0].n", "e[1].n", "f", "g"]
    assert compared({"a": [1]}, {"a": 1}) == [] == compared({"a": []}, {"a": ""})


def test_merging_keeps_what_it_does_not_know() -> None:
    document = {"a": 1, "b": {"c": 1, "d": 2}, "l": [1, 2], "gone": 3}
    assert merged(document, {"b": {"c": 9}, "l": [3], "gone": None}) == {"a": 1, "b": {"c": 9, "d": 2}, "l": [3]}
    assert document["b"]["c"] == 1
