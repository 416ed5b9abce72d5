"""The kinds of thing a GeoServer holds: how each is compared with what is wanted, and how it is put right.

Whatever is changed is read first and sent back whole: GeoServer takes a partial document for a complete one in some
places (global settings, connection parameters), and says 200 to both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol

from geoserver.client import SLD, XML, Client, Refused, many, part

Json = Any


@dataclass(frozen=True)
class Difference:
    """One point in which the server is not as wanted. Never holds a secret."""

    thing: str
    point: str

    def __str__(self) -> str:
        return f"{self.thing}: {self.point}"


class Thing(Protocol):
    """A part of the server's state."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    def differences(self, client: Client) -> list[Difference]:
        """In what it is not as wanted; only reads."""

    def put_right(self, client: Client) -> None:
        """Makes it as wanted."""


@dataclass(frozen=True)
class Document:
    """A JSON document that must hold `wanted`, whatever else it holds.

    It is made by a POST to `collection`; without one it is always there, or is made by PUT from `pattern`'s copy.
    """

    name: str
    path: str
    wrapper: str
    wanted: Mapping[str, Json]
    collection: str = ""
    pattern: str = ""

    def differences(self, client: Client) -> list[Difference]:
        """Missing, or each field that differs; unreadable when what it rests on is broken."""
        try:
            found = client.read(f"{self.path}.json")
        except Refused as refusal:
            if refusal.status != 500:
                raise
            return [Difference(self.name, "unreadable")]
        if found is None:
            return [Difference(self.name, "missing")]
        return [Difference(self.name, point) for point in compared(self.wanted, found[self.wrapper])]

    def put_right(self, client: Client) -> None:
        """Makes it, or sends it back with what is wanted changed and all else as it was."""
        found = client.read(f"{self.path}.json")
        if found is None and self.collection:
            client.write("POST", self.collection, {self.wrapper: dict(self.wanted)})
            return
        if found is None:
            found = client.read(f"{self.pattern}.json") or {self.wrapper: {}}
        client.write("PUT", self.path, {self.wrapper: merged(found[self.wrapper], self.wanted)})


@dataclass(frozen=True)
class Store:
    """A PostGIS store. GeoServer takes it without trying it, so it counts only once it offers its tables."""

    workspace: str
    store: str
    parameters: Mapping[str, str]
    password: str = field(repr=False)
    tables: frozenset[str]

    @property
    def name(self) -> str:
        """Workspace and store."""
        return f"store {self.workspace}:{self.store}"

    @property
    def _path(self) -> str:
        return f"/rest/workspaces/{self.workspace}/datastores/{self.store}"

    def differences(self, client: Client) -> list[Difference]:
        """Parameters that differ, then whether the tables can be read. The password cannot be compared."""
        found = client.read(f"{self._path}.json")
        if found is None:
            return [Difference(self.name, "missing")]
        seen = {each["@key"]: str(each["$"]) for each in many(found["dataStore"], "connectionParameters", "entry")}
        points = compared(self.parameters, seen)
        if not found["dataStore"].get("enabled"):
            points.append("enabled: expected True, seen False")
        return [Difference(self.name, point) for point in points or self._unreadable(client)]

    def _unreadable(self, client: Client) -> list[str]:
        offered = client.read(f"{self._path}/featuretypes.json?list=available")
        if offered is None:
            return ["the database does not let it in"]
        taken = many(client.read(f"{self._path}/featuretypes.json"), "featureTypes", "featureType")
        there = {*many(offered, "list", "string"), *(each["name"] for each in taken)}
        missing = sorted(self.tables - there)
        return [f"the database does not show it {', '.join(missing)}"] if missing else []

    def put_right(self, client: Client) -> None:
        """Sends all parameters with the password, then drops what GeoServer remembers of the old connection."""
        entries = [{"@key": key, "$": value} for key, value in (*self.parameters.items(), ("passwd", self.password))]
        wanted = {"name": self.store, "enabled": True, "connectionParameters": {"entry": entries}}
        if client.read(f"{self._path}.json") is None:
            client.write("POST", f"/rest/workspaces/{self.workspace}/datastores", {"dataStore": wanted})
        else:
            client.write("PUT", self._path, {"dataStore": wanted})
            client.write("PUT", f"{self._path}/reset")


@dataclass(frozen=True)
class Style:
    """An SLD style, kept to the letter (`raw`), so that any change of it shows."""

    workspace: str
    style: str
    text: str = field(repr=False)

    @property
    def name(self) -> str:
        """Workspace and style."""
        return f"style {self.workspace}:{self.style}"

    def differences(self, client: Client) -> list[Difference]:
        """Missing, or another text."""
        found = client.text(f"/rest/workspaces/{self.workspace}/styles/{self.style}.sld")
        if found is None:
            return [Difference(self.name, "missing")]
        return [] if found == self.text else [Difference(self.name, "another style than the catalogue's")]

    def put_right(self, client: Client) -> None:
        """Sends the text. GeoServer forgets the kept tiles of a changed style by itself."""
        folder = f"/rest/workspaces/{self.workspace}/styles"
        if client.read(f"{folder}/{self.style}.json") is None:
            client.write("POST", f"{folder}?name={part(self.style)}&raw=true", self.text, kind=SLD)
        else:
            client.write("PUT", f"{folder}/{self.style}?raw=true", self.text, kind=SLD)


@dataclass(frozen=True)
class TileLayer:
    """The tile cache of a layer: one grid, few formats, a short life."""

    layer: str
    grid: str
    formats: tuple[str, ...]
    seconds: int = 600

    @property
    def name(self) -> str:
        """The layer."""
        return f"tile layer {self.layer}"

    @property
    def _wanted(self) -> dict[str, Json]:
        return {
            "enabled": True,
            "expireCache": self.seconds,
            "expireClients": self.seconds,
            "gridSubsets": [{"gridSetName": self.grid}],
            "mimeFormats": sorted(self.formats),
            "parameterFilters": [],
        }

    def differences(self, client: Client) -> list[Difference]:
        """Missing, or each field that differs."""
        found = client.read(f"/gwc/rest/layers/{part(self.layer)}.json")
        if found is None:
            return [Difference(self.name, "missing")]
        seen = found["GeoServerLayer"]
        seen["mimeFormats"] = sorted(seen.get("mimeFormats") or [])
        return [Difference(self.name, point) for point in compared(self._wanted, seen)]

    def put_right(self, client: Client) -> None:
        """Sends it as XML: as JSON, GeoWebCache refuses any list of two ("Duplicate field")."""
        formats = "".join(f"<string>{each}</string>" for each in sorted(self.formats))
        client.write(
            "PUT",
            f"/gwc/rest/layers/{part(self.layer)}.xml",
            f"<GeoServerLayer><name>{self.layer}</name><enabled>true</enabled><inMemoryCached>true</inMemoryCached>"
            f"<mimeFormats>{formats}</mimeFormats><gridSubsets><gridSubset><gridSetName>{self.grid}</gridSetName>"
            "</gridSubset></gridSubsets><metaWidthHeight><int>4</int><int>4</int></metaWidthHeight>"
            f"<expireCache>{self.seconds}</expireCache><expireClients>{self.seconds}</expireClients>"
            "<parameterFilters/><gutter>16</gutter></GeoServerLayer>",
            kind=XML,
        )


@dataclass(frozen=True)
class Nothing:
    """Nothing is in a list but what is allowed; anything else is taken away."""

    name: str
    listed: str
    keys: tuple[str, ...]
    item: str
    allowed: frozenset[str] = frozenset()
    prefix: str = ""

    def _surplus(self, client: Client) -> list[str]:
        try:
            found = client.read(self.listed)
        except Refused as refusal:
            if refusal.status != 500:
                raise
            found = None  # so does GeoServer say that the store itself is missing, which `Store` reports
        names = [each["name"] if isinstance(each, dict) else str(each) for each in many(found, *self.keys)]
        return sorted(name for name in names if name.startswith(self.prefix) and name not in self.allowed)

    def differences(self, client: Client) -> list[Difference]:
        """Each thing that nobody wants."""
        return [Difference(self.name, f"{each} is not in the catalogue") for each in self._surplus(client)]

    def put_right(self, client: Client) -> None:
        """Deletes each, with what hangs on it."""
        for each in self._surplus(client):
            client.write("DELETE", self.item.format(part(each)))


def compared(wanted: Json, seen: Json, where: str = "") -> list[str]:
    """Each point in which `seen` does not hold `wanted`; numbers and truth values may be written as text."""
    return list(_compared(wanted, seen, where))


def _compared(wanted: Json, seen: Json, where: str) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        inside = seen if isinstance(seen, Mapping) else {}
        for key, value in wanted.items():
            yield from _compared(value, inside.get(key), f"{where}.{key}" if where else key)
    elif isinstance(wanted, list):
        rows = seen if isinstance(seen, list) else [] if seen in (None, "") else [seen]
        if not any(isinstance(each, (Mapping, list)) for each in (*wanted, *rows)):
            # GeoServer keeps lists of plain values as sets.
            wanted, rows = sorted(map(str, wanted)), sorted(map(str, rows))
        elif all(isinstance(each, Mapping) and "version" in each for each in (*wanted, *rows)):
            # What is written as a list of versions is a map: after a restart it comes in another order.
            wanted, rows = (sorted(each, key=lambda row: str(row["version"])) for each in (wanted, rows))
        if len(rows) != len(wanted):
            yield f"{where}: expected {len(wanted)} entries, seen {len(rows)}"
            return
        for place, (one, other) in enumerate(zip(wanted, rows, strict=True)):
            yield from _compared(one, other, f"{where}[{place}]")
    elif not _same(wanted, seen):
        yield f"{where}: expected {wanted}, seen {seen}"


def _same(wanted: Json, seen: Json) -> bool:
    if isinstance(wanted, float):
        try:
            return abs(wanted - float(seen)) < 1e-6 * max(1.0, abs(wanted))
        except (TypeError, ValueError):
            return False
    return str(wanted).lower() == str(seen).lower()


def merged(document: Json, wanted: Json) -> Json:
    """A copy of a document in which `wanted` holds; a list is replaced, a mapping filled in, None taken out."""
    if not isinstance(wanted, Mapping) or not isinstance(document, Mapping):
        return deepcopy(dict(wanted) if isinstance(wanted, Mapping) else wanted)
    whole = {key: value for key, value in document.items() if key != "workspace" or "workspace" in wanted}
    for key, value in wanted.items():
        whole[key] = merged(whole.get(key), value)
    return {key: value for key, value in whole.items() if value is not None}
