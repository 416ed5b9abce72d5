"""docs/guide/maps.md tells planners what is so: each address in it answers, each limit is the one in force."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from imis.api import ByCursor
from imis.models import User
from imis.roles import PERMISSIONS, Permission, Role
from layers.exports.qgis import VERSION
from layers.services import MOST_EXPORTED
from layers.tokens import LIFETIME
from layers.views.ogc import MOST, USUAL
from tests.layers.conftest import City

GUIDE = (Path(__file__).resolve().parents[2] / "docs/guide/maps.md").read_text(encoding="utf-8")
ADDRESSES = sorted(set(re.findall(r"`(/(?:map|ogc|ows|api)[^`]*)`", GUIDE)))
COMMANDS = re.findall(r"^curl '?(https://your-host[^'\n]*)'?$", GUIDE, re.M)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_planner_gets_an_answer_at_each_address(
    city: City, person: Callable[..., User], signed_in: Callable[[User], Client], address: str
) -> None:
    status = signed_in(person(Role.PLANNER)).get(address).status_code
    assert status == (403 if "dues" in address else 200)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_answers_a_stranger(city: City, client: Client, command: str) -> None:
    parts = urlsplit(command)
    assert client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path).status_code == 200


def test_the_limits_are_those_in_force() -> None:
    flat = " ".join(GUIDE.split())
    for said in (
        f"at most {MOST_EXPORTED:,} features", f"{LIFETIME // 86_400} days", f"A page has {USUAL} features",
        f"up to {MOST:,};", f"`limit` is at most {ByCursor.max_page_size:,}.",
        f"QGIS {VERSION.rpartition('.')[0]} or later",
    ):  # fmt: skip
        assert said in flat, said
    assert len(ADDRESSES) > 6 and len(COMMANDS) == 2


def test_the_offices_that_may_take_a_file_are_those_named() -> None:
    may = {role for role, rights in PERMISSIONS.items() if Permission.EXPORT_LAYERS in rights}
    [row] = re.findall(r"^\| take a layer as a file \|[^|]*\|([^|]*)\|$", GUIDE, re.M)
    named = {name.strip().lower() for name in re.split(r",| or ", row)}
    assert named == {role.name.replace("_", " ").lower() for role in may}
