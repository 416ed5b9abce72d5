"""Where the things that a record names can be looked at: each app tells of its own.

An app's `whereabouts.py` holds `THINGS = {kind: find}`, found by name, so that the ground floor never imports an upper
one. `find(keys, user)` gives the addresses of those keys that exist and that the user may see, in a fixed number of
queries. A kind is the `object_type` of an audit row; keys are its `object_id`. The kind ENTRY stands for postings of
the books, its keys are their sources. `HEADS`, where an app has it, gives the names of the heads that it posts under.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps
from django.urls import reverse
from django.utils.translation import get_language

from imis.jobs import may_watch
from imis.models import Job, User
from imis.roles import Permission, may

ENTRY = "entry"
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Addresses = dict[str, str]
Find = Callable[[Sequence[str], User], Addresses]


def addresses(asked: Iterable[tuple[str, str]], user: User) -> dict[tuple[str, str], str]:
    """(kind, key) → address, for those that `user` may see."""
    keys: dict[str, set[str]] = defaultdict(set)
    for kind, key in asked:
        keys[kind].add(key)
    return {
        (kind, key): address
        for kind, some in keys.items()
        for find in _finders().get(kind, ())
        for key, address in find(sorted(some), user).items()
    }


def head_names() -> dict[str, str]:
    """What each head of the books is called in the active language."""
    bangla = (get_language() or "bn").startswith("bn")
    return {
        code: names[0] if bangla else names[1]
        for module in _modules()
        for code, names in getattr(module, "HEADS", dict)().items()
    }


def whole(keys: Iterable[str]) -> list[int]:
    """Those keys that are numbers of a table: "all" and the like name no row."""
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]


def uuids(keys: Iterable[str]) -> list[str]:
    """Those keys that are the id of a payment, a request or a job as it is written."""
    return [key for key in keys if _UUID.fullmatch(key)]


@lru_cache(maxsize=1)
def _modules() -> list[ModuleType]:
    names = [f"{config.name}.whereabouts" for config in apps.get_app_configs() if config.name != "imis"]
    return [import_module(name) for name in names if find_spec(name) is not None]


@lru_cache(maxsize=1)
def _finders() -> dict[str, list[Find]]:
    found: dict[str, list[Find]] = defaultdict(list)
    for things in (THINGS, *(module.THINGS for module in _modules())):
        for kind, find in things.items():
            found[kind].append(find)
    return found


def _people(keys: Sequence[str], user: User) -> Addresses:
    known = User.objects.filter(pk__in=whole(keys)) if may(user, Permission.MANAGE_PEOPLE) else ()
    return {str(one.pk): reverse("edit_person", args=[one.pk]) for one in known}


def _jobs(keys: Sequence[str], user: User) -> Addresses:
    known = Job.objects.filter(pk__in=uuids(keys))
    return {str(job.pk): reverse("job", args=[job.pk]) for job in known if may_watch(job, user)}


THINGS: dict[str, Find] = {"user": _people, "job": _jobs}
