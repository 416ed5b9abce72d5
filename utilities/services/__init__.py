"""Writes of the utilities; files come in through holdings.intake (utilities.intakes)."""

from utilities.services.corrections import correct_connection
from utilities.services.reach import export_reach, measure_reach

__all__ = ["correct_connection", "export_reach", "measure_reach"]
