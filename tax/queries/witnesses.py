"""What of the tax a closed day witnesses beside the books, so that `verify_chain` names what was altered or taken away.

Each column here is one that its table's trigger lets nobody change. Payments go by the number of their entry: their
own key is made by the client.
"""

from __future__ import annotations

from imis.ledger.witnesses import long_text, moment, register_witness

register_witness(
    "tax assessment",
    table="tax_assessment",
    key="id",
    columns=(
        "id", "holding_id", "rule_set_id", "version", "kind", "lower(valid)", "gross_rent_amount", "annual_value",
        "previous_annual_value", "yearly_tax_amount", "charges", long_text("explanation"), "input_hash",
        "supersedes_id", "reason", "proposed_by_id", moment("proposed_at"),
    ),
)  # fmt: skip
# An approval once given stays; it may come days after the proposal was sealed.
register_witness(
    "tax assessment's approval",
    table="tax_assessment",
    key="id",
    columns=("id", "approved_by_id", moment("approved_at")),
    where="approved_by_id IS NOT NULL",
)
register_witness(
    "tax bill run",
    table="tax_billrun",
    key="id",
    columns=(
        "id", "ward_id", "fiscal_year", "quarter", "rule_set_id", "issued_on", "due_on", "bill_count", "demand_amount",
        "issued_by_id", moment("issued_at"),
    ),
)  # fmt: skip
# A bill with its lines, which are written in the statement that writes the bill.
register_witness(
    "tax bill",
    table="tax_bill b",
    key="b.id",
    columns=(
        "b.id", "b.number", "b.run_id", "b.holding_id", "b.ward_id", "b.assessment_id", "b.fiscal_year", "b.quarter",
        "b.issued_on", "b.due_on", "b.route_order", "b.principal_amount", "b.arrears_amount", "b.surcharge_amount",
        "b.rebate_amount", "b.rounding_amount", "b.advance_amount", "b.payable_amount", long_text("b.snapshot"),
        "encode(b.row_hash, 'hex')",
        "(SELECT json_agg(json_build_array(l.head_id, l.amount) ORDER BY l.head_id) FROM tax_billline l"
        " WHERE l.bill_id = b.id)",
    ),
)  # fmt: skip
register_witness(
    "tax payment by entry",
    table="tax_payment",
    key="entry_id",
    columns=(
        "entry_id", "id", "holding_id", "channel", "reference", "amount", "value_date", moment("recorded_at"),
        "payer_name", "taken_by_id", "working", "receipt_id",
    ),
)  # fmt: skip
register_witness(
    "tax allocation",
    table="tax_allocation",
    key="id",
    columns=(
        "id", "payment_id", "reversal_id", "bill_id", "head_id", "kind", "amount", "policy", "entry_id", "effective_on",
    ),
)  # fmt: skip
register_witness(
    "tax reversal",
    table="tax_reversal",
    key="id",
    columns=("id", "payment_id", "entry_id", "reason", "reversed_by_id", moment("reversed_at")),
)
# What lowers the tax: its end alone may still be set.
register_witness(
    "tax exemption",
    table="tax_exemption",
    key="id",
    columns=(
        "id", "holding_id", "kind", "percent", "area_cap_sqft", "legal_ref", "document", "lower(valid)",
        "proposed_by_id", "approved_by_id",
    ),
)  # fmt: skip
register_witness(
    "tax building loan",
    table="tax_buildingloan",
    key="id",
    columns=("id", "holding_id", "lender", "yearly_interest_amount", "lower(valid)"),
)
