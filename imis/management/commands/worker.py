"""Runs background jobs until it is told to stop."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection

from imis import jobs


class Command(BaseCommand):
    """`manage.py worker`: SIGTERM ends it after the current step; SIGKILL loses nothing."""

    help = "Runs background jobs (bill printing, imports) one at a time, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--until-empty` for scripts and tests, `--poll` for the pause when nothing waits."""
        parser.add_argument("--until-empty", action="store_true", help="end when no job waits")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds between looks at an empty queue")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works until the queue is empty (`--until-empty`) or a signal arrives."""
        self._stopping = False
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._stop)
        while not self._stopping:
            if self._one_job():
                continue
            if options["until_empty"]:
                break
            time.sleep(options["poll"])

    def _one_job(self) -> bool:
        try:
            with connection.cursor() as cursor:
                # The limits of the serving role are for pages; one step of a job may take longer.
                cursor.execute("SET statement_timeout = '30min'")
                cursor.execute("SET idle_in_transaction_session_timeout = '30min'")
            job = jobs.work_once(stop=lambda: self._stopping)
        except OperationalError:
            # The database went away; the job's lock went with the session, so it will be reaped.
            connection.close()
            return False
        if job is None:
            return False
        self.stdout.write(f"{job.kind} {job.pk} {job.state} {job.steps_done}/{job.steps_total}")
        return True

    def _stop(self, *_: object) -> None:
        self._stopping = True
