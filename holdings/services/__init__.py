"""Writes to the register; one public function is one use case, one transaction, one audit row."""

from holdings.bringing import AlreadyStaged
from holdings.services.survey_apply import apply_survey
from holdings.services.survey_check import check_survey
from holdings.services.survey_columns import map_columns, state_srid
from holdings.services.survey_settle import settle_rows
from holdings.services.survey_stage import keep_upload, stage_survey

__all__ = [
    "AlreadyStaged",
    "apply_survey",
    "check_survey",
    "keep_upload",
    "map_columns",
    "settle_rows",
    "stage_survey",
    "state_srid",
]
