"""Audit rows and numbers live and die with the transaction that took them."""

from __future__ import annotations

import threading
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from django.db import connection, transaction

from imis import audit, numbers
from imis.models import AuditRow, Counter

AT = datetime(2026, 7, 1, 9, 0, tzinfo=timezone.utc)


@pytest.mark.django_db(transaction=True)
def test_an_audit_row_needs_a_transaction_and_falls_with_it() -> None:
    with pytest.raises(audit.NoTransaction):
        audit.record(by=None, at=AT, action="x", object_type="t", object_id=1)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(by=None, at=AT, action="x", object_type="t", object_id=1)
        1 / 0  # noqa: B018
    assert not AuditRow.objects.exists()


def test_an_audit_row_keeps_its_facts(db: None) -> None:
    audit.record(
        by=None,
        at=AT,
        action="issue_bills",
        object_type="bill_run",
        object_id=7,
        ward=22,
        total=Decimal("1.50"),
        due_on=date(2026, 9, 30),
    )
    row = AuditRow.objects.get()
    assert (row.at, row.action, row.object_id, row.ward) == (AT, "issue_bills", "7", 22)
    assert row.details == {"total": "1.50", "due_on": "2026-09-30"}
    with pytest.raises(ValueError, match="aware"):
        audit.record(by=None, at=AT.replace(tzinfo=None), action="x", object_type="t", object_id=1)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_after_a_roll_back() -> None:
    with pytest.raises(numbers.NoTransaction):
        numbers.next_number("receipt")
    with transaction.atomic():
        assert numbers.next_number("receipt") == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert numbers.take_block("receipt", 500) == 2
        1 / 0  # noqa: B018
    with transaction.atomic():
        assert numbers.take_block("receipt", 500) == 2
        assert numbers.next_number("receipt") == 502
        assert numbers.next_number("another series") == 1
        with pytest.raises(ValueError):
            numbers.take_block("receipt", 0)


@pytest.mark.django_db(transaction=True)
def test_twenty_takers_at_once_get_twenty_numbers_in_a_row() -> None:
    taken: list[int] = []

    def take() -> None:
        with transaction.atomic():
            taken.append(numbers.next_number("counter"))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 21))
    assert Counter.objects.get(pk="counter").last == 20
