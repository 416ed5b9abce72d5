"""What the tax knows: reads only."""

from tax.queries.accounts import Account, account_of, account_page, owners_of
from tax.queries.assessments import assessment_history, assessment_on, proposals_waiting
from tax.queries.desk import allocations_of, day_at_the_counter, payments_of, payments_taken, wards_at_a_glance
from tax.queries.law import parameters_on, rule_set_on
from tax.queries.positions import HoldingQuote, dues, quote_for
from tax.queries.previews import BILLED, Preview, PreviewRow, bill_preview, preview_rows
from tax.queries.printing import proved_bill, receipt_link
from tax.queries.registers import (
    bill_runs,
    bills_for_printing,
    bills_of_run,
    demand_register,
    register_totals,
)
from tax.queries.ward_bills import WardFile, bills_to_print, ward_bills_file

__all__ = [
    "BILLED",
    "Account",
    "HoldingQuote",
    "Preview",
    "PreviewRow",
    "WardFile",
    "account_of",
    "account_page",
    "allocations_of",
    "assessment_history",
    "assessment_on",
    "bill_preview",
    "bill_runs",
    "bills_for_printing",
    "bills_of_run",
    "bills_to_print",
    "day_at_the_counter",
    "demand_register",
    "dues",
    "owners_of",
    "parameters_on",
    "payments_of",
    "payments_taken",
    "preview_rows",
    "proposals_waiting",
    "proved_bill",
    "quote_for",
    "receipt_link",
    "register_totals",
    "rule_set_on",
    "ward_bills_file",
    "wards_at_a_glance",
]
