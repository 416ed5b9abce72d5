"""Asks for the bills of a whole ward as one PDF, which `tax.tasks` makes in the background; clears old ones away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from imis import audit, jobs
from imis.errors import Refused
from imis.models import Job, User
from tax.documents import ward_file
from tax.documents.wording import LANGUAGES
from tax.models import Bill
from tax.queries.ward_bills import WARD_BILLS, bills_to_print, ward_bills_file, ward_bills_room

_AT_WORK = (Job.State.WAITING, Job.State.RUNNING)


def request_ward_bills(*, ward: int, fiscal_year: int, quarter: int, by: User, at: datetime, lang: str = "bn") -> Job:
    """Puts the printing of a ward's bills of one quarter into the queue, or returns the job that already makes it.

    The file holds the bills issued up to now, by the collector's route. Refused when none were issued; ValueError for
    an unknown language. Writes one audit row.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no bill in the language {lang!r}")
    place = {"ward": ward, "fiscal_year": fiscal_year, "quarter": quarter}
    last = Bill.objects.filter(ward_id=ward, fiscal_year=fiscal_year, quarter=quarter).aggregate(last=Max("pk"))["last"]
    if last is None:
        raise Refused(_("No bills of this ward were issued for this quarter."), remedy=_("Issue the bills first."))
    arguments = {**place, "lang": lang, "through": last}
    count = bills_to_print(arguments).count()
    with transaction.atomic():
        job = _same_job(arguments) or jobs.enqueue(
            kind=WARD_BILLS, arguments=arguments, steps_total=ward_file.part_count(count) + 1, by=by, at=at
        )
        audit.record(by=by, at=at, action="print_ward_bills", object_type="job", object_id=job.pk, bills=count, **place)
    return job


def _same_job(arguments: dict[str, Any]) -> Job | None:
    """A job that makes or made the very same file: bills never change after they are issued."""
    alive = Job.objects.filter(kind=WARD_BILLS, arguments=arguments).exclude(state=Job.State.FAILED)
    for job in alive.order_by("requested_at"):
        if job.state != Job.State.DONE or ward_bills_file(job):
            return job
    return None


def clear_ward_bills(*, by: User | None, at: datetime) -> int:
    """Removes ward files, and parts of ones never finished, that are older than WARD_BILLS_DAYS; returns how many.

    They hold the names and addresses of a whole ward and can be made again at any time. What a waiting or running job
    works on stays. Writes one audit row; `by` is None for the nightly run.
    """
    before = (at - timedelta(days=settings.WARD_BILLS_DAYS)).timestamp()
    working = set(Job.objects.filter(kind=WARD_BILLS, state__in=_AT_WORK).values_list("pk", flat=True))
    old = [path for path, job in _made() if job not in working and path.stat().st_mtime < before]
    with transaction.atomic():
        audit.record(
            by=by,
            at=at,
            action="clear_ward_bills",
            object_type="ward_bills",
            object_id="old",
            count=len(old),
        )
        for path in old:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return len(old)


def _made() -> Iterator[tuple[Path, UUID]]:
    """What lies in the folder of ward files and bears the name of a job."""
    room = ward_bills_room()
    for path in sorted(room.iterdir()) if room.is_dir() else ():
        try:
            yield path, UUID(path.name.removesuffix(".pdf"))
        except ValueError:
            continue  # not of our making
