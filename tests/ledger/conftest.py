"""Books with something of everything in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from imis.ledger import checks
from imis.ledger.models import Seal
from imis.ledger.services import issue_receipt, reverse
from tests.ledger.books import AT, clerk, payload, posted, posted_bills
from tests.ledger.intruder import found


@pytest.fixture(autouse=True)
def own_checks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests post what no bill asked for; the checks that upper apps add would rightly say so."""
    own = {name: check for name, check in checks._checks.items() if check.__module__.startswith("imis.ledger")}
    monkeypatch.setattr(checks, "_checks", own)


@pytest.fixture
def sound_books(db: None) -> Iterator[None]:
    """A bill run of 40, three payments with receipts, a reversal, all linked; sound before the attack."""
    posted_bills("run", 40)
    for number in (1, 2, 3):
        entry = posted(f"pay:{number}", "250.00", memo="কাউন্টার")
        issue_receipt(series="R", entry=entry, payload=payload("250.00"), by=clerk(), at=AT)
    reverse(entry=posted("wrong"), source="wrong:reversed", reason="ভুল", by=clerk(), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Seal.objects.count() == 9
    assert found() == []
    yield
