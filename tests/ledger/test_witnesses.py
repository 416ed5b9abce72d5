"""A closed day witnesses rows outside the books; here the audit rows, and what is kept beside the chain."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils.timezone import localdate, now

from imis import audit
from imis.grants import grant_to_application
from imis.ledger import witnesses
from imis.ledger.models import Seal, Witness
from imis.ledger.rules import canonical
from imis.ledger.rules.witness import Kept, SealedDay, prove_witnesses, spans_of
from imis.ledger.services import seal_day
from imis.models import AuditRow, User
from tests.ledger.books import clerk
from tests.ledger.intruder import attack, found

LONG_AGO = datetime(2019, 5, 5, tzinfo=timezone.utc)
Named = tuple[str, str, str]


def acted(action: str, at: datetime = LONG_AGO) -> AuditRow:
    with transaction.atomic():
        return audit.record(by=clerk(), at=at, action=action, object_type="thing", object_id=7, price="১২৫০")


def closed(days_ago: int) -> Seal:
    seal = seal_day(day=localdate() - timedelta(days=days_ago), by=clerk(), at=now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return seal


def named() -> list[Named]:
    return [(f.what, f.key, f.harm.value) for f in found()]


@pytest.fixture
def three_rows(db: None) -> list[int]:
    """Three audit rows and an officer, witnessed by a closed day."""
    User.objects.create(username="karim")
    rows = [acted(name).pk for name in ("one", "two", "three")]
    seal = closed(2)
    assert seal.details["witnesses"]["audit row"][0] == 3
    assert found() == []
    return rows


@pytest.mark.parametrize(
    "change", ["at = at - interval '1 day'", "by_id = NULL", "action = 'x'", "object_id = '8'", "ward = 3",
               "details = '{}'"],
)  # fmt: skip
def test_an_altered_audit_row_is_named(three_rows: list[int], change: str) -> None:
    attack(f"UPDATE imis_auditrow SET {change} WHERE id = {three_rows[1]}")
    assert named() == [("audit row", str(three_rows[1]), "altered")]
    assert f"sealed with {localdate() - timedelta(days=2)}" in str(found()[0])


def test_audit_rows_taken_away_are_each_named(three_rows: list[int]) -> None:
    attack(f"DELETE FROM imis_auditrow WHERE id = {three_rows[2]}")
    assert named() == [("audit row", str(three_rows[2]), "missing")]
    attack("DELETE FROM imis_auditrow")
    lost = [key for what, key, harm in named() if (what, harm) == ("audit row", "missing")]
    assert lost == [str(key) for key in three_rows], "the row about the closing itself joins the next day"


def test_a_row_moved_to_another_number_is_named(three_rows: list[int]) -> None:
    attack(f"UPDATE imis_auditrow SET id = 990000 WHERE id = {three_rows[0]}")
    assert named() == [("audit row", str(three_rows[0]), "missing")]


def test_changes_of_offices_are_witnessed(three_rows: list[int]) -> None:
    attack("UPDATE audit.office_change SET username = 'rahim' WHERE username = 'karim'")
    assert [(what, harm) for what, _key, harm in named()] == [("office change", "altered")]


def test_what_is_written_after_the_seal_joins_the_next_one_whatever_its_date(three_rows: list[int]) -> None:
    late = acted("late", at=LONG_AGO - timedelta(days=900))
    assert found() == []
    second = closed(1)
    assert second.details["witnesses"]["audit row"][0] == 2, "the late row and the one about the first closing"
    third = closed(0)
    assert third.details["witnesses"]["audit row"][0] == 1
    assert found() == []
    attack(f"UPDATE imis_auditrow SET action = 'x' WHERE id IN ({late.pk}, {three_rows[0]})")
    assert named() == [("audit row", str(three_rows[0]), "altered"), ("audit row", str(late.pk), "altered")]


def test_a_number_taken_before_the_seal_and_committed_after_it_is_no_harm(three_rows: list[int]) -> None:
    hole = three_rows[-1] + 500
    attack(f"SELECT setval(pg_get_serial_sequence('imis_auditrow', 'id'), {hole})")
    acted("beyond the hole")
    closed(1)
    attack(
        f"INSERT INTO imis_auditrow (id, at, action, object_type, object_id, details)"
        f" VALUES ({hole - 7}, now(), 'late', 'thing', '7', '{{}}')"
    )
    assert found() == []
    closed(0)
    assert found() == []
    attack(f"DELETE FROM imis_auditrow WHERE id = {hole - 7}")
    assert named() == [("audit row", str(hole - 7), "missing")]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_open_while_the_day_is_closed_joins_the_next_day() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                acted("slow")
                begun.set()
                go_on.wait(30)
        finally:
            connection.close()

    clerk()
    worker = threading.Thread(target=slow)
    worker.start()
    assert begun.wait(30)
    quick = acted("quick").pk
    first = seal_day(day=localdate() - timedelta(days=1), by=None, at=now())
    go_on.set()
    worker.join(30)
    assert AuditRow.objects.get(action="slow").pk < quick
    assert first.details["witnesses"]["audit row"][0] == 1 and found() == []
    second = seal_day(day=localdate(), by=None, at=now())
    assert second.details["witnesses"]["audit row"][0] == 2 and found() == []


def test_days_closed_before_there_were_witnesses_stay_valid(db: None) -> None:
    acted("one")
    with connection.cursor() as cursor:  # as the link of such a day: no word of witnesses in it
        cursor.execute(
            "SELECT ledger_link('day', NULL, NULL, %s, sha256(''), '{\"first\": 1, \"last\": 0}')", [date(2020, 1, 1)]
        )
    assert found() == []
    assert closed(0).details["witnesses"]["audit row"][0] == 1
    assert found() == []


@pytest.mark.parametrize(
    ("deed", "harm"),
    [
        ("DELETE FROM ledger_witness WHERE name = 'audit row'", "missing"),
        ("UPDATE ledger_witness SET keys = '{[1,4)}', marks = 'x' WHERE name = 'audit row'", "altered"),
        ("UPDATE ledger_witness SET keys = '{[5000,5003)}' WHERE name = 'audit row'", "missing"),
        ("UPDATE ledger_witness SET keys = '{[1,9000000000000000000)}' WHERE name = 'audit row'", "altered"),
        ("UPDATE ledger_witness SET keys = 'nonsense' WHERE name = 'audit row'", "altered"),
        ("INSERT INTO ledger_witness (seal_id, name, keys, row_count, marks)"
         " SELECT seal_id, 'forged', keys, row_count, marks FROM ledger_witness"
         " WHERE name = 'audit row'", "inserted"),
    ],
)  # fmt: skip
def test_what_is_kept_beside_the_chain_cannot_be_rewritten(three_rows: list[int], deed: str, harm: str) -> None:
    attack(deed)
    assert harm in {harm for _what, _key, harm in named()}


def test_a_row_rewritten_with_its_mark_still_fails_the_day(three_rows: list[int]) -> None:
    sql = str(witnesses.rows_in_order("audit row"))
    attack(
        f"UPDATE imis_auditrow SET action = 'x' WHERE id = {three_rows[1]}",
        f"UPDATE ledger_witness SET marks = (SELECT string_agg(substr(hash, 1, 4), ''::bytea ORDER BY key)"
        f" FROM ({sql}) r WHERE key <= {three_rows[-1]}) WHERE name = 'audit row'",
    )
    seal = Witness.objects.get(name="audit row").seal_id
    assert named() == [("witness", f"audit row of seal {seal}", "altered")]


def test_a_promise_rewritten_is_told_by_the_hash_of_its_link(three_rows: list[int]) -> None:
    attack("UPDATE ledger_seal SET details = details - 'witnesses' WHERE kind = 'day'")
    assert ("seal", str(Seal.objects.get(kind="day").pk), "altered") in named()
    attack("UPDATE ledger_seal SET details = jsonb_set(details, '{witnesses}', '5') WHERE kind = 'day'")
    assert ("seal", str(Seal.objects.get(kind="day").pk), "altered") in named()


def test_a_witness_that_no_app_knows_is_said(three_rows: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(witnesses._witnesses, "audit row")
    assert named() == [("witness", "audit row", "missing")]


def test_a_name_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="audit row"):
        witnesses.register_witness("audit row", table="imis_user", key="id", columns=["id"])


@pytest.mark.parametrize(
    "told",
    [
        {"keys": "{[1,3)}", "count": 1, "digest": "00" * 32, "marks": "00" * 4},
        {"keys": "{[1,2)}", "count": 1, "digest": "00" * 32, "marks": "00"},
        {"keys": "{[1,2),[2,3)}", "count": 2, "digest": "00" * 32, "marks": "00" * 8},
        {"keys": None, "count": 1, "digest": "00" * 32, "marks": "00" * 4},
        "again",
    ],
)
def test_the_database_refuses_a_witness_that_would_fail_every_proof(three_rows: list[int], told: Any) -> None:
    if told == "again":
        told = {"keys": Witness.objects.get(name="audit row").keys, "count": 3, "digest": "0" * 64, "marks": "0" * 24}
    refused = pytest.raises(IntegrityError, match="rows_are_witnessed_once")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        text = canonical.canonical_json({"all": [{"name": "audit row", **told}]})
        cursor.execute("SELECT ledger_seal_day(%s, 'UTC', %s::jsonb -> 'all')", [localdate(), text])


@pytest.fixture
def as_application(three_rows: list[int]) -> Iterator[None]:
    grant_to_application(settings.DB_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {settings.DB_APP_ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_application_role_closes_days_and_touches_nothing(as_application: None) -> None:
    acted("four")
    closed(0)
    assert found() == []
    for statement in (
        "UPDATE ledger_witness SET marks = ''",
        "DELETE FROM ledger_witness",
        "TRUNCATE ledger_witness",
        "INSERT INTO ledger_witness (seal_id, name, keys, row_count, marks) VALUES (1, 'x', '{}', 0, '')",
        "SELECT ledger_link('day', NULL, NULL, '2020-01-01', sha256(''), '{}')",
        "SET LOCAL session_replication_role = replica",
        "ALTER TABLE ledger_witness DISABLE TRIGGER USER",
    ):
        refused = pytest.raises(ProgrammingError, match="permission denied|must be owner")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE ledger_witness SET name = name", "DELETE FROM ledger_witness"])
def test_the_owner_is_refused_too(three_rows: list[int], statement: str) -> None:
    refused = pytest.raises(IntegrityError, match="append_only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_hash_of_a_row_is_the_same_in_every_session(three_rows: list[int]) -> None:
    hashes = []
    for setting in (
        "SET LOCAL timezone = 'Asia/Dhaka'",
        "SET LOCAL datestyle = 'German'",
        "SET LOCAL timezone = 'UTC'",
    ):
        with connection.cursor() as cursor:
            cursor.execute(setting)
            cursor.execute(str(witnesses.rows_in_order("audit row")))
            hashes.append([(key, bytes(row_hash)) for key, row_hash in cursor.fetchall()])
    assert hashes[0] == hashes[1] == hashes[2]


def test_the_database_takes_the_root_that_python_takes(db: None) -> None:
    digest = hashlib.sha256(b"x").digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_witness_root('বিল', 3, '{[1,4)}', %s)", [digest])
        (taken,) = cursor.fetchone()
    assert bytes(taken) == canonical.witness_root("বিল", 3, "{[1,4)}", digest)


def test_spans_and_a_second_row_under_one_key() -> None:
    assert spans_of("{[1,4),[9,10)}") == [(1, 4), (9, 10)]
    assert spans_of("{}") == spans_of("{(,)}") == spans_of("[1,4)") == []
    rows = [(1, b"a" * 32), (2, b"b" * 32), (2, b"c" * 32), (3, b"d" * 32)]
    root = canonical.witness_root("w", 3, "{[1,4)}", hashlib.sha256(b"a" * 32 + b"b" * 32 + b"d" * 32).digest()).hex()
    day = SealedDay(9, date(2026, 7, 1), canonical.canonical_json({"witnesses": {"w": [3, root]}}))
    kept = {9: Kept("{[1,4)}", b"aaaabbbbdddd")}
    judged = [(f.key, f.harm.value) for f in prove_witnesses([day], lambda _: kept, ["w"], lambda _: rows)]
    assert judged == [("2", "inserted")]
    del rows[2]
    assert list(prove_witnesses([day], lambda _: kept, [], lambda _: rows)) == []
