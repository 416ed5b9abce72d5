"""A real worker process with one handler whose steps leave a trace; `test_jobs` kills it."""

from __future__ import annotations

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from imis.jobs import Step, handler  # noqa: E402
from imis.models import Job  # noqa: E402


@handler("leave_traces")
def leave_traces(job: Job, step: Step) -> dict[str, int]:
    """Writes the number of each step; slow enough that a kill often lands inside a step."""
    total = job.arguments["steps"]
    while (n := step.checkpoint.get("next", 1)) <= total:
        with step() as checkpoint, connection.cursor() as cursor:
            cursor.execute("INSERT INTO job_trace (n) VALUES (%s)", [n])
            cursor.execute("SELECT pg_sleep(0.01)")
            checkpoint["next"] = n + 1
    return {"steps": total}


if __name__ == "__main__":
    call_command("worker", until_empty=True)
