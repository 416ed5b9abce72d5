"""The database refuses what must never be, whoever asks: each test goes round the services with plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction

from imis.grants import grant_to_application
from imis.ledger.models import Account, Batch, Entry, Seal
from imis.ledger.services import issue_receipt, remember
from tests.ledger.books import AT, clerk, posted, posted_bills

pytestmark = pytest.mark.django_db

BOOKS = ["ledger_entry", "ledger_line", "ledger_batch", "ledger_receipt", "ledger_seal", "ledger_idempotencykey"]

ENTRY = """
INSERT INTO ledger_entry (id, source, value_date, recorded_at, posted_by_id, memo, amount, line_count, row_hash)
SELECT v.id, v.source, DATE '2026-07-15', %(at)s, %(by)s, '', v.amount, v.line_count,
       ledger_entry_hash(v.id, v.source, DATE '2026-07-15', %(at)s, %(by)s, '', NULL, v.amount, v.line_count)
FROM (VALUES {rows}) v (id, source, amount, line_count)
"""
LINE = """
INSERT INTO ledger_line (entry_id, n, account_id, head, debit, credit, row_hash)
SELECT v.entry, v.n, v.account, '', v.debit, v.credit,
       ledger_line_hash(v.entry, v.n, v.account, NULL, '', v.debit, v.credit)
FROM (VALUES {rows}) v (entry, n, account, debit, credit)
"""
PAIR = "({id}, 1, 'cash_counter', 100.00, 0.00), ({id}, 2, 'receivable_tax', 0.00, 100.00)"


def sql(text: str, **params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, {"at": AT, "by": clerk().pk, **params} if "%(" in text else None)


def with_lines(entries: str, lines: str) -> str:
    return f"WITH e AS ({entries}) {LINE.format(rows=lines)}"


def write(entries: str, lines: str) -> None:
    sql(with_lines(ENTRY.format(rows=entries), lines))


def refused(rule: str) -> Any:
    return pytest.raises(IntegrityError, match=rule)


def test_the_plain_sql_of_these_tests_is_accepted_when_it_is_right() -> None:
    write("(900001, 'x:1', 100.00, 2)", PAIR.format(id=900001))
    assert Batch.objects.get(first_entry=900001).line_count == 2


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ("(900001, 1, 'cash_counter', 100.00, 0.00), (900001, 2, 'advance', 0.00, 99.99)", "entry_balances"),
        ("(900001, 1, 'cash_counter', 90.00, 0.00), (900001, 2, 'advance', 0.00, 90.00)", "entry_balances"),
        ("(900001, 2, 'cash_counter', 100.00, 0.00), (900001, 3, 'advance', 0.00, 100.00)", "entry_balances"),
        ("(900001, 1, 'cash_counter', 100.00, 0.00)", "entry_"),
        (
            "(900001, 1, 'cash_counter', 100.00, 0.00), (900001, 2, 'advance', 0.00, 60.00), "
            "(900001, 3, 'advance', 0.00, 40.00)",
            "entry_",
        ),
        ("(900001, 1, 'cash_counter', 100.00, 0.00), (900001, 2, 'nowhere', 0.00, 100.00)", "foreign key"),
        ("(900001, 1, 'cash_counter', 100.00, 100.00), (900001, 2, 'advance', 0.00, 0.00)", "line_is_debit_or_credit"),
        ("(900001, 1, 'cash_counter', -100.00, 0.00), (900001, 2, 'advance', 0.00, -100.00)", "line_is_debit"),
    ],
)
def test_an_entry_that_its_lines_contradict_is_refused(lines: str, rule: str) -> None:
    with refused(rule):
        write("(900001, 'x:1', 100.00, 2)", lines)


def test_an_unbalanced_entry_hidden_among_balanced_ones_is_named() -> None:
    entries = ", ".join(f"({900000 + i}, 'x:{i}', 100.00, 2)" for i in range(1, 50))
    lines = ", ".join(PAIR.format(id=900000 + i) for i in range(1, 50))
    with refused("entry_balances: entry 900017 "):
        write(entries, lines.replace("(900017, 2, 'receivable_tax', 0.00, 100.00)", "(900017, 2, 'bank', 0.00, 99.00)"))


def test_an_entry_without_lines_is_refused() -> None:
    with refused("entry_balances"):
        sql(ENTRY.format(rows="(900001, 'x:1', 100.00, 2)"))


def test_lines_without_an_entry_are_refused() -> None:
    with refused("entry_has_exactly_its_lines|foreign key"):
        sql(LINE.format(rows=PAIR.format(id=900001)))


def test_a_balanced_pair_added_to_an_old_entry_is_refused() -> None:
    entry = posted("x:1")
    pair = (
        PAIR.format(id=entry.pk)
        .replace(f"({entry.pk}, 1,", f"({entry.pk}, 3,")
        .replace(f"({entry.pk}, 2,", f"({entry.pk}, 4,")
    )
    with refused("entry_has_exactly_its_lines"):
        sql(LINE.format(rows=pair))


def test_a_pair_added_to_an_old_entry_under_cover_of_a_new_one_is_refused() -> None:
    old = posted("x:1")
    extra = f"({old.pk}, 3, 'bank', 5.00, 0.00), ({old.pk}, 4, 'advance', 0.00, 5.00)"
    with refused("entry_has_exactly_its_lines"):
        write("(900001, 'x:2', 100.00, 2)", f"{PAIR.format(id=900001)}, {extra}")


def test_entries_of_one_posting_leave_no_hole_in_their_ids() -> None:
    with refused("batch_ids_without_hole"):
        write(
            "(900001, 'x:1', 100.00, 2), (900003, 'x:3', 100.00, 2)",
            f"{PAIR.format(id=900001)}, {PAIR.format(id=900003)}",
        )


@pytest.mark.parametrize(
    ("statement", "rule"),
    [(ENTRY.replace("'', NULL, v.amount", "'forged', NULL, v.amount"), "entry_hash_is_its_own")],
)
def test_a_row_with_a_foreign_hash_is_refused(statement: str, rule: str) -> None:
    with refused(rule):
        sql(with_lines(statement.format(rows="(900001, 'x:1', 100.00, 2)"), PAIR.format(id=900001)))


def test_a_reversal_that_is_not_the_mirror_is_refused() -> None:
    entry = posted("x:1", "100.00")
    statement = (
        ENTRY.replace("line_count, row_hash)", "line_count, reverses_id, row_hash)")
        .replace("v.line_count,\n", "v.line_count, %(old)s,\n")
        .replace("'', NULL,", "'', %(old)s,")
    )
    with refused("reversal_mirrors_its_entry"):
        sql(
            with_lines(statement.format(rows="(900001, 'x:2', 100.00, 2)"), PAIR.format(id=900001)),
            old=entry.pk,
        )


@pytest.fixture
def full_books() -> Iterator[None]:
    entry = posted("x:1")
    issue_receipt(series="R", entry=entry, payload={"amount": "100.00", "holding_number": "22-1"}, by=clerk(), at=AT)
    remember(key="k", request_hash=b"h" * 32, response={"a": 1}, at=AT)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert Seal.objects.count() == 2
    yield


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize(
    "change", ["DELETE FROM {book}", "TRUNCATE {book} CASCADE", "UPDATE {book} SET {column} = {column}"]
)
def test_the_owner_too_can_only_append(full_books: None, book: str, change: str) -> None:
    column = {"ledger_line": "n", "ledger_batch": "label", "ledger_idempotencykey": "key"}.get(book, "id")
    with refused("append_only"):
        sql(change.format(book=book, column=column))


def test_an_update_by_conflict_is_refused() -> None:
    remember(key="k", request_hash=b"h" * 32, response={"a": 1}, at=AT)
    with refused("append_only"):
        sql(
            "INSERT INTO ledger_idempotencykey SELECT * FROM ledger_idempotencykey "
            "ON CONFLICT (key) DO UPDATE SET response = '{}'"
        )


def test_an_account_keeps_its_meaning() -> None:
    with refused("account_keeps_its_meaning"):
        sql("UPDATE ledger_account SET kind = 'income' WHERE code = 'bank'")
    Account.objects.filter(code="bank").update(name_en="Bank account")


def test_receipt_numbers_leave_no_gap() -> None:
    entry = posted("x:1")
    with refused("receipt_numbers_without_gap"):
        sql(
            "INSERT INTO ledger_receipt (series, number, entry_id, issued_at, issued_by_id, payload, payload_hash, "
            "signature, row_hash) SELECT 'R', 2, %(entry)s, %(at)s, %(by)s, '{}', 'h', 's', "
            "ledger_receipt_hash('R', 2, %(entry)s, %(at)s, %(by)s, 'h', 's')",
            entry=entry.pk,
        )


@pytest.fixture
def as_application() -> Iterator[None]:
    """The rest of the test runs with the rights of the role that serves requests."""
    posted_bills("run", 3)
    user = clerk()
    grant_to_application(settings.DB_APP_ROLE)
    assert user.pk
    sql(f"SET LOCAL ROLE {settings.DB_APP_ROLE}")
    yield
    sql("RESET ROLE")


def test_the_application_role_posts(as_application: None) -> None:
    before = Entry.objects.count()
    posted("app:1")
    posted_bills("run2", 10)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert Entry.objects.count() == before + 11
    assert Seal.objects.filter(kind="batch").count() == 3


@pytest.mark.parametrize(
    "statement",
    [
        *(f"{verb} {book}" for book in BOOKS for verb in ("DELETE FROM", "TRUNCATE")),
        "UPDATE ledger_entry SET memo = 'x'",
        "UPDATE ledger_line SET debit = 1",
        "UPDATE ledger_account SET name_en = 'x'",
        "INSERT INTO ledger_account SELECT 'x', 'x', 'x', 'asset'",
        "INSERT INTO ledger_seal SELECT * FROM ledger_seal",
        "INSERT INTO ledger_batch SELECT * FROM ledger_batch",
        "SELECT ledger_link('day', NULL, NULL, DATE '2020-01-01', 'x', '{}')",
        "SELECT setval('ledger_entry_id_seq', 1)",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_application_role_may_not_do_more_than_append(as_application: None, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
        sql(statement)
