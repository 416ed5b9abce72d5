"""A small city, loaded once for the tests of this folder and rolled back after them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from demo.city import Loaded, load_city

TODAY = date(2026, 11, 22)
SIZE = 160


@pytest.fixture(scope="package")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A demo city of SIZE holdings whose history ends on TODAY."""
    folder = tmp_path_factory.mktemp("local")
    local = override_settings(LOCAL_DIR=folder, RECEIPT_KEY_FILE=folder / "receipt-key")
    with django_db_blocker.unblock(), local, transaction.atomic():
        loaded = load_city(holdings=SIZE, today=TODAY, progress=lambda _: None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield loaded
        transaction.set_rollback(True)
