"""The bills of a whole ward as one PDF, made in the background and downloaded when it is done."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from imis import jobs
from imis.models import Job
from imis.roles import Permission
from tax.documents import chunk, ward_file
from tax.documents.bills import printed
from tax.queries.ward_bills import WARD_BILLS, bills_to_print, ward_bills_folder


def _address(job: Job) -> str:
    return reverse("tax:ward_file", args=[job.pk])


@jobs.handler(
    WARD_BILLS, label=gettext_lazy("Bills of a ward as PDF"), result_url=_address, permission=Permission.PRINT_BILLS
)
def print_ward(job: Job, step: jobs.Step) -> dict[str, Any]:
    """Typesets the parts that are not yet done, two processes at a time, then joins them; a part is a step."""
    rows = bills_to_print(job.arguments)
    count = rows.count()
    folder = ward_bills_folder(job)
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
            running.append((n, chunk.start(printed(rows[first:end]), lang=job.arguments["lang"], out=parts[n])))
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
