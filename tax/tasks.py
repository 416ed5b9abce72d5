"""The bills of a whole ward as one PDF, made in the background and downloaded when it is done."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imis import audit, jobs
from imis.bangla import fiscal_year_in
from imis.errors import Refused
from imis.models import Job, User
from imis.roles import Permission
from tax.documents import chunk, ward_file
from tax.documents.bills import printed
from tax.documents.wording import LANGUAGES
from tax.models import Bill

KIND = "ward_bills"


@dataclass(frozen=True)
class WardFile:
    """A finished file: where it lies, and the name under which it is handed out."""

    path: Path
    filename: str


def request_ward_bills(
    *, ward: int, fiscal_year: int, quarter: int, by: User, at: datetime, lang: str = "bn"
) -> Job:
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
            kind=KIND, arguments=arguments, steps_total=ward_file.part_count(count) + 1, by=by, at=at
        )
        audit.record(
            by=by, at=at, action="print_ward_bills", object_type="job", object_id=job.pk, bills=count, **place
        )
    return job


def bills_to_print(arguments: dict[str, Any]) -> QuerySet[Bill]:
    """The bills of a request in the collector's order; bills issued after the request are not among them."""
    return Bill.objects.filter(
        ward_id=arguments["ward"], fiscal_year=arguments["fiscal_year"], quarter=arguments["quarter"],
        pk__lte=arguments["through"],
    ).order_by("route_order", "number")


def ward_bills_file(job: Job) -> WardFile | None:
    """The finished file of a job, None while there is none. The caller checks that the reader may see the ward."""
    path = _folder(job).with_suffix(".pdf")
    if job.kind != KIND or job.state != Job.State.DONE or not path.is_file():
        return None
    asked = job.arguments
    year = fiscal_year_in(asked["fiscal_year"], "en")
    return WardFile(path, f"bills-ward-{asked['ward']}-{year}-q{asked['quarter']}-{asked['lang']}.pdf")


def _address(job: Job) -> str:
    return reverse("tax:ward_file", args=[job.pk])


@jobs.handler(
    KIND, label=gettext_lazy("Bills of a ward as PDF"), result_url=_address, permission=Permission.PRINT_BILLS
)
def print_ward(job: Job, step: jobs.Step) -> dict[str, Any]:
    """Typesets the parts that are not yet done, two processes at a time, then joins them; a part is a step."""
    rows = bills_to_print(job.arguments)
    count = rows.count()
    folder = _folder(job)
    folder.mkdir(parents=True, exist_ok=True)
    step.expect(ward_file.part_count(count) + 1)
    parts = [folder / f"{first:07d}.pdf" for first, _end in ward_file.spans(count)]
    todo = [n for n, part in enumerate(parts) if not part.is_file()]
    _record(set(range(len(parts))) - set(todo), step)
    with _presses() as running:
        for n in todo:
            if len(running) == ward_file.AT_ONCE:
                _finish_first(running, step)
            first, end = n * ward_file.PAGES_A_PART, (n + 1) * ward_file.PAGES_A_PART
            printed_bills = [printed(bill) for bill in rows[first:end]]
            running.append((n, chunk.start(printed_bills, lang=job.arguments["lang"], out=parts[n])))
        while running:
            _finish_first(running, step)
    with step():
        pages = ward_file.merge(parts, folder.with_suffix(".pdf"))
    shutil.rmtree(folder, ignore_errors=True)  # a press orphaned by a killed worker may still write into it
    return {"bills": count, "pages": pages}


def _finish_first(running: list[tuple[int, subprocess.Popen[bytes]]], step: jobs.Step) -> None:
    """Waits for the oldest part and records it. RuntimeError when its process failed."""
    n, process = running.pop(0)
    _out, said = process.communicate()
    if process.returncode:
        # Only the kind of error: its message may quote a bill, and this ends in a log.
        kind = said.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        raise RuntimeError(f"part {n} was not typeset: {kind}")
    _record({n}, step)


def _record(parts: set[int], step: jobs.Step) -> None:
    """Counts finished parts once: a part whose file outlived its worker is finished too."""
    new = parts - set(step.checkpoint.get("done", []))
    if new:
        with step(len(new)) as position:
            position["done"] = sorted({*position.get("done", []), *new})


@contextmanager
def _presses() -> Iterator[list[tuple[int, subprocess.Popen[bytes]]]]:
    """Running processes; none is left behind when the job is stopped or fails."""
    running: list[tuple[int, subprocess.Popen[bytes]]] = []
    try:
        yield running
    finally:
        for _n, process in running:
            process.kill()
            process.communicate()


def _same_job(arguments: dict[str, Any]) -> Job | None:
    """A job that makes or made the very same file: bills never change after they are issued."""
    alive = Job.objects.filter(kind=KIND, arguments=arguments).exclude(state=Job.State.FAILED)
    for job in alive.order_by("requested_at"):
        if job.state != Job.State.DONE or ward_bills_file(job):
            return job
    return None


def _folder(job: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / "ward-bills" / str(job.pk)
