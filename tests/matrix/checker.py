"""Compares what comes out of a door with the table, and says in words what should not have come, or should have."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.test import Client
from django.urls import reverse

from imis.models import User
from layers.tokens import make_token
from tests.doors import Browser
from tests.matrix.expected import CITY, LAYERS, OFFICES, SECRETS, Office, allowed_secrets

_COOKIES_FROM = "layers:style"
_OWN = frozenset({23})
_FIGURES = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")


@dataclass(frozen=True)
class Asker:
    """Somebody at the doors: a role ("" is a stranger), in the whole city or in ward 23 alone."""

    role: str
    own_ward: bool = False

    def __str__(self) -> str:
        return (self.role or "stranger") + (" of ward 23" if self.own_ward else "")

    more: ClassVar[dict[str, Any]] = {}  # of their account

    @property
    def office(self) -> Office:
        """What the table says of them."""
        return OFFICES[self.role]

    @property
    def wards(self) -> frozenset[int]:
        """The wards of their work."""
        return _OWN if self.own_ward else CITY

    def browser(self) -> Client:
        """Their browser, with the tile pass that the map page gives."""
        client = Browser()
        if self.role:
            client.force_login(self.account())
            client.get(reverse(_COOKIES_FROM))
        return client

    def account(self) -> User:
        """Their account, made at the first use."""
        wards = sorted(_OWN) if self.own_ward else []
        facts = {"roles": [self.role], "all_wards": not wards, "ward_numbers": wards, **self.more}
        return User.objects.get_or_create(username=str(self), defaults={**facts, "email": SECRETS["staff e-mail"]})[0]


class Program(Asker):
    """Their GIS program, which signs in by name and token and keeps no session."""

    def browser(self) -> Client:
        """A client that sends the token with every request."""
        if not self.role:
            return Browser()
        user = self.account()
        word = base64.b64encode(f"{user.username}:{make_token(user)}".encode()).decode()
        return Browser(headers={"authorization": f"Basic {word}"})


class ProgramElsewhere(Program):
    """The same program at a door that knows no tokens: there it is a stranger."""

    @property
    def office(self) -> Office:
        """A stranger's."""
        return OFFICES[""]


class HalfSignedIn(Asker):
    """Somebody who gave the password and not the second factor (which the settings then ask for): a stranger."""

    def __str__(self) -> str:
        return f"{super().__str__()} before the second factor"

    @property
    def office(self) -> Office:
        """A stranger's."""
        return OFFICES[""]


class WithTemporaryPassword(HalfSignedIn):
    """Somebody who has not yet chosen a password of their own: a stranger until then."""

    more: ClassVar[dict[str, Any]] = {"must_change_password": True}

    def __str__(self) -> str:
        return f"{Asker.__str__(self)} with a temporary password"


# Everybody, then everybody in one ward, then one of each circle.
ASKERS = [Asker(role) for role in OFFICES]
LIMITED = [Asker(role, own_ward=True) for role in OFFICES if role]
CIRCLES = [Asker(""), Asker("planner"), Asker("auditor")]
ALL = tuple(LAYERS)
SCOPED = [name for name, row in LAYERS.items() if row.own_wards]


@dataclass(frozen=True)
class Wanted:
    """What the table lets through: nothing, or these columns in these wards."""

    columns: frozenset[str] | None = None
    wards: frozenset[int] | None = None


@dataclass
class Seen:
    """What came out: of which part of the layer, the names really present, the wards, and every byte.

    None for `columns` or `wards` means that this answer has no such thing, a picture for instance.
    """

    part: str
    status: int
    wanted: Wanted | None
    columns: frozenset[str] | None = None
    wards: frozenset[int] | None = None
    body: bytes = b""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something that is not as the table has it."""

    door: str
    thing: str
    asker: str
    problem: str

    def __str__(self) -> str:
        return f"{self.door}: {self.thing}, {self.asker}: {self.problem}"


Opened = Callable[[str], Iterable[Seen]]


@dataclass(frozen=True)
class Door:
    """A door: how to stand before it as somebody, and the statuses by which it refuses."""

    name: str
    open: Callable[[Asker], Opened]
    refusals: frozenset[int]
    things: tuple[str, ...] = ALL


def findings(door: Door, askers: Iterable[Asker], things: Iterable[str] | None = None) -> list[Finding]:
    """Everything that is wrong at a door for some people, at all its layers or some."""
    found: list[Finding] = []
    for asker in askers:
        opened = door.open(asker)
        for thing in door.things if things is None else things:
            for seen in opened(thing):
                problems = [*_judged(door, seen), *_told(door, asker, thing, seen)]
                found += [Finding(door.name, thing, str(asker), f"{seen.part}: {problem}") for problem in problems]
    return found


def wanted(asker: Asker, layer: str, band: str) -> Wanted | None:
    """What the table lets through of a band of a layer; None: nothing."""
    row = LAYERS[layer]
    if asker.office.circle < row.circle:
        return None
    return Wanted(row.bands[band].seen_by(asker.office.circle), asker.wards if row.own_wards else CITY)


def _judged(door: Door, seen: Seen) -> Iterator[str]:
    if seen.wanted is None:
        if seen.status not in door.refusals:
            yield f"should be refused, and was answered with {seen.status}"
        if seen.columns:
            yield f"gave {sorted(seen.columns)}"
        return
    if seen.status != 200:
        yield f"should be given, and was answered with {seen.status}: {seen.body[:200]!r}"
        return
    for name in ("columns", "wards"):
        there, right = getattr(seen, name), getattr(seen.wanted, name)
        if there is not None and right is not None and there != right:
            yield f"{name} too many {sorted(there - right)}, missing {sorted(right - there)}"


def _told(door: Door, asker: Asker, thing: str, seen: Seen) -> Iterator[str]:
    for name in sorted(secrets_in(seen) - allowed_secrets(asker.office, door.name, thing)):
        yield f"tells the {name}"


def secrets_in(seen: Seen) -> set[str]:
    """The secrets that an answer tells, in whichever figures."""
    text = seen.body.decode("utf-8", "replace").translate(_FIGURES)
    return {name for name, secret in SECRETS.items() if secret in text}
