"""What the tax knows: reads only."""

from tax.queries.assessments import assessment_history, assessment_on, proposals_waiting
from tax.queries.law import parameters_on, rule_set_on

__all__ = ["assessment_history", "assessment_on", "parameters_on", "proposals_waiting", "rule_set_on"]
