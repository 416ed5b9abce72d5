"""An intruder with the rights of a superuser, and what the proof makes of the deed."""

from __future__ import annotations

from django.db import connection, transaction

from imis.ledger import proofs
from imis.ledger.models import Entry, Seal
from imis.ledger.rules.proof import Finding

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
    """All findings of the proof."""
    return list(proofs.findings())


def first() -> tuple[str, str, str]:
    """What the first finding names: kind of row, key, harm."""
    finding = found()[0]
    return finding.what, finding.key, finding.harm.value


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


def rewrite_payment(*, and_its_seal: bool = False) -> int:
    """Halves payment 2 on both sides and takes the hashes of its rows and batch anew; returns its entry id."""
    key = Entry.objects.get(source="pay:2").pk
    attack(
        f"UPDATE ledger_line SET debit = debit / 2, credit = credit / 2 WHERE entry_id = {key}",
        f"UPDATE ledger_line SET row_hash = {LINE_HASH} WHERE entry_id = {key}",
        f"UPDATE ledger_entry SET amount = amount / 2 WHERE id = {key}",
        f"UPDATE ledger_entry SET row_hash = {ENTRY_HASH} WHERE id = {key}",
        f"UPDATE ledger_batch SET total = total / 2 WHERE first_entry = {key}",
        *forge_batch(key),
    )
    if and_its_seal:
        root = f"(SELECT root_hash FROM ledger_batch WHERE first_entry = {key})"
        attack(
            f"UPDATE ledger_seal SET root_hash = {root} WHERE batch_id = {key}",
            f"UPDATE ledger_seal SET seal_hash = {SEAL_HASH} WHERE batch_id = {key}",
        )
    return key


def rewrite_chain(after: int) -> None:
    """Takes every link after `after` anew: what only someone with all rights and much patience does."""
    day_root = "(SELECT sha256(string_agg(seal_hash, ''::bytea ORDER BY id)) FROM ledger_seal WHERE kind <> 'day')"
    subject = "coalesce(batch_id, receipt_id, day - DATE '2000-01-01')::text"
    own = f"ledger_seal_hash(id, kind, {subject}, root_hash, previous_hash, sealed_at, details)"
    for pk in Seal.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True):
        before = f"(SELECT seal_hash FROM ledger_seal WHERE id = {pk - 1})"
        attack(
            f"UPDATE ledger_seal SET previous_hash = {before} WHERE id = {pk}",
            f"UPDATE ledger_seal SET root_hash = CASE kind WHEN 'day' THEN {day_root} ELSE root_hash END"
            f" WHERE id = {pk}",
            f"UPDATE ledger_seal SET seal_hash = {own} WHERE id = {pk}",
        )
