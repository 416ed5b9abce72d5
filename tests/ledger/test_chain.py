"""An intruder with every right changes rows behind the triggers; the proof names the row."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from imis.errors import Refused
from imis.ledger import proofs
from imis.ledger.models import Batch, Entry, Line, Receipt, Seal
from imis.ledger.services import seal_day
from tests.ledger.books import clerk, posted
from tests.ledger.intruder import LINE_HASH, attack, first, found, rewrite_chain, rewrite_payment

pytestmark = pytest.mark.usefixtures("sound_books")


def middle() -> Entry:
    return Entry.objects.get(source="run:17")


@pytest.mark.parametrize(
    "change",
    [
        "source = 'run:17x'", "value_date = value_date + 1", "recorded_at = recorded_at - interval '1 second'",
        "memo = 'x'", "amount = amount + 1", "posted_by_id = posted_by_id + 1", "line_count = 3",
        "reverses_id = 1", "row_hash = sha256('x')",
    ],
)  # fmt: skip
def test_an_altered_entry_is_named(change: str) -> None:
    key = middle().pk
    attack(f"UPDATE ledger_entry SET {change} WHERE id = {key}")
    assert first() == ("entry", str(key), "altered")


@pytest.mark.parametrize(
    "change",
    ["debit = debit + 1", "holding_id = 18", "holding_id = NULL", "account_id = 'advance'", "head = 'x'",
     "row_hash = sha256('x')"],
)  # fmt: skip
def test_an_altered_line_is_named(change: str) -> None:
    attack(f"UPDATE ledger_line SET {change} WHERE entry_id = {middle().pk} AND n = 1")
    assert first() == ("line", f"{middle().pk}.1", "altered")


def test_money_moved_between_two_lines_is_named_at_the_first() -> None:
    key = middle().pk
    attack(
        f"UPDATE ledger_line SET debit = debit + 5 WHERE entry_id = {key + 3} AND n = 1",
        f"UPDATE ledger_line SET debit = debit - 0.5 WHERE entry_id = {key} AND n = 1",
    )
    assert [(f.key, f.harm.value) for f in found()] == [(f"{key}.1", "altered"), (f"{key + 3}.1", "altered")]


def test_a_missing_entry_and_a_missing_line_are_named() -> None:
    key = middle().pk
    attack(f"DELETE FROM ledger_line WHERE entry_id = {key} AND n = 2")
    assert first() == ("line", f"{key}.2", "missing")
    attack(f"DELETE FROM ledger_line WHERE entry_id = {key}", f"DELETE FROM ledger_entry WHERE id = {key}")
    assert first() == ("entry", str(key), "missing")


def test_the_last_entry_taken_away_is_missed() -> None:
    last = Entry.objects.latest("id").pk
    attack(f"DELETE FROM ledger_line WHERE entry_id = {last}", f"DELETE FROM ledger_entry WHERE id = {last}")
    assert first() == ("entry", str(last), "missing")


def test_an_inserted_entry_is_named() -> None:
    columns = "value_date, recorded_at, posted_by_id, memo, amount, line_count, row_hash"
    attack(
        f"INSERT INTO ledger_entry (id, source, {columns}) "
        f"SELECT 990000, 'forged', {columns} FROM ledger_entry WHERE source = 'run:1'"
    )
    assert first() == ("entry", "990000", "inserted")


def test_an_inserted_line_is_named() -> None:
    columns = "account_id, holding_id, head, debit, credit, row_hash"
    key = middle().pk
    attack(
        f"INSERT INTO ledger_line (entry_id, n, {columns}) "
        f"SELECT entry_id, 3, {columns} FROM ledger_line WHERE entry_id = {key} AND n = 1"
    )
    assert first() == ("line", f"{key}.3", "inserted")


def test_a_line_rewritten_with_its_hash_is_still_named() -> None:
    key = middle().pk
    attack(
        f"UPDATE ledger_line SET holding_id = 99 WHERE entry_id = {key} AND n = 1",
        f"UPDATE ledger_line SET row_hash = {LINE_HASH} WHERE entry_id = {key} AND n = 1",
    )
    assert first() == ("line", f"{key}.1", "altered")
    assert "together with its hash" in found()[0].detail


def test_a_batch_rewritten_with_its_root_contradicts_its_seal() -> None:
    key = rewrite_payment()
    assert first() == ("batch", str(key), "altered")


def test_a_seal_rewritten_too_contradicts_the_next_link() -> None:
    key = rewrite_payment(and_its_seal=True)
    seal = Seal.objects.get(batch_id=key)
    assert first() == ("seal", str(seal.pk), "altered")


def test_only_what_was_published_betrays_a_chain_rewritten_to_its_end(tmp_path: Path) -> None:
    seal_day(day=timezone.localdate(), by=clerk(), at=timezone.now())
    published = tmp_path / "anchors.txt"
    published.write_text("# closed days\n\n" + "\n".join(proofs.anchors()) + "\n", encoding="utf-8")
    assert list(proofs.findings(published.read_text().splitlines())) == []

    key = rewrite_payment(and_its_seal=True)
    seal = Seal.objects.get(batch_id=key)
    rewrite_chain(seal.pk)
    assert found() == [], "the forger has done a clean job"

    with pytest.raises(CommandError, match=f"seal {Seal.objects.get(kind='day').pk} altered"):
        call_command("verify_chain", anchors=published, stdout=StringIO())


def test_a_missing_or_altered_seal_is_named() -> None:
    attack("DELETE FROM ledger_seal WHERE id = 4")
    assert ("seal", "4", "missing") in [(f.what, f.key, f.harm.value) for f in found()]


def test_the_last_seal_taken_away_is_missed() -> None:
    last = Seal.objects.latest("id")
    attack(f"DELETE FROM ledger_seal WHERE id = {last.pk}")
    assert first() == ("seal", f"of batch {last.batch_id}", "missing")


@pytest.mark.parametrize(
    "change", ["sealed_at = sealed_at - interval '1 day'", "details = '{\"a\": 1}'", "batch_id = 1"]
)
def test_an_altered_seal_is_named(change: str) -> None:
    seal = Seal.objects.filter(kind="batch")[2]
    attack(f"UPDATE ledger_seal SET {change} WHERE id = {seal.pk}")
    assert ("seal", str(seal.pk), "altered") in [(f.what, f.key, f.harm.value) for f in found()]


def test_a_closed_day_altered_is_named() -> None:
    day = seal_day(day=timezone.localdate(), by=clerk(), at=timezone.now())
    posted("tomorrow")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert found() == []
    attack(f"UPDATE ledger_seal SET details = jsonb_set(details, '{{total}}', '\"1.00\"') WHERE id = {day.pk}")
    assert first() == ("seal", str(day.pk), "altered")


def test_the_command_says_which_row_and_exits_with_one() -> None:
    out = StringIO()
    call_command("verify_chain", stdout=out)
    assert "Every row is what it was" in out.getvalue()
    attack(f"UPDATE ledger_line SET debit = debit + 1 WHERE entry_id = {middle().pk} AND n = 1")
    with pytest.raises(CommandError, match=rf"first: line {middle().pk}\.1 altered"):
        call_command("verify_chain", stdout=out)
    with pytest.raises(CommandError, match="check_books|discrepanc"):
        call_command("check_books", stdout=out)
    assert f"entry {middle().pk}" in out.getvalue()


def test_days_close_in_order_and_only_when_they_have_come() -> None:
    today = timezone.localdate()
    with pytest.raises(Refused):
        seal_day(day=today + timedelta(days=1), by=clerk(), at=timezone.now())
    seal = seal_day(day=today, by=None, at=timezone.now())
    assert seal.details["entries"] == Entry.objects.count()
    assert seal.details["lines"] == Line.objects.count()
    assert seal.details["receipts"] == Receipt.objects.count() == 3
    assert seal.details["batches"] == Batch.objects.count()
    assert seal.details["accounts"]["cash_counter"] == ["850.00", "100.00"]
    for day in (today, today - timedelta(days=1)):
        with pytest.raises(Refused):
            seal_day(day=day, by=clerk(), at=timezone.now())
    call_command("check_books", stdout=StringIO())
