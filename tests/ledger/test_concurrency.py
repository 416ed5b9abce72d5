"""Many at once, and some cut off: the books stay whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from imis.ledger import proofs, queries
from imis.ledger.checks import discrepancies
from imis.ledger.models import Batch, Entry, IdempotencyKey, Line, Receipt, Seal
from imis.ledger.services import AlreadyPosted, KeyReused, issue_receipt, recall, remember
from imis.models import Counter
from tests.ledger.books import AT, clerk, payload, posted, posted_bills

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


class Abandoned(Exception):
    """A customer who leaves the counter."""


def at_once(work: Callable[[int], object], count: int) -> list[object]:
    """Runs `work(0)` … `work(count - 1)` in threads that start together; results, or the exceptions raised."""
    gate, results = threading.Barrier(count), [None] * count  # type: list[object]

    def run(number: int) -> None:
        try:
            gate.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def assert_sound() -> None:
    assert list(proofs.findings()) == []
    assert list(discrepancies()) == []


def test_twenty_post_one_source_and_one_succeeds() -> None:
    clerk()

    def work(_: int) -> Entry:
        with transaction.atomic():
            return posted("gateway:TX1")

    results = at_once(work, 20)
    assert sum(isinstance(result, Entry) for result in results) == 1
    assert sum(isinstance(result, AlreadyPosted) for result in results) == 19
    assert queries.balance("cash_counter") == Decimal("100.00")
    assert_sound()


def test_the_chain_holds_under_many_postings_at_once() -> None:
    clerk()

    def work(number: int) -> None:
        for turn in range(4):
            with transaction.atomic():
                posted_bills(f"run:{number}:{turn}", 7 + number)
                posted(f"pay:{number}:{turn}")

    assert at_once(work, 8) == [None] * 8
    assert Seal.objects.count() == Batch.objects.count() == 64
    assert list(Seal.objects.order_by("id").values_list("id", flat=True)) == list(range(1, 65))
    assert_sound()


def test_a_long_bill_run_does_not_hold_up_the_counter() -> None:
    clerk()
    posted_in_time = threading.Event()

    def counter() -> None:
        try:
            with transaction.atomic():
                posted("pay:1")
            posted_in_time.set()
        finally:
            connection.close()

    with transaction.atomic():
        posted_bills("run", 50)
        thread = threading.Thread(target=counter)
        thread.start()
        assert posted_in_time.wait(10), "the counter waited for the bill run to commit"
        thread.join()
    assert [seal.batch.label for seal in Seal.objects.order_by("id").select_related("batch") if seal.batch] == [
        "pay:1",
        "run",
    ]
    assert_sound()


def test_receipt_numbers_have_no_gap_though_some_are_abandoned() -> None:
    clerk()

    def work(number: int) -> int:
        last = 0
        for turn in range(5):
            try:
                with transaction.atomic():
                    entry = posted(f"pay:{number}:{turn}")
                    receipt = issue_receipt(series="R", entry=entry, payload=payload("100.00"), by=clerk(), at=AT)
                    if (number + turn) % 3 == 0:
                        raise Abandoned
                    last = receipt.number
            except Abandoned:
                pass
        return last

    results = at_once(work, 8)
    assert all(isinstance(result, int) for result in results), results
    numbers = list(Receipt.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert 20 < len(numbers) < 40
    assert Counter.objects.get(series="receipt:R").last == len(numbers)
    assert_sound()


def test_one_idempotency_key_at_once_is_kept_once() -> None:
    def work(number: int) -> None:
        with transaction.atomic():
            remember(key="k", request_hash=b"a" * 32, response={"answer": number}, at=AT)

    results = at_once(work, 10)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, KeyReused) for result in results) == 9
    assert recall(key="k", request_hash=b"a" * 32) == IdempotencyKey.objects.get().response


KILLED = """
import os, sys, django
django.setup()
from django.conf import settings
from django.db import connection, transaction
connection.settings_dict["NAME"] = sys.argv[1]
from imis.ledger.services import issue_receipt
from tests.ledger.books import AT, clerk, payload, posted, posted_bills
steps = [
    lambda: posted_bills("killed", 300),
    lambda: posted("killed:pay"),
    lambda: issue_receipt(series="R", entry=posted("killed:pay2"), payload=payload("100.00"), by=clerk(), at=AT),
    lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE"),
]
with transaction.atomic():
    for step in steps[: int(sys.argv[2])]:
        step()
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_process_killed_between_statements_leaves_nothing_behind(steps: int) -> None:
    with transaction.atomic():
        entry = posted("before")
        issue_receipt(series="R", entry=entry, payload=payload("100.00"), by=clerk(), at=AT)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], str(steps)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    process.stdin.close()

    with transaction.atomic():  # waits for the dead one's locks, and takes the number it would have had
        after = posted("killed:pay2")
        receipt = issue_receipt(series="R", entry=after, payload=payload("100.00"), by=clerk(), at=AT)
    assert receipt.number == 2
    assert set(Entry.objects.values_list("source", flat=True)) == {"before", "killed:pay2"}
    assert Line.objects.count() == 4
    assert_sound()
    call_command("verify_chain", stdout=StringIO())
