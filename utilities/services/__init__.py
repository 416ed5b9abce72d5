"""Writes of the utilities; files come in through holdings.intake (utilities.intakes)."""

from utilities.services.reach import export_reach, measure_reach

__all__ = ["export_reach", "measure_reach"]
