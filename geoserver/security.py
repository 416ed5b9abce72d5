"""The security of a GeoServer as things to compare and put right: rules, roles, accounts, the tile cache."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree

from geoserver.client import XML, Client, many, part
from geoserver.config import Server
from geoserver.things import Difference
from geoserver.xmltext import parsed

Json = Any
SHIPPED = "geoserver"
_TILE_CACHE = {"securityEnabled": "true", "cacheLayersByDefault": "false", "directWMSIntegrationEnabled": "false"}


@dataclass(frozen=True)
class Rules:
    """A table of access rules, exactly: a rule too many opens what no rule opened."""

    kind: str
    wanted: Mapping[str, str]

    @property
    def name(self) -> str:
        """The table."""
        return f"{self.kind} rules"

    @property
    def _path(self) -> str:
        return f"/rest/security/acl/{self.kind}"

    def _seen(self, client: Client) -> dict[str, str]:
        return {rule: _roles(text) for rule, text in (client.read(f"{self._path}.json") or {}).items()}

    def differences(self, client: Client) -> list[Difference]:
        """Each rule missing, different or too many."""
        seen = self._seen(client)
        wanted = {rule: _roles(text) for rule, text in self.wanted.items()}
        return [
            Difference(self.name, f"{rule}: expected {wanted.get(rule, 'no rule')}, seen {seen.get(rule, 'no rule')}")
            for rule in sorted({*wanted, *seen})
            if wanted.get(rule) != seen.get(rule)
        ]

    def put_right(self, client: Client) -> None:
        """Closes first, opens last: surplus rules go before new ones come."""
        seen = self._seen(client)
        for rule in seen.keys() - self.wanted.keys():
            client.write("DELETE", f"{self._path}/{part(rule)}")
        for rule, text in self.wanted.items():
            if rule not in seen:
                client.write("POST", self._path, {rule: text})
            elif seen[rule] != _roles(text):
                client.write("PUT", self._path, {rule: text})


@dataclass(frozen=True)
class CatalogMode:
    """What a stranger learns of a layer that is not theirs: nothing (HIDE)."""

    name: str = "catalogue mode"

    def differences(self, client: Client) -> list[Difference]:
        """Any other mode."""
        seen = (client.read("/rest/security/acl/catalog.json") or {}).get("mode")
        return [] if seen == "HIDE" else [Difference(self.name, f"expected HIDE, seen {seen}")]

    def put_right(self, client: Client) -> None:
        """Sets it; works at once."""
        client.write("PUT", "/rest/security/acl/catalog", {"mode": "HIDE"})


@dataclass(frozen=True)
class Role:
    """A role that only rules refer to."""

    role: str

    @property
    def name(self) -> str:
        """The role."""
        return f"role {self.role}"

    def differences(self, client: Client) -> list[Difference]:
        """Missing."""
        return (
            []
            if self.role in many(client.read("/rest/security/roles.json"), "roles")
            else [Difference(self.name, "missing")]
        )

    def put_right(self, client: Client) -> None:
        """Makes it."""
        client.write("POST", f"/rest/security/roles/role/{part(self.role)}")


@dataclass(frozen=True)
class Account:
    """An account with one role. Its password can only be tried, not read."""

    server: Server = field(repr=False)
    user: str
    password: str = field(repr=False)
    role: str
    probe: str

    @property
    def name(self) -> str:
        """The account."""
        return f"account {self.user}"

    def _exists(self, client: Client) -> dict[str, Json] | None:
        users = many(client.read("/rest/security/usergroup/users.json"), "users")
        return next((each for each in users if each["userName"] == self.user), None)

    def differences(self, client: Client) -> list[Difference]:
        """Missing, shut, with other roles, or with another password."""
        seen = self._exists(client)
        if seen is None:
            return [Difference(self.name, "missing")]
        points = [] if seen.get("enabled") else ["it is shut"]
        roles = many(client.read(f"/rest/security/roles/user/{part(self.user)}.json"), "roles")
        if roles != [self.role]:
            points.append(f"expected the role {self.role}, seen {', '.join(sorted(roles)) or 'none'}")
        if not points and not self._lets_in():
            points.append("it does not take its password")
        return [Difference(self.name, point) for point in points]

    def _lets_in(self) -> bool:
        return lets_in(self.server, self.user, self.password, self.probe)

    def put_right(self, client: Client) -> None:
        """Makes or opens it with its password and its one role; waits until GeoServer has read it again."""
        body = {"user": {"userName": self.user, "password": self.password, "enabled": True}}
        if self._exists(client) is None:
            client.write("POST", "/rest/security/usergroup/users", body)
        elif not self._lets_in():
            client.write("POST", f"/rest/security/usergroup/user/{part(self.user)}", body)
        roles = set(many(client.read(f"/rest/security/roles/user/{part(self.user)}.json"), "roles"))
        for surplus in roles - {self.role}:
            client.write("DELETE", f"/rest/security/roles/role/{part(surplus)}/user/{part(self.user)}")
        if self.role not in roles:
            client.write("POST", f"/rest/security/roles/role/{part(self.role)}/user/{part(self.user)}")
        client.write("POST", "/rest/reset")
        wait_until(self._lets_in)


@dataclass(frozen=True)
class TileCache:
    """GeoWebCache's own settings. As shipped they hand kept tiles of a closed layer to anybody."""

    name: str = "tile cache"
    after_restart: bool = True

    def differences(self, client: Client) -> list[Difference]:
        """Each setting that differs in the file."""
        text = client.text("/rest/resource/gwc-gs.xml") or "<none/>"
        root = parsed(text)
        return [
            Difference(self.name, f"{tag}: expected {wanted}, seen {root.findtext(tag)}")
            for tag, wanted in _TILE_CACHE.items()
            if root.findtext(tag) != wanted
        ]

    def put_right(self, client: Client) -> None:
        """Writes the file back with these settings; it works only after a restart of GeoServer."""
        root = parsed(client.text("/rest/resource/gwc-gs.xml") or "<GeoServerGWCConfig/>")
        for tag, wanted in _TILE_CACHE.items():
            node = root.find(tag)
            if node is None:
                node = ElementTree.SubElement(root, tag)
            node.text = wanted
        client.write("PUT", "/rest/resource/gwc-gs.xml", ElementTree.tostring(root, encoding="unicode"), kind=XML)


@dataclass(frozen=True)
class ShutTiles:
    """Whether the running GeoServer asks who wants a tile: what TileCache wrote counts only after a restart."""

    server: Server = field(repr=False)
    workspace: str
    name: str = "tile cache"

    def differences(self, _client: Client) -> list[Difference]:
        """Whether a stranger is told of the tile layers of a closed workspace."""
        stranger = Client(self.server, anonymous=True)
        try:
            path = f"/{self.workspace}/gwc/service/wmts?service=WMTS&request=GetCapabilities"
            status, body = stranger.ask("GET", path)
        finally:
            stranger.close()
        if status == 200 and b"<Layer>" in body:
            return [Difference(self.name, "strangers are let in until GeoServer is restarted")]
        return []

    def put_right(self, _client: Client) -> None:
        """Nothing that REST could do: `publish` says that a restart is due."""


@dataclass(frozen=True)
class MasterPassword:
    """The master password must not be the one that is in every copy of GeoServer."""

    wanted: str = field(repr=False)
    name: str = "master password"

    def differences(self, client: Client) -> list[Difference]:
        """Whether it is the shipped one; it is neither kept nor shown here."""
        seen = client.read("/rest/security/masterpw.json") or {}
        return [Difference(self.name, "as shipped")] if seen.get("oldMasterPassword") == SHIPPED else []

    def put_right(self, client: Client) -> None:
        """Changes it; stores stay readable."""
        client.write("PUT", "/rest/security/masterpw", {"oldMasterPassword": SHIPPED, "newMasterPassword": self.wanted})


def change_admin_password(server: Server, *, old: str, patience: float = 30) -> None:
    """Gives the administrator the password of `server`, and makes sure that the old one is dead.

    A new password is read after some seconds, and the old one stays in GeoServer's memory until a reset.
    Raises Refused when the old one is wrong, TimeoutError when the new one is not taken.
    """
    before = Client(replace(server, secrets={**server.secrets, "admin": old}))
    before.write("PUT", "/rest/security/self/password", {"newPassword": server.password})
    before.close()
    probe = "/rest/about/version.json"
    wait_until(lambda: lets_in(server, server.user, server.password, probe), patience)
    client = Client(server)
    client.write("POST", "/rest/reset")
    client.close()
    wait_until(lambda: not lets_in(server, server.user, old, probe), patience)


def lets_in(server: Server, user: str, password: str, probe: str) -> bool:
    """True when GeoServer knows the account and its password, whatever else it says to the probe."""
    client = Client(server, account=(user, password))
    try:
        status, _body = client.ask("GET", probe)
    finally:
        client.close()
    return status not in (401, 403)


def wait_until(true: Any, patience: float = 30) -> None:
    """Asks every half second. Raises TimeoutError when it never becomes true."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("GeoServer did not take it in time.")
        time.sleep(0.5)


def new_secret() -> str:
    """A password that nobody has to type."""
    return secrets.token_urlsafe(24)


def _roles(text: str) -> str:
    return ",".join(sorted(part.strip() for part in text.split(",")))
