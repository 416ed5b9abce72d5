"""Background work of the map."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imis.jobs import Step, handler
from imis.models import Job
from layers.services import SUMMARIES_JOB, refresh_summaries


@handler(SUMMARIES_JOB, label=_("Counting the map's sums"))
def count_summaries(job: Job, step: Step) -> dict[str, Any]:
    """Counts the low-zoom summaries anew, in one step."""
    step.expect(1)
    with step():
        squares = refresh_summaries(by=job.requested_by, at=timezone.localtime())
    return {"squares": squares}
