"""The links a person may follow: menu and home tiles, from one list that each app adds to.

An app's `navigation.py` holds `LINKS = (Link(...), …)`; the ground floor finds it by name, so that it
never imports an upper floor. A link is shown to those who have its permission.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from imis.models import User
from imis.roles import Permission, may


@dataclass(frozen=True)
class Section:
    """A group of links under one heading."""

    code: str
    label: Any


SECTIONS = (
    Section("map", _("Map")),
    Section("register", _("Register")),
    Section("tax", _("Holding tax")),
    Section("utilities", _("Utilities")),
    Section("counter", _("Counter")),
    Section("sludge", _("Faecal sludge")),
    Section("control", _("Control")),
)


@dataclass(frozen=True)
class Link:
    """One task: the URL name it leads to, its words, who may follow it, and where it stands.

    `icon` is a symbol of imis/static/imis/icons.svg. `waiting(user)` counts what waits for the user
    (shown as a badge on the home page; 0 hides it). `tile=False` keeps a link off the home page.
    """

    url: str
    label: Any
    permission: Permission
    section: str
    hint: Any = ""
    icon: str = "arrow"
    order: int = 50
    tile: bool = True
    waiting: Callable[[User], int] | None = None

    @property
    def href(self) -> str:
        """The address of the link."""
        return reverse(self.url)


@dataclass(frozen=True)
class Shown:
    """A section with the links one user may follow."""

    section: Section
    links: tuple[Link, ...]


@lru_cache(maxsize=1)
def every_link() -> tuple[Link, ...]:
    """All links of all apps in the order of the menu."""
    found: list[Link] = []
    for config in apps.get_app_configs():
        module = f"{config.name}.navigation"
        if config.name != "imis" and find_spec(module) is not None:
            found += import_module(module).LINKS
    return tuple(sorted((*found, *LINKS), key=lambda link: link.order))


def links_for(user: User) -> Sequence[Shown]:
    """The sections and links of the menu for `user`; empty sections are left out."""
    if not user.is_authenticated:
        return []
    mine = [link for link in every_link() if may(user, link.permission)]
    shown = [Shown(section, tuple(link for link in mine if link.section == section.code)) for section in SECTIONS]
    return [group for group in shown if group.links]


LINKS = (
    Link(
        "people",
        _("People"),
        Permission.MANAGE_PEOPLE,
        "control",
        hint=_("Add staff, give them roles and wards, reset a password"),
        icon="people",
        order=90,
    ),
    Link(
        "jobs",
        _("Background jobs"),
        Permission.SEE_JOBS,
        "control",
        hint=_("What runs, what waits, and what failed and why"),
        icon="menu",
        order=93,
    ),
    Link(
        "audit_log",
        _("Audit log"),
        Permission.SEE_AUDIT,
        "control",
        hint=_("Who did what, when, and to which object"),
        icon="log",
        order=95,
    ),
)
