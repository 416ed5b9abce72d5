"""An intruder with every right changes rows behind the triggers; the proof names the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from imis.errors import Refused
from imis.ledger import proofs
from imis.ledger.models import Batch, Entry, Line, Receipt, Seal
from imis.ledger.rules.proof import Finding
from imis.ledger.services import issue_receipt, reverse, seal_day
from tests.ledger.books import AT, clerk, posted, posted_bills

pytestmark = pytest.mark.django_db

HASH_CHECKS = {
    "ledger_entry": "entry_hash_is_its_own",
    "ledger_line": "line_hash_is_its_own",
    "ledger_receipt": "receipt_hash_is_its_own",
    "ledger_seal": "seal_hash_is_its_own",
}
ENTRY_HASH = (
    "ledger_entry_hash(id, source, value_date, recorded_at, posted_by_id, memo, reverses_id, amount, line_count)"
)
LINE_HASH = "ledger_line_hash(entry_id, n, account_id, holding_id, head, debit, credit)"
SEAL_HASH = (
    "ledger_seal_hash(id, kind, coalesce(batch_id, receipt_id)::text, root_hash, previous_hash, sealed_at, details)"
)


def attack(*statements: str) -> None:
    """Runs SQL as a superuser would who switched the guards off: no trigger, no foreign key, no hash check."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, name in HASH_CHECKS.items():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount != 0, f"the attack met no row: {statement}"
        cursor.execute("SET LOCAL session_replication_role = origin")


def found() -> list[Finding]:
    return list(proofs.findings())


def first() -> tuple[str, str, str]:
    finding = found()[0]
    return finding.what, finding.key, finding.harm.value


@pytest.fixture(autouse=True)
def books() -> Iterator[None]:
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


def payload(amount: str) -> dict[str, Any]:
    return {"amount": amount, "holding_number": "২২-০১২৩/ক", "lines": [{"head": "holding", "paid": amount, "n": 1}]}


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
    attack(f"UPDATE ledger_entry SET {change} WHERE id = {middle().pk}")
    assert first() == (
        "entry",
        str(middle().pk) if "source" not in change else str(Entry.objects.get(source="run:17x").pk),
        "altered",
    )


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


def test_an_inserted_entry_and_an_inserted_line_are_named() -> None:
    copy = "SELECT {id}, '{source}', value_date, recorded_at, posted_by_id, memo, amount, line_count, row_hash"
    columns = "(id, source, value_date, recorded_at, posted_by_id, memo, amount, line_count, row_hash)"
    attack(
        f"INSERT INTO ledger_entry {columns} {copy.format(id=990000, source='forged')} FROM ledger_entry WHERE source = 'run:1'"
    )
    assert first() == ("entry", "990000", "inserted")


def test_an_inserted_line_is_named() -> None:
    key = middle().pk
    attack(
        "INSERT INTO ledger_line (entry_id, n, account_id, holding_id, head, debit, credit, row_hash) "
        f"SELECT entry_id, 3, account_id, holding_id, head, debit, credit, row_hash FROM ledger_line WHERE entry_id = {key} AND n = 1"
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


def forge_batch(first_entry: int) -> list[str]:
    """Root and marks of a batch taken anew over what its rows are now."""
    return [
        f"""UPDATE ledger_batch b SET root_hash = ledger_batch_root(first_entry, last_entry, label, line_count, total,
            (SELECT string_agg(row_hash, ''::bytea ORDER BY id) FROM ledger_entry
             WHERE id BETWEEN b.first_entry AND b.last_entry),
            (SELECT string_agg(row_hash, ''::bytea ORDER BY entry_id, n) FROM ledger_line
             WHERE entry_id BETWEEN b.first_entry AND b.last_entry)),
            marks = (SELECT string_agg(substr(row_hash, 1, 4), ''::bytea ORDER BY id) FROM ledger_entry
                     WHERE id BETWEEN b.first_entry AND b.last_entry)
                 || (SELECT string_agg(substr(row_hash, 1, 4), ''::bytea ORDER BY entry_id, n) FROM ledger_line
                     WHERE entry_id BETWEEN b.first_entry AND b.last_entry)
        WHERE first_entry = {first_entry}"""
    ]


def rewrite_payment() -> int:
    """Halves payment 2 on both sides and takes every hash of row, batch and link anew; returns its entry id."""
    key = Entry.objects.get(source="pay:2").pk
    attack(
        f"UPDATE ledger_line SET debit = debit / 2, credit = credit / 2 WHERE entry_id = {key}",
        f"UPDATE ledger_line SET row_hash = {LINE_HASH} WHERE entry_id = {key}",
        f"UPDATE ledger_entry SET amount = amount / 2 WHERE id = {key}",
        f"UPDATE ledger_entry SET row_hash = {ENTRY_HASH} WHERE id = {key}",
        f"UPDATE ledger_batch SET total = total / 2 WHERE first_entry = {key}",
        *forge_batch(key),
    )
    return key


def test_a_batch_rewritten_with_its_root_contradicts_its_seal() -> None:
    key = rewrite_payment()
    assert first() == ("batch", str(key), "altered")


def test_a_seal_rewritten_too_contradicts_the_next_link() -> None:
    key = rewrite_payment()
    seal = Seal.objects.get(batch_id=key)
    attack(
        f"UPDATE ledger_seal SET root_hash = (SELECT root_hash FROM ledger_batch WHERE first_entry = {key}) WHERE id = {seal.pk}",
        f"UPDATE ledger_seal SET seal_hash = {SEAL_HASH} WHERE id = {seal.pk}",
    )
    assert first() == ("seal", str(seal.pk), "altered")


def rewrite_chain(after: int) -> None:
    """Takes every link after `after` anew: what only someone with all rights and much patience does."""
    day_root = "(SELECT sha256(string_agg(seal_hash, ''::bytea ORDER BY id)) FROM ledger_seal WHERE kind <> 'day')"
    subject = "coalesce(batch_id, receipt_id, day - DATE '2000-01-01')::text"
    own = f"ledger_seal_hash(id, kind, {subject}, root_hash, previous_hash, sealed_at, details)"
    for pk in Seal.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True):
        attack(
            f"UPDATE ledger_seal s SET previous_hash = p.seal_hash FROM ledger_seal p WHERE s.id = {pk} AND p.id = {pk - 1}",
            f"UPDATE ledger_seal SET root_hash = CASE kind WHEN 'day' THEN {day_root} ELSE root_hash END WHERE id = {pk}",
            f"UPDATE ledger_seal SET seal_hash = {own} WHERE id = {pk}",
        )


def test_only_what_was_published_betrays_a_chain_rewritten_to_its_end(tmp_path: Path) -> None:
    seal_day(day=timezone.localdate(), by=clerk(), at=timezone.now())
    published = tmp_path / "anchors.txt"
    published.write_text("# closed days\n\n" + "\n".join(proofs.anchors()) + "\n", encoding="utf-8")
    assert list(proofs.findings(published.read_text().splitlines())) == []

    key = rewrite_payment()
    seal = Seal.objects.get(batch_id=key)
    attack(
        f"UPDATE ledger_seal SET root_hash = (SELECT root_hash FROM ledger_batch WHERE first_entry = {key}) WHERE id = {seal.pk}",
        f"UPDATE ledger_seal SET seal_hash = {SEAL_HASH} WHERE id = {seal.pk}",
    )
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


@pytest.mark.parametrize(
    "change",
    ["payload = jsonb_set(payload, '{amount}', '\"1.00\"')", "issued_at = issued_at - interval '1 day'",
     "signature = decode(repeat('ab', 64), 'hex')", "payload_hash = sha256('x')"],
)  # fmt: skip
def test_an_altered_receipt_is_named(change: str) -> None:
    attack(f"UPDATE ledger_receipt SET {change} WHERE series = 'R' AND number = 2")
    assert first() == ("receipt", "R-2", "altered")


def test_a_receipt_forged_with_its_hashes_lacks_the_signature() -> None:
    text = '{"amount":"1.00","holding_number":"1","value_date":"2026-07-15"}'
    hashed = "ledger_receipt_hash(series, number, entry_id, issued_at, issued_by_id, payload_hash, signature)"
    attack(
        f"UPDATE ledger_receipt SET payload = '{text}', payload_hash = sha256('{text}') WHERE number = 2",
        f"UPDATE ledger_receipt SET row_hash = {hashed} WHERE number = 2",
    )
    assert first() == ("receipt", "R-2", "altered")
    assert "signature" in found()[0].detail


@pytest.mark.parametrize("number", [2, 3])
def test_a_missing_receipt_is_named_in_the_middle_and_at_the_end(number: int) -> None:
    attack(f"DELETE FROM ledger_receipt WHERE number = {number}")
    assert first() == ("receipt", f"R-{number}", "missing")


def test_an_inserted_receipt_is_named() -> None:
    entry = Entry.objects.get(source="run:1").pk
    attack(
        "INSERT INTO ledger_receipt (series, number, entry_id, issued_at, issued_by_id, payload, payload_hash, signature, row_hash)"
        f" SELECT series, 4, {entry}, issued_at, issued_by_id, payload, payload_hash, signature, row_hash"
        " FROM ledger_receipt WHERE number = 3"
    )
    assert first()[:2] == ("receipt", "R-4")


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
