"""What the application role may do with the books: read and append, never change.

The release command runs `statements(role)` as the owner after its general grants; it takes away before it gives.
"""

from __future__ import annotations

APPENDED = ("ledger_entry", "ledger_line", "ledger_receipt", "ledger_idempotencykey")
# Written by the database itself (SECURITY DEFINER triggers) or by migrations.
ONLY_READ = ("ledger_account", "ledger_batch", "ledger_seal")
FUNCTIONS = (
    "ledger_take_entries(bigint)",
    "ledger_seal_day(date, text)",
)


def statements(role: str) -> list[str]:
    """The GRANT and REVOKE statements for `role` (a plain identifier), in order."""
    if not role.isidentifier():
        raise ValueError(f"{role!r} is not the name of a role.")
    appended, read = ", ".join(APPENDED), ", ".join(ONLY_READ)
    return [
        f"REVOKE ALL ON {appended}, {read} FROM {role}",
        f"REVOKE ALL ON SEQUENCE ledger_entry_id_seq, ledger_receipt_id_seq FROM {role}",
        f"GRANT SELECT ON {appended}, {read} TO {role}",
        f"GRANT INSERT ON {appended} TO {role}",
        # The ids of entries come from ledger_take_entries alone; nobody winds a sequence back.
        f"GRANT USAGE ON SEQUENCE ledger_receipt_id_seq TO {role}",
        *(f"GRANT EXECUTE ON FUNCTION {function} TO {role}" for function in FUNCTIONS),
    ]
