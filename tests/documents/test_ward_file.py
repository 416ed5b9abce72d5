"""A ward's bills as one file: real bills, real workers, and what kill -9 leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from imis import jobs
from imis.errors import Refused
from imis.models import AuditRow, Job
from tax import tasks
from tax.documents import ward_file
from tax.documents.bills import bills_pdf
from tax.documents.chunk import PROJECT, start
from tax.documents.content import bill_page
from tax.documents.verification import bill_address
from tax.models import Bill
from tax.queries import rule_set_on, ward_bills_file
from tax.queries.ward_bills import ward_bills_folder
from tax.services import assess_ward, clear_ward_bills, issue_bills, request_ward_bills
from tests.documents.pages import codes_on, joined, page_texts, pictures
from tests.tax.city import START, build_city, moment, officer

ISSUED, DUE = date(2026, 7, 15), date(2026, 9, 30)
AT = moment(ISSUED)


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def issue(count: int, ward: int = 22) -> list[Bill]:
    """Bills of the first quarter of 2026-27 for a generated ward, in the collector's order."""
    build_city(wards=[ward], count=count)
    assess_ward(ward=ward, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    issue_bills(ward=ward, fiscal_year=2026, quarter=1, issued_on=ISSUED, due_on=DUE, by=officer("c"), at=AT)
    return list(Bill.objects.filter(ward_id=ward).order_by("route_order", "number"))


def request(**changed: object) -> Job:
    given = {"ward": 22, "fiscal_year": 2026, "quarter": 1, "by": officer("c"), "at": AT, **changed}
    return request_ward_bills(**given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_real_bills_say_on_paper_what_their_rows_say() -> None:
    bills = issue(30)
    assert len(bills) > 20
    for lang in ("bn", "en"):
        made = bills_pdf(bills, lang=lang)
        path = Path(settings.MEDIA_ROOT) / "few.pdf"
        path.write_bytes(made)
        pages = page_texts(path)
        for bill in bills:
            content = bill_page(bill.snapshot, lang)
            (page,) = [text for text in pages if text.count(joined(content["number"])) >= 3]
            said = [step[part] for step in content["steps"] for part in ("label", "formula", "amount")]
            said += [content["in_words"], content["payer"]["name"], "৳" + content["payable"]]
            assert [text for text in said if joined(text) not in page] == []
    assert codes_on(pictures(bills_pdf(bills[:1]))[0]) == [bill_address(bills[0].snapshot)] * 3


@pytest.mark.django_db
def test_a_request_is_recorded_and_the_same_request_gets_the_same_job() -> None:
    with pytest.raises(Refused):
        request()
    issue(3)
    first = request()
    assert request() == first and request(lang="en") != first
    assert first.steps_total == 2 and ward_bills_file(first) is None
    assert AuditRow.objects.filter(action="print_ward_bills", ward=22).count() == 3
    with pytest.raises(ValueError):
        request(lang="fr")


@pytest.mark.django_db(transaction=True)
def test_bills_issued_after_the_request_are_another_file() -> None:
    bills = issue(4)
    job = request()
    issue(2, ward=23)
    done = jobs.work_once(AT)
    assert done is not None and (done.pk, done.state, done.error) == (job.pk, Job.State.DONE, "")
    assert done.result["bills"] == len(bills) and request() == job
    made = ward_bills_file(done)
    assert made is not None and made.filename == "bills-ward-22-2026-27-q1-bn.pdf"
    made.path.unlink()
    assert request() != job, "a file that was cleared away is made again"


@pytest.mark.django_db(transaction=True)
def test_a_page_that_cannot_be_set_fails_the_job_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(3)
    job = request()
    monkeypatch.setattr(tasks.chunk, "start", lambda bills, *, lang, out: start(bills, lang="fr", out=out))
    done = jobs.work_once(AT)
    assert done is not None and done.pk == job.pk
    assert done.state == Job.State.WAITING and done.error == "RuntimeError"
    assert ward_bills_file(done) is None


def aged(path: Path, days: int) -> Path:
    """The same path with its clock put back from AT."""
    when = (AT - timedelta(days=days)).timestamp()
    os.utime(path, (when, when))
    return path


@pytest.mark.django_db
def test_old_files_of_wards_are_cleared_away(media: Path, settings: Any) -> None:
    issue(3)
    kept, old, waiting = (request(lang=lang) for lang in ("bn", "en", "bn"))
    assert kept == waiting
    Job.objects.filter(pk=old.pk).update(state=Job.State.DONE)
    room = ward_bills_folder(old).parent
    orphan = room / f"{uuid4()}"
    for folder in (orphan, ward_bills_folder(kept)):
        folder.mkdir(parents=True)
        (folder / "0000000.json").write_text("names")
        aged(folder, 30)
    for name in (f"{old.pk}.pdf", "notes.txt"):
        (room / name).write_text("names")
        aged(room / name, 8)
    young = room / f"{uuid4()}.pdf"
    young.write_text("names")
    aged(young, 6)
    assert clear_ward_bills(by=None, at=AT) == 2
    assert sorted(path.name for path in room.iterdir()) == sorted([str(kept.pk), "notes.txt", young.name])
    assert AuditRow.objects.get(action="clear_ward_bills").details == {"count": 2}
    settings.WARD_BILLS_DAYS = 5
    call_command("clear_ward_bills")
    assert not young.exists() and ward_bills_folder(kept).exists(), "a job that waits keeps its parts"
    assert request(lang="en") != old, "what was cleared away is made again"


def start_worker(media: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"IMIS_DB_NAME": connection.settings_dict["NAME"], "IMIS_MEDIA_ROOT": str(media)}
    return subprocess.Popen([sys.executable, "manage.py", "worker", "--until-empty"], cwd=PROJECT, env=environment)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_workers_resume_and_every_bill_is_printed_once_in_order(media: Path) -> None:
    bills = issue(2 * ward_file.PAGES_A_PART + 60)
    job = request()
    assert job.steps_total == 4
    for kill in range(2):
        worker = start_worker(media)
        limit = time.monotonic() + 60
        before = Job.objects.get(pk=job.pk).steps_done
        # First while parts are being set, then right after one was recorded.
        while worker.poll() is None and (
            Job.objects.get(pk=job.pk).steps_done <= before if kill else not list(media.rglob("*.json"))
        ):
            assert time.monotonic() < limit
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL, "the worker was still at work when it was killed"
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    assert start_worker(media).wait(120) == 0
    job.refresh_from_db()
    assert (job.state, job.steps_done) == (Job.State.DONE, 4)
    made = ward_bills_file(job)
    assert made is not None
    pages = page_texts(made.path)
    numbers = [joined(bill_page(bill.snapshot, "bn")["number"]) for bill in bills]
    assert len(pages) == job.result["pages"]
    printed = [number for page in pages for number in numbers if page.count(number) >= 3]
    assert printed == numbers
    left = [path.name for path in (media / "ward-bills").iterdir()]
    assert left == [f"{job.pk}.pdf"], "no part and no name is left over"
