"""Makes a GeoServer equal to the catalogue: what differs is put right, read back, and must then be as wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

from geoserver.client import XML, Client
from geoserver.config import Server
from geoserver.security import SHIPPED, ShutTiles, change_admin_password, lets_in
from geoserver.things import Difference, Thing
from layers.spec import Audience

_PROBE = "/rest/about/version.json"


class NotTaken(RuntimeError):
    """GeoServer said yes, and yet is not as wanted."""


@dataclass
class Outcome:
    """What was put right, and what only a restart of GeoServer brings."""

    mended: list[Difference] = field(default_factory=list)
    after_restart: list[Difference] = field(default_factory=list)


def take_over(server: Server) -> bool:
    """Gives a fresh GeoServer the administrator's password of ours; True when the shipped one was still in force."""
    if lets_in(server, server.user, server.password, _PROBE):
        return False
    change_admin_password(server, old=SHIPPED)
    return True


def shipped_password_works(server: Server) -> bool:
    """True when anybody can be the administrator."""
    return server.password != SHIPPED and lets_in(server, server.user, SHIPPED, _PROBE)


def whoever_may_look(server: Server) -> tuple[str, str]:
    """The administrator's account to compare with: the shipped one as long as nobody has taken the server over."""
    ours = lets_in(server, server.user, server.password, _PROBE)
    return server.user, server.password if ours or not shipped_password_works(server) else SHIPPED


def publish(client: Client, wanted: tuple[Thing, ...]) -> Outcome:
    """Puts right what differs, in order. Raises NotTaken when the server does not keep what it was given."""
    outcome = Outcome()
    for thing in wanted:
        found = thing.differences(client)
        if not found:
            continue
        thing.put_right(client)
        left = thing.differences(client)
        if left and not isinstance(thing, ShutTiles):
            raise NotTaken("; ".join(str(each) for each in left))
        late = left or (found if getattr(thing, "after_restart", False) else [])
        outcome.after_restart += late
        outcome.mended += [] if left else found
    return outcome


def forget_tiles(client: Client, audience: Audience, layers: tuple[str, ...]) -> None:
    """Empties the tile cache of some layers: a change of data does not do it."""
    for layer in layers:
        name = f"{audience.schema}:{layer}"
        client.write(
            "POST",
            "/gwc/rest/masstruncate",
            f"<truncateLayer><layerName>{name}</layerName></truncateLayer>",
            kind=XML,
        )
