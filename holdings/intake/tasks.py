"""Background work on files brought in; each step commits by itself, so a killed worker goes on where it was."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from holdings.bringing import bring
from holdings.intake.models import IntakeFile
from holdings.intake.services import apply_intake, check_intake, stage_intake
from imis.jobs import Step, handler
from imis.models import Job


def _page(job: Job) -> str:
    return reverse("intake:file", args=[job.result["file"]])


@handler("bring_intake", label=_("Reading and checking a file"), result_url=_page, start="intake:files")
def bring_intake(job: Job, step: Step) -> dict[str, Any]:
    """Stages the kept upload, then checks it."""
    stage = partial(stage_intake, kind=job.arguments["kind"])
    return bring(job, step, stage=stage, act=lambda file: _check(job, file))


def _check(job: Job, file: int) -> None:
    check_intake(file=IntakeFile.objects.get(pk=file), by=job.requested_by, at=timezone.now())


@handler("check_intake", label=_("Checking a file"), result_url=_page, start="intake:files")
def check_again(job: Job, step: Step) -> dict[str, Any]:
    """Checks a staged file once more."""
    with step():
        _check(job, job.arguments["file"])
    return {"file": job.arguments["file"]}


@handler("apply_intake", label=_("Entering the rows of a file"), result_url=_page, start="intake:files")
def apply(job: Job, step: Step) -> dict[str, Any]:
    """Applies a checked file in one step: whole or not at all."""
    file = IntakeFile.objects.get(pk=job.arguments["file"])
    with step():
        apply_intake(file=file, by=job.requested_by, at=timezone.now())
    return {"file": file.pk}
