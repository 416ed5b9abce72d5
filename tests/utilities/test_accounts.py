"""Accounts of providers: matched to holdings, kept as a history, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from holdings.intake.models import IntakeFile, IntakeProblem
from holdings.intake.queries import outcomes, report_rows
from holdings.intake.services import apply_intake, check_intake
from holdings.models import Holding, Ward
from imis.models import AuditRow, User
from tests.holdings.conftest import NOW
from tests.utilities.conftest import TODAY, holding, named, road
from utilities.models import Connection

pytestmark = pytest.mark.django_db
Accounts = Callable[..., IntakeFile]


@pytest.fixture
def house(wards: list[Ward]) -> Holding:
    return holding(21, "১২/ক", "12/ক")


def history(one: Holding) -> list[tuple[str, str, date | None]]:
    """Account, status and last day but one of each state, oldest first."""
    rows = Connection.objects.filter(holding=one).order_by("valid")
    return [(row.account_number, row.status, row.valid.upper) for row in rows]


def test_an_account_is_matched_as_the_register_writes_numbers(house: Holding, accounts: Accounts) -> None:
    file = accounts("KWASA,water,২১,12-ক,W-১০১,m7,চালু,০১/০২/২০২৪", "wzpdcl,,21,12 / ক,E 5,,active,2020-01-01")
    assert named(file) == {}
    water, power = Connection.objects.order_by("service").reverse()
    assert (water.provider_id, water.account_number, water.account_key) == ("KWASA", "W-১০১", "W101")
    assert (water.meter_number, water.status, water.valid) == ("m7", "connected", DateRange(date(2024, 2, 1), None))
    assert (power.provider_id, power.service, power.account_key) == ("WZPDCL", "electricity", "E5")
    assert water.intake_row is not None and water.intake_row.file == file and file.wards == [21]


def test_a_change_closes_what_was_and_adds_what_is(house: Holding, accounts: Accounts) -> None:
    accounts("KWASA,water,21,12ক,,,no,2019-05-01", "KWASA,water,21,12/ক,,,নেই,2019-05-01")
    assert history(house) == [("", "never", None)]
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")
    accounts("KWASA,water,21,12/ক,w-1,,connected,2023-01-01")  # says nothing new: not even a row of history
    accounts("KWASA,water,21,12/ক,W1,,disconnected,2024-01-01")
    accounts("KWASA,water,21,12/ক,W1,M2,connected,2025-01-01")
    assert history(house) == [
        ("", "never", date(2022, 1, 1)),
        ("W1", "connected", date(2024, 1, 1)),
        ("W1", "disconnected", date(2025, 1, 1)),
        ("W1", "connected", None),
    ]
    meters = Connection.objects.exclude(status="never").order_by("valid").values_list("meter_number", flat=True)
    assert list(meters) == ["M1", "M1", "M2"], "a meter that the file leaves out is still there"


def test_an_account_may_move_to_another_holding(house: Holding, accounts: Accounts) -> None:
    other = holding(22, "5")
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")
    accounts("KWASA,water,22,5,W1,,connected,2024-01-01")
    assert history(house) == [("W1", "connected", date(2024, 1, 1))] and history(other) == [("W1", "connected", None)]
    assert Connection.objects.get(holding=other).meter_number == ""


def test_two_accounts_of_one_holding(house: Holding, accounts: Accounts) -> None:
    accounts("KWASA,water,21,12/ক,,,never,2019-01-01")
    accounts("KWASA,water,21,12/ক,W1,,connected,2022-01-01", "KWASA,water,21,12/ক,W2,,connected,2021-01-01")
    assert history(house) == [
        ("", "never", date(2021, 1, 1)),
        ("W2", "connected", None),
        ("W1", "connected", None),
    ]


WRONG = {
    "KWASA,water,21,99,W9,,connected,2024-01-01": "unknown_holding",
    "KWASA,water,,12/ক,W9,,connected,2024-01-01": "holding_needs_ward",
    "KWASA,,21,12/ক,W9,,connected,2024-01-01": "which_service",
    "KWASA,gas,21,12/ক,W9,,connected,2024-01-01": "wrong_service",
    "TITAS,gas,21,12/ক,W9,,connected,2024-01-01": "bad_choice",
    "KWASA,water,21,12/ক,,,connected,2024-01-01": "missing_account",
    "KWASA,water,21,12/ক,W9,,perhaps,2024-01-01": "bad_choice",
    "KWASA,water,21,12/ক,W9,,connected,2027-01-01": "future_date",
    "KWASA,water,21,12/ক,W1,,disconnected,2022-01-01": "not_newer",
    "KWASA,water,21,12/ক,W1,,disconnected,2021-01-01": "not_newer",
    "KWASA,water,21,12/ক,,,never,2024-01-01": "has_account",
    "KWASA,water,21,12/ক,,,never,2020-01-01": "has_account",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_stops_a_row_and_leaves_the_others(house: Holding, accounts: Accounts, wrong: str) -> None:
    holding(22, "5")
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")
    file = accounts(wrong, "KWASA,water,22,5,W5,,connected,2024-01-01")
    assert named(file) == {1: {WRONG[wrong]}}
    found = outcomes(file)
    assert (found.rows, found.applied, found.waiting) == (2, 1, 1)
    assert history(house) == [("W1", "connected", None)]
    told = next(iter(report_rows(file))).told
    assert told.sentence and told.remedy and "%(" not in told.sentence + told.remedy


def test_a_closed_never_is_not_contradicted(house: Holding, accounts: Accounts) -> None:
    accounts("KWASA,water,21,12/ক,,,never,2019-01-01")
    accounts("KWASA,water,21,12/ক,W1,,connected,2022-01-01")
    file = accounts("KWASA,water,21,12/ক,W2,,connected,2021-01-01")
    assert named(file) == {1: {"not_newer"}}


def test_an_account_twice_in_a_file(house: Holding, accounts: Accounts) -> None:
    file = accounts(
        "KWASA,water,21,12/ক,W1,,connected,2022-01-01",
        "KWASA,water,21,12/ক,w 1,,disconnected,2023-01-01",
        "KWASA,sewerage,21,12/ক,W1,,connected,2022-01-01",
    )
    assert named(file) == {2: {"duplicate_account"}} and Connection.objects.count() == 2


def test_never_beside_an_account_in_one_file(house: Holding, accounts: Accounts) -> None:
    file = accounts("KWASA,water,21,12/ক,,,never,2022-01-01", "KWASA,water,21,12/ক,W1,,connected,2023-01-01")
    assert named(file) == {1: {"has_account"}}


def test_the_unmatched_wait_and_are_matched_when_the_register_has_them(
    wards: list[Ward], accounts: Accounts, assessor: User
) -> None:
    file = accounts("KWASA,water,21,77,W1,M1,connected,2022-01-01", "KWASA,water,21,78,W2,M2,connected,2022-01-01")
    assert outcomes(file).waiting == 2 and {row.code for row in report_rows(file)} == {"unknown_holding"}
    assert [row.value for row in report_rows(file)] == ["77", "78"]
    late = holding(21, "77")
    file = check_intake(file=file, by=assessor, at=NOW)
    assert outcomes(file).ready == 1
    file = apply_intake(file=file, by=assessor, at=NOW)
    assert (outcomes(file).applied, outcomes(file).waiting) == (1, 1)
    assert history(late) == [("W1", "connected", None)]


def test_the_same_number_on_another_road_is_another_door(wards: list[Ward], accounts: Accounts) -> None:
    here = road(21, "001", 0, 100)
    door = Holding.objects.create(ward_id=21, road=here, number_written="12", number_key="12")
    head = "provider,service,ward_no,road_name,holding_no,account_no,status,since"
    lines = ("KWASA,water,21,Not That Road,12,A-77,connected,2026-01-01", "KWASA,water,21,001,12.0,A-78.0,connected,")
    file = accounts(*lines, head=head)
    assert named(file) == {1: {"unknown_road", "unknown_holding"}}
    assert [link.holding for link in Connection.objects.all()] == [door]
    assert all(said.told.remedy for said in report_rows(file) if said.number == 1)


def test_running_again_adds_nothing(house: Holding, accounts: Accounts, assessor: User) -> None:
    file = accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01", "KWASA,water,21,99,W2,M1,connected,2022-01-01")
    before = list(Connection.objects.values())
    for _ in range(2):
        check_intake(file=file, by=assessor, at=NOW)
        apply_intake(file=file, by=assessor, at=NOW)
    assert list(Connection.objects.values()) == before
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")  # the same state from another file
    assert list(Connection.objects.values()) == before


def test_no_account_number_in_problems_or_the_audit_log(house: Holding, accounts: Accounts) -> None:
    accounts("KWASA,water,21,12/ক,SECRET1,M9,connected,2022-01-01", "KWASA,water,21,12/ক,SECRET1,M9,disconnected,")
    accounts("KWASA,water,21,12/ক,SECRET1,M9,disconnected,2020-01-01", "KWASA,water,21,99,SECRET2,M8,connected,")
    said = repr(list(IntakeProblem.objects.values("value", "details"))) + repr(list(AuditRow.objects.values("details")))
    assert "SECRET" not in said and IntakeProblem.objects.count() == 3


FRESH = (
    "INSERT INTO utilities_connection (provider_id, service, holding_id, account_number, account_key, meter_number,"
    " status, valid) SELECT {provider}, {service}, holding_id, {number}, {key}, '', {status}, {valid}"
    " FROM utilities_connection"
)


def fresh(**changes: str) -> str:
    row = {"provider": "'KWASA'", "service": "'water'", "number": "'W2'", "key": "'W2'", "status": "'connected'"}
    return FRESH.format(**{**row, "valid": "daterange('2024-01-01', NULL)", **changes})


REFUSED = {
    "rewritten status": "UPDATE utilities_connection SET status = 'disconnected'",
    "rewritten account": "UPDATE utilities_connection SET account_number = 'X', account_key = 'X'",
    "rewritten first day": "UPDATE utilities_connection SET valid = daterange('2020-01-01', '2024-01-01')",
    "moved to another holding": "UPDATE utilities_connection SET holding_id = holding_id + 1",
    "deleted": "DELETE FROM utilities_connection",
    "two states of an account": fresh(number="'w-1'", key="'W1'"),
    "never beside an account": fresh(number="''", key="''", status="'never'"),
    "never with an account": fresh(number="'W3'", key="'W3'", status="'never'"),
    "an account without a number": fresh(number="''", key="''"),
    "a key that is not the number's": fresh(key="'OTHER'"),
    "a day that is none": fresh(valid="daterange('2024-01-01', '2024-01-01')"),
    "no first day": fresh(valid="daterange(NULL, '2024-01-01')"),
    "a service of another": fresh(service="'gas'"),
    "no such provider": fresh(provider="'NOBODY'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses(house: Holding, accounts: Accounts, what: str) -> None:
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFUSED[what])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_closed_state_stays_closed(house: Holding, accounts: Accounts) -> None:
    accounts("KWASA,water,21,12/ক,W1,M1,connected,2022-01-01")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE utilities_connection SET valid = daterange(lower(valid), '2024-01-01')")
        for upper in ("'2025-01-01'", "NULL"):
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE utilities_connection SET valid = daterange(lower(valid), {upper})")
    assert TODAY > date(2024, 1, 1) + timedelta(days=1)
