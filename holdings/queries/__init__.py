"""Reads of the register."""

from holdings.queries.card import HoldingCard, holding_card
from holdings.queries.search import Found, search_holdings
from holdings.queries.survey import Outcomes, ProblemCount, outcomes, problem_counts, survey_files

__all__ = [
    "Found",
    "HoldingCard",
    "Outcomes",
    "ProblemCount",
    "holding_card",
    "outcomes",
    "problem_counts",
    "search_holdings",
    "survey_files",
]
