"""kill -9 of the real web server and worker while they work: nothing doubled, nothing lost, a second try completes."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from holdings.models import Building, Holding, SurveyFile, Ward
from holdings.queries import Outcomes, outcomes
from holdings.services import check_survey, stage_survey
from imis.fiscal import fiscal_year_of
from imis.grants import grant_to_application
from imis.ledger import checks, proofs
from imis.ledger.models import Entry, Receipt
from imis.models import AuditRow, Job, User
from imis.roles import Role
from tax.models import Bill, Payment
from tax.queries import rule_set_on
from tax.services import assess_ward
from tests.holdings.conftest import NOW, square, wards, write
from tests.served import Browser, Served, form_of, session_of
from tests.tax.city import START, build_city, moment, officer

__all__ = ["wards", "write"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MOMENTS = random.Random(2)


@pytest.fixture
def served(tmp_path: Path, transactional_db: None) -> Iterator[Served]:
    """The server on the test database, as the application role; started by the test, gone after it."""
    grant_to_application(settings.DB_APP_ROLE)
    made = Served(tmp_path, str(connection.settings_dict["NAME"]))
    yield made
    made.stop()


def sound() -> None:
    """The books add up, and the chain proves every row of them."""
    assert [f"{one.check}: {one.detail}" for one in checks.discrepancies()] == []
    assert list(proofs.findings()) == []


def browser(served: Served, user: User) -> Browser:
    return Browser(served.port, session_of(user))


def kill_while_it_writes(served: Served, fraction: float, usual: float) -> None:
    """Waits until the application writes, lets it go on for a part of its usual seconds, then kills everything."""
    began = _when(lambda: _open_transactions(written=True) > 0)
    time.sleep(max(0.0, fraction * usual - (time.monotonic() - began)))
    served.kill()
    _when(lambda: _open_transactions(written=False) == 0)


def kill_before_it_commits(served: Served, begin: threading.Event) -> None:
    """Kills everything when all rows are written but the last, the audit row: the test holds that table meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE imis_auditrow IN SHARE ROW EXCLUSIVE MODE")
        begin.set()
        _when(lambda: _waits_for_the_audit_row(cursor))
        served.kill()
    _when(lambda: _open_transactions(written=False) == 0)


def _waits_for_the_audit_row(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'imis_auditrow'::regclass")
    return bool(cursor.fetchone()[0])


def _open_transactions(*, written: bool) -> int:
    """The application's open transactions on this database; with `written`, only those that have changed a row."""
    condition = " AND backend_xid IS NOT NULL" if written else " AND xact_start IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s" + condition,
            [settings.DB_APP_ROLE],
        )
        return int(cursor.fetchone()[0])


def _when(true: Callable[[], bool], limit: float = 40) -> float:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    return time.monotonic()


def in_the_background(work: Callable[[], object]) -> threading.Thread:
    """A request that may never get its answer."""

    def run() -> None:
        try:
            work()
        except (OSError, http.client.HTTPException):
            pass  # the server died under it, which is what happens here

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def issue(served: Served, user: User, ward: int) -> None:
    """Issues the first quarter of this year as the page's form does."""
    desk, today = browser(served, user), timezone.localdate()
    address = f"/tax/wards/{ward}/bills/"
    token = form_of(desk.get(address))["csrfmiddlewaretoken"]
    year = fiscal_year_of(today).start_year
    dates = {"issued_on": today.isoformat(), "due_on": today.isoformat()}
    fields = {"csrfmiddlewaretoken": token, "fiscal_year": str(year), "quarter": "1", **dates}
    desk.send(f"{address}issue/", fields)


def test_killed_while_issuing_bills(served: Served) -> None:
    numbers = [21, 22, 23, 24]
    build_city(wards=numbers, count=500)
    assess_ward(ward=numbers, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    collector = officer("collector", roles=[Role.COLLECTION_OFFICER.value])
    served.start()
    start = time.monotonic()
    issue(served, collector, 21)
    usual, full = time.monotonic() - start, Bill.objects.count()
    assert full > 400
    left = []
    for ward, fraction in zip(numbers[1:], (None, 0.1, MOMENTS.uniform(0.2, 0.8)), strict=True):
        gate = threading.Event()
        request = in_the_background(lambda ward=ward, gate=gate: gate.wait() and issue(served, collector, ward))  # type: ignore[misc]
        if fraction is None:
            kill_before_it_commits(served, gate)
        else:
            gate.set()
            kill_while_it_writes(served, fraction, usual)
        request.join()
        left.append(Bill.objects.filter(ward_id=ward).count())
        served.start()
        issue(served, collector, ward)
        issue(served, collector, ward)
        assert Bill.objects.filter(ward_id=ward).count() == full
    assert left[0] == 0 and set(left) <= {0, full}, left
    assert Entry.objects.count() == Bill.objects.count() == 4 * full
    sound()


def test_killed_while_cashiers_take_money(served: Served) -> None:
    """What was acknowledged stands, what was not may be sent again: each form is one payment."""
    build_city(wards=[22], count=40)
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    cashier = officer("cashier", roles=[Role.CASHIER.value])
    served.start()
    holdings = list(Holding.objects.filter(assessments__yearly_tax_amount__gt=100, state="active")[:24])
    forms, acknowledged = {}, set()
    desk = browser(served, cashier)
    for holding in holdings:
        address = f"/tax/holdings/{holding.pk}/pay/"
        forms[address] = {**form_of(desk.get(address)), "plan": "amount", "amount": "50"}

    def pay(address: str) -> None:
        mine = browser(served, cashier)
        mine.adopt(desk)
        mine.send(address, forms[address])
        acknowledged.add(forms[address]["payment_id"])

    with ThreadPoolExecutor(6) as pool:
        tried = [pool.submit(pay, address) for address in forms]
        _when(lambda: len(acknowledged) >= 4)
        served.kill()
    assert any(one.exception() for one in tried) and len(acknowledged) >= 4
    _when(lambda: _open_transactions(written=False) == 0)
    assert acknowledged <= {str(pk) for pk in Payment.objects.values_list("pk", flat=True)}
    sound()
    served.start()
    for address in forms:
        pay(address)
    assert Payment.objects.count() == Receipt.objects.count() == len(forms)
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, len(forms) + 1))
    sound()


def test_killed_while_a_survey_is_applied(served: Served, wards: list[Ward], write: Callable[..., Path]) -> None:
    """The page queues it, the worker does it; after the death of both the new worker goes on by itself."""
    assessor = officer("assessor", roles=[Role.ASSESSOR.value])
    served.start()
    for turn, fraction in enumerate((0.3, MOMENTS.uniform(0.1, 0.9))):
        rows = [
            (
                square(20 * (n % 45), 480 * turn + 20 * (n // 45)),
                {"bin": f"B{turn}-{n}", "ward_no": 21, "house_no": f"{turn}{n}"},
            )
            for n in range(1, 401)
        ]
        path = write(f"killed-{turn}.gpkg", rows)
        file = check_survey(file=stage_survey(path=path, name=path.name, by=assessor, at=NOW), by=assessor, at=NOW)
        assert outcomes(file).ready == 400
        desk, address = browser(served, assessor), f"/holdings/surveys/{file.pk}/"
        token = form_of(desk.get(address))["csrfmiddlewaretoken"]
        request = in_the_background(lambda: desk.send(f"{address}apply/", {"csrfmiddlewaretoken": token}))  # noqa: B023
        _when(lambda: Job.objects.filter(kind="apply_survey", state="running").exists())
        kill_while_it_writes(served, fraction, 1.0)
        request.join()
        assert applied(file) in (0, 400)
        served.start()
        _when(lambda: applied(file) == 400)  # noqa: B023
    assert Building.objects.count() == Holding.objects.count() == 800
    assert AuditRow.objects.filter(action="apply_survey").count() == 2
    assert not Job.objects.exclude(state="done").exists()


def applied(file: SurveyFile) -> int:
    found: Outcomes = outcomes(file)
    return found.applied
