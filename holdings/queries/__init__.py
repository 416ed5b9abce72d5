"""Reads of the register."""

from holdings.queries.survey import Outcomes, outcomes, problem_counts, survey_files

__all__ = ["Outcomes", "outcomes", "problem_counts", "survey_files"]
