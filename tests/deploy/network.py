"""Four network namespaces on one switch: the public, the VPN, and the two servers."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

WEB, GEOSERVER, PUBLIC, VPN = "203.0.113.10", "203.0.113.11", "203.0.113.66", "10.8.0.2"
VPN_NETWORK = "10.8.0.0/24"
PUBLIC_NAME = "imis.test"
PROXY_PORT = 3142


@dataclass(frozen=True)
class Place:
    """Where somebody stands in the network."""

    name: str
    address: str
    route: str = ""

    @property
    def namespace(self) -> str:
        """Its network namespace; the number keeps two runs apart."""
        return f"imis-{self.name}-{os.getpid()}"

    @property
    def path(self) -> str:
        """The namespace as a file."""
        return f"/run/netns/{self.namespace}"


SWITCH = Place("switch", "")
PLACES = {
    "public": Place("public", f"{PUBLIC}/24"),
    "vpn": Place("vpn", f"{VPN}/24", "203.0.113.0/24"),
    "web": Place("web", f"{WEB}/24", VPN_NETWORK),
    "geoserver": Place("geoserver", f"{GEOSERVER}/24", VPN_NETWORK),
}


def ip(*words: str) -> None:
    """iproute2. Raises CalledProcessError with what it said."""
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def up() -> None:
    """Makes the namespaces and the wires between them and the switch."""
    ip("netns", "add", SWITCH.namespace)
    ip("-n", SWITCH.namespace, "link", "add", "switch", "type", "bridge")
    ip("-n", SWITCH.namespace, "link", "set", "switch", "up")
    for number, place in enumerate(PLACES.values()):
        ip("netns", "add", place.namespace)
        wire = f"im{os.getpid() % 100000}-{number}"
        ip("link", "add", wire, "netns", SWITCH.namespace, "type", "veth", "peer", "eth0", "netns", place.namespace)
        ip("-n", SWITCH.namespace, "link", "set", wire, "master", "switch", "up")
        ip("-n", place.namespace, "link", "set", "lo", "up")
        ip("-n", place.namespace, "addr", "add", place.address, "dev", "eth0")
        ip("-n", place.namespace, "link", "set", "eth0", "up")
        if place.route:
            ip("-n", place.namespace, "route", "add", place.route, "dev", "eth0")


def down() -> None:
    """Takes everything away; what is not there is no failure."""
    for place in (*PLACES.values(), SWITCH):
        subprocess.run(["ip", "netns", "del", place.namespace], check=False, capture_output=True)


def inside(place: str) -> list[str]:
    """The words that put a command into a place."""
    return ["ip", "netns", "exec", PLACES[place].namespace]
