"""Stages or applies a survey and stops just before the end, so that a test can kill it there.

Arguments: step (stage | apply), what (path or file id), user name, database. Prints "ready" inside the transaction.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Runs the step up to its audit row, then waits to be killed."""
    step, what, username, database = sys.argv[1:]
    os.environ["IMIS_DB_NAME"] = database
    django.setup()
    from django.utils import timezone

    from holdings.models import SurveyFile
    from holdings.services import survey_apply, survey_stage
    from imis.models import User

    def wait(**details: object) -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        time.sleep(120)

    by = User.objects.get(username=username)
    if step == "stage":
        survey_stage.record = wait
        survey_stage.stage_survey(path=Path(what), name=Path(what).name, by=by, at=timezone.now())
    else:
        survey_apply.record = wait
        survey_apply.apply_survey(file=SurveyFile.objects.get(pk=what), by=by, at=timezone.now())


if __name__ == "__main__":
    main()
