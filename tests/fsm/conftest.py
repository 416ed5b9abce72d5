"""Officers with browsers, and a sludge office that works today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from imis.models import User
from tests.fsm.office import NOW, Office
from tests.imis.conftest import person, signed_in

__all__ = ["person", "signed_in"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """An afternoon in the middle of a month: no test depends on the day it runs on."""
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=6))


@pytest.fixture
def office(db: None) -> Office:
    """The office two hours ago, so that what follows on the screen lies after it."""
    return Office(at=timezone.now() - timedelta(hours=2))


@pytest.fixture
def browser_of(client: Client) -> Callable[[User], Client]:
    """browser_of(office.officer): a client signed in as that person; language="en" for English."""

    def sign(user: User, language: str = "bn") -> Client:
        signed = Client()
        signed.force_login(user)
        signed.cookies["django_language"] = language
        return signed

    return sign
