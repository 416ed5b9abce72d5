"""Finds the intakes that apps declare in their `intakes.py` (a tuple INTAKES)."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from holdings.intake.spec import Intake
from imis.models import User
from imis.roles import may


@lru_cache(maxsize=1)
def intakes() -> dict[str, Intake]:
    """Kind → intake of every app; raises ValueError when two declare the same kind."""
    found: dict[str, Intake] = {}
    for config in apps.get_app_configs():
        module = f"{config.name}.intakes"
        if find_spec(module) is None:
            continue
        for intake in import_module(module).INTAKES:
            if intake.kind in found:
                raise ValueError(f"{intake.kind} is declared twice")
            found[intake.kind] = intake
    return found


def intake_of(kind: str) -> Intake:
    """The intake of a kind; raises KeyError."""
    return intakes()[kind]


def intakes_for(user: User) -> list[Intake]:
    """The intakes whose files a user may bring in."""
    return [intake for intake in intakes().values() if may(user, intake.bring)]
