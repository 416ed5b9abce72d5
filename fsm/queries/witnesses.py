"""What of the sludge service's money a closed day witnesses beside the books (imis.ledger.witnesses)."""

from __future__ import annotations

from imis.ledger.witnesses import moment, register_witness

register_witness(
    "sludge fee",
    table="fsm_charge",
    key="id",
    columns=(
        "id", "request_id", "event_id", "tariff_id", "volume_m3", "amount", "working", "entry_id", moment("made_at"),
    ),
)  # fmt: skip
register_witness(
    "sludge payment by entry",
    table="fsm_payment",
    key="entry_id",
    columns=(
        "entry_id", "id", "charge_id", "channel", "reference", "amount", "value_date", moment("recorded_at"),
        "payer_name", "taken_by_id", "receipt_id",
    ),
)  # fmt: skip
register_witness(
    "sludge reversal",
    table="fsm_reversal",
    key="id",
    columns=("id", "payment_id", "entry_id", "reason", "reversed_by_id", moment("reversed_at")),
)
