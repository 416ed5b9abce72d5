"""Background work on survey files; each step commits by itself, so a killed worker goes on where it was."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import holdings.intake.tasks  # noqa: F401 - registers its handlers
from holdings.bringing import bring
from holdings.models import SurveyFile
from holdings.services import apply_survey, check_survey, stage_survey
from imis.jobs import Step, handler
from imis.models import Job


def _page(job: Job) -> str:
    return reverse("holdings:survey", args=[job.result["file"]])


@handler("bring_survey", label=_("Reading and checking a survey file"), result_url=_page, start="holdings:surveys")
def bring_survey(job: Job, step: Step) -> dict[str, Any]:
    """Stages the kept upload, then checks it."""
    return bring(job, step, stage=stage_survey, act=lambda file: _check(job, file))


def _check(job: Job, file: int) -> None:
    check_survey(file=SurveyFile.objects.get(pk=file), by=job.requested_by, at=timezone.now())


@handler("check_survey", label=_("Checking a survey file"), result_url=_page, start="holdings:surveys")
def check_again(job: Job, step: Step) -> dict[str, Any]:
    """Checks a staged file once more."""
    with step():
        _check(job, job.arguments["file"])
    return {"file": job.arguments["file"]}


@handler("apply_survey", label=_("Applying a survey file to the register"), result_url=_page, start="holdings:surveys")
def apply(job: Job, step: Step) -> dict[str, Any]:
    """Applies a checked file in one step: whole or not at all."""
    file = SurveyFile.objects.get(pk=job.arguments["file"])
    with step():
        apply_survey(file=file, by=job.requested_by, at=timezone.now())
    return {"file": file.pk}
