"""Real connections at once, and a process killed in the middle: nothing doubled, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from holdings.models import Holding
from imis.errors import Refused
from imis.ledger import checks
from imis.ledger.models import Entry, Receipt
from imis.ledger.queries import balance
from imis.models import Counter
from imis.money import D
from tax.models import Allocation, Bill, BillLine, BillRun, Payment, Standing
from tax.queries import dues, quote_for, rule_set_on
from tax.services import assess_ward, issue_bills, take_payment
from tests.tax.city import START, build_city, moment, officer

pytestmark = pytest.mark.django_db(transaction=True)
END = date(2021, 9, 30)


def billed_city(count: int) -> None:
    build_city(wards=[22], count=count)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    issue()


def issue() -> int:
    return issue_bills(
        ward=22, fiscal_year=2021, quarter=1, issued_on=START, due_on=END, by=officer("collector"), at=moment(START)
    ).bills


def sound() -> None:
    assert [f"{d.check}: {d.detail}" for d in checks.discrepancies()] == []


def at_once(number: int, work: object) -> list[object]:
    """Run `work(i)` in `number` threads, each with a connection of its own; an exception counts as a result."""

    def run(i: int) -> object:
        try:
            return work(i)  # type: ignore[operator]
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def pay(holding: int, amount: Decimal, payment_id: UUID, reference: str, plan: str = "", **told: Any) -> UUID:
    return take_payment(
        **told,
        payment_id=payment_id,
        holding=holding,
        amount=amount,
        channel="online",
        reference=reference,
        value_date=START,
        by=officer("cashier"),
        at=moment(START),
        plan=plan,
    ).pk


def test_fifty_parallel_payments_of_one_bill_settle_it_once() -> None:
    billed_city(2)
    holding = Holding.objects.latest("pk").pk
    price = quote_for(holding, START).offers[0].payable
    results = at_once(50, lambda i: pay(holding, price, uuid4(), f"ref{i}", "current"))
    paid = [result for result in results if isinstance(result, UUID)]
    assert len(paid) == 1 and sum(isinstance(result, Refused) for result in results) == 49
    assert Payment.objects.count() == Receipt.objects.count() == 1 and balance("bank") == price
    assert dues(holding, START).unpaid == 0
    sound()


def test_twenty_other_amounts_at_once_are_one_payment_when_each_payer_was_told_the_same_price() -> None:
    billed_city(2)
    holding = Holding.objects.latest("pk").pk
    told = {offer.plan.value: offer.payable for offer in quote_for(holding, START).offers if offer.plan}
    results = at_once(20, lambda i: pay(holding, D(20), uuid4(), f"ref{i}", expected=told))
    assert sum(isinstance(result, UUID) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 19
    assert Payment.objects.count() == Receipt.objects.count() == 1
    sound()


def test_fifty_parallel_payments_without_a_plan_sum_up_and_nothing_is_settled_twice() -> None:
    billed_city(2)
    holding = Holding.objects.latest("pk").pk
    results = at_once(50, lambda i: pay(holding, D(20), uuid4(), f"ref{i}"))
    assert all(isinstance(result, UUID) for result in results)
    assert balance("bank") == 1000
    position = dues(holding, START)
    settled = sum(Allocation.objects.filter(kind="principal").values_list("amount", flat=True))
    rest = sum(Allocation.objects.filter(kind__in=["rounding", "surcharge"]).values_list("amount", flat=True))
    assert settled + rest + position.advance == 1000
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 51))
    sound()


def test_the_same_notice_ten_times_at_once_is_one_payment() -> None:
    billed_city(2)
    first, other = Holding.objects.values_list("pk", flat=True).order_by("pk")[:2]
    notice = uuid4()
    results = at_once(10, lambda i: pay(first, D(30), notice, "TX"))
    assert set(results) == {notice}
    assert Payment.objects.count() == Entry.objects.filter(source="online:TX").count() == 1
    assert isinstance(at_once(1, lambda i: pay(other, D(30), uuid4(), "TX"))[0], Refused)
    sound()


def test_one_reference_for_two_holdings_at_once_is_taken_once() -> None:
    billed_city(8)
    holdings = list(Holding.objects.values_list("pk", flat=True))
    results = at_once(8, lambda i: pay(holdings[i], D(30), uuid4(), "TX"))
    assert sum(isinstance(result, UUID) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 7
    assert Payment.objects.count() == 1
    sound()


def test_two_runs_and_payments_at_once_leave_sound_books() -> None:
    build_city(wards=[22], count=60)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    holdings = list(Standing.objects.values_list("pk", flat=True)) or list(Holding.objects.values_list("pk", flat=True))
    officer("collector"), officer("cashier")

    def work(i: int) -> object:
        return issue() if i % 4 == 0 else pay(holdings[i], D(500), uuid4(), f"r{i}")

    results = at_once(12, work)
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]
    assert not unexpected
    issued = [r for r in results if isinstance(r, int)]
    assert Bill.objects.filter(run__isnull=False).count() == sum(issued)
    assert issue() == 0
    sound()


_SLOW_RUN = """
import django; django.setup()
from datetime import date
from django.db import connection
from tax.services import bills
from tests.tax.city import START, moment, officer
connection.settings_dict["NAME"] = {database!r}
real = bills.post_set
def slow(**given):
    posted = real(**given)
    print("posted", flush=True)
    import time; time.sleep(60)
    return posted
bills.post_set = slow
bills.issue_bills(ward=22, fiscal_year=2021, quarter=1, issued_on=START, due_on=date(2021, 9, 30),
                  by=officer("collector"), at=moment(START))
"""


def test_killed_in_the_middle_of_a_run_nothing_is_left_and_a_second_run_completes() -> None:
    build_city(wards=[22], count=50)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    officer("collector")
    script = _SLOW_RUN.format(database=connection.settings_dict["NAME"])
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()}
    )
    assert process.stdout is not None
    assert "posted" in [process.stdout.readline().strip() for _ in range(1)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    _wait_until_forgotten()
    assert [m.objects.count() for m in (Bill, BillLine, BillRun, Entry, Standing)] == [0, 0, 0, 0, 0]
    assert not Counter.objects.filter(series__startswith="bill-").exists()
    bills = issue()
    assert bills == Bill.objects.count() == Entry.objects.count() > 40
    assert Bill.objects.order_by("number").last().number.endswith(f"{bills:06d}")  # type: ignore[union-attr]
    sound()


def _wait_until_forgotten() -> None:
    """The server notices a dead client when it next writes to it; the transaction is then rolled back."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'"
            )
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the killed run still holds its locks")
