"""kill -9 in the middle of staging and of applying leaves nothing half-written, and a second run completes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from django.db import connection

from holdings.models import Building, Holding, Road, SurveyFile, SurveyRow, Ward
from holdings.queries import Outcomes, outcomes
from holdings.services import apply_survey, check_survey, stage_survey
from imis.models import AuditRow, User
from tests.holdings.conftest import NOW, square

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def kill_in_the_middle(step: str, what: object, by: User, *, children: bool = False) -> None:
    """Starts the step in its own process, waits until its work stands unfinished in the database, and kills it."""
    script = Path(__file__).with_name("import_to_kill.py")
    command = [sys.executable, str(script), step, str(what), by.username, str(connection.settings_dict["NAME"])]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "ready"
        if children:
            assert not psutil.Process(process.pid).children()  # the reading process ended by itself
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    _wait_until_rolled_back()


def _wait_until_rolled_back() -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state <> 'idle' AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the killed process still holds its transaction")


@pytest.fixture
def survey(write: Callable[..., Path]) -> Path:
    rows = [
        (square(30 * (n % 30), 30 * (n // 30)), {"bin": f"B{n}", "ward_no": 21, "house_no": str(n), "street": "ক"})
        for n in range(1, 601)
    ]
    return write("killed.gpkg", rows)


def test_killed_while_staging(survey: Path, wards: list[Ward], assessor: User) -> None:
    kill_in_the_middle("stage", survey, assessor, children=True)
    assert not SurveyFile.objects.exists() and not SurveyRow.objects.exists() and not AuditRow.objects.exists()
    file = stage_survey(path=survey, name=survey.name, by=assessor, at=NOW)
    assert file.row_count == file.rows.count() == 600


def test_killed_while_applying(survey: Path, wards: list[Ward], assessor: User) -> None:
    file = check_survey(file=stage_survey(path=survey, name=survey.name, by=assessor, at=NOW), by=assessor, at=NOW)
    kill_in_the_middle("apply", file.pk, assessor)
    assert not Building.objects.exists() and not Holding.objects.exists() and not Road.objects.exists()
    assert outcomes(file) == Outcomes(600, 0, 0, 600, 600)
    assert not AuditRow.objects.filter(action="apply_survey").exists()
    apply_survey(file=file, by=assessor, at=NOW)
    assert outcomes(file) == Outcomes(600, 600, 0, 0, 0)
    assert (Building.objects.count(), Holding.objects.count(), Road.objects.count()) == (600, 600, 1)
