"""What the tax knows: reads only."""

from tax.queries.assessments import assessment_history, assessment_on, proposals_waiting
from tax.queries.law import parameters_on, rule_set_on
from tax.queries.positions import HoldingQuote, dues, quote_for

__all__ = [
    "HoldingQuote", "assessment_history", "assessment_on", "dues", "parameters_on", "proposals_waiting", "quote_for",
    "rule_set_on",
]
