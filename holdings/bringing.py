"""The background steps of a file on its way in; each commits by itself, so a killed worker goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from imis.errors import Refused
from imis.jobs import Step
from imis.models import Job


class AlreadyStaged(Refused):
    """The same bytes were staged before; `file` is the first time."""

    def __init__(self, file: Any) -> None:
        super().__init__(
            _("This file is already here: it was brought in as “%(name)s”.") % {"name": file.name},
            remedy=_("Nothing was read again. Continue with the file below."),
        )
        self.file = file


def bring(job: Job, step: Step, *, stage: Callable[..., Any], act: Callable[[int], object]) -> dict[str, Any]:
    """Stages the kept upload, then does `act` on its key; of a file that is here already only the key is told."""
    given = job.arguments
    if "file" not in step.checkpoint:
        try:
            with step() as checkpoint:
                file = stage(
                    path=Path(given["path"]),
                    name=given["name"],
                    layer=given.get("layer") or None,
                    crs=given.get("crs") or None,
                    by=job.requested_by,
                    at=timezone.now(),
                )
                checkpoint["file"] = file.pk
        except AlreadyStaged as known:
            with step() as checkpoint:
                checkpoint["file"] = known.file.pk
            return {"file": known.file.pk}
    with step():
        act(step.checkpoint["file"])
    return {"file": step.checkpoint["file"]}
