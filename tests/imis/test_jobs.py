"""Jobs: each step exactly once whatever happens to the worker; bounded retries; visible progress."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from django.db import connection, connections, transaction
from django.utils.translation import gettext, override

from imis import jobs
from imis.errors import Refused
from imis.models import Counter, Job, User

AT = datetime(2026, 7, 1, 9, 0, tzinfo=timezone.utc)
State = Job.State


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create(username="clerk")


def enqueue(clerk: User, kind: str, **more: object) -> Job:
    return jobs.enqueue(kind=kind, arguments={"steps": 5}, by=clerk, at=AT, steps_total=5, **more)  # type: ignore[arg-type]


@jobs.handler("count_up")
def count_up(job: Job, step: jobs.Step) -> dict[str, int]:
    while (n := step.checkpoint.get("n", 0)) < job.arguments["steps"]:
        with step() as checkpoint:
            Counter.objects.create(series=f"step-{n}")
            checkpoint["n"] = n + 1
    return {"steps": n}


class Broken(RuntimeError):
    """A defect in a handler."""


@jobs.handler("always_broken")
def always_broken(job: Job, step: jobs.Step) -> None:
    with step():
        Counter.objects.create(series="must-not-stay")
        raise Broken("secret 01712345678")


@jobs.handler("refuses")
def refuses(job: Job, step: jobs.Step) -> None:
    raise Refused("The ward has no assessment.", remedy="Assess it first.")


@jobs.handler("refuses_in_words")
def refuses_in_words(job: Job, step: jobs.Step) -> None:
    raise Refused(gettext("Administrator"), remedy=gettext("Assessor"))


def test_a_job_runs_to_its_end_with_progress(clerk: User) -> None:
    enqueue(clerk, "count_up")
    done = jobs.work_once(AT)
    assert done is not None
    assert (done.state, done.steps_done, done.result, done.finished_at) == (State.DONE, 5, {"steps": 5}, AT)
    assert Counter.objects.count() == 5
    assert jobs.work_once(AT) is None


def test_the_oldest_waiting_job_comes_first(clerk: User) -> None:
    later = jobs.enqueue(kind="refuses", arguments={}, by=clerk, at=AT + timedelta(minutes=1))
    first = jobs.enqueue(kind="refuses", arguments={}, by=clerk, at=AT)
    assert [jobs.work_once(AT), jobs.work_once(AT)] == [first, later]


def test_a_defect_is_retried_a_bounded_number_of_times_and_leaves_nothing(clerk: User) -> None:
    job = enqueue(clerk, "always_broken", max_attempts=3)
    now = AT
    for attempt in (1, 2):
        jobs.work_once(now)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (State.WAITING, attempt)
        assert jobs.work_once(now) is None, "a retry waits"
        now += timedelta(minutes=5)
    jobs.work_once(now)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.steps_done) == (State.FAILED, 3, 0)
    assert job.error == "Broken", "the text of an exception may hold personal data; only its kind is kept"
    assert not Counter.objects.exists()


@pytest.mark.parametrize(("language", "said"), [("en", "Administrator"), ("bn", "প্রশাসক"), ("bn-bd", "প্রশাসক")])
def test_a_refusal_speaks_the_language_of_the_one_who_asked(clerk: User, language: str, said: str) -> None:
    """Whatever language the worker has."""
    with override(language):
        job = enqueue(clerk, "refuses_in_words")
    with override("bn" if language == "en" else "en"):
        jobs.work_once(AT)
    job.refresh_from_db()
    assert job.error.startswith(f"{said} ")


def test_a_refusal_is_not_retried_and_says_what_to_do(clerk: User) -> None:
    enqueue(clerk, "refuses")
    job = jobs.work_once(AT)
    assert job is not None
    assert (job.state, job.attempts) == (State.FAILED, 1)
    assert job.error == "The ward has no assessment. Assess it first."


def test_an_unknown_kind_fails_with_its_name(clerk: User) -> None:
    enqueue(clerk, "no_such_kind")
    job = jobs.work_once(AT)
    assert job is not None and job.state == State.FAILED and "no_such_kind" in job.error


def test_a_stopped_worker_returns_the_job_at_its_checkpoint(clerk: User) -> None:
    job = enqueue(clerk, "count_up")
    answers = iter([False, False, True])
    jobs.work_once(AT, stop=lambda: next(answers))
    job.refresh_from_db()
    assert (job.state, job.steps_done, job.checkpoint) == (State.WAITING, 2, {"n": 2})
    again = jobs.work_once(AT)
    assert again is not None and again.state == State.DONE and Counter.objects.count() == 5


def test_a_worker_that_lost_its_claim_writes_nothing(clerk: User) -> None:
    job = enqueue(clerk, "count_up")
    held = jobs._claim(AT)
    assert held is not None
    Job.objects.filter(pk=job.pk).update(claim="00000000-0000-0000-0000-000000000001")
    with pytest.raises(jobs.LostJob), jobs.Step(held, lambda: False)():
        Counter.objects.create(series="from-the-dead")
    assert not Counter.objects.exists()
    jobs._unlock(held)


@pytest.mark.django_db(transaction=True)
def test_a_step_refuses_an_outer_transaction() -> None:
    clerk = User.objects.create(username="clerk")
    jobs.enqueue(kind="count_up", arguments={"steps": 1}, by=clerk, at=AT)
    held = jobs._claim(AT)
    assert held is not None
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), jobs.Step(held, lambda: False)():
        pass
    jobs._unlock(held)


@pytest.fixture
def trace_table(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS job_trace; CREATE TABLE job_trace (n integer NOT NULL)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE job_trace")


def start_worker() -> subprocess.Popen[bytes]:
    environment = os.environ | {"IMIS_DB_NAME": connection.settings_dict["NAME"]}
    return subprocess.Popen([sys.executable, "-m", "tests.imis.killable_worker"], env=environment)


def steps_done(job: Job) -> int:
    return Job.objects.values_list("steps_done", flat=True).get(pk=job.pk)


def wait_for(job: Job, at_least: int, worker: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 30
    while steps_done(job) < at_least and worker.poll() is None:
        assert time.monotonic() < limit, "the worker makes no progress"
        time.sleep(0.003)


def test_killed_workers_do_every_step_exactly_once(trace_table: None) -> None:
    clerk = User.objects.create(username="clerk")
    job = jobs.enqueue(kind="leave_traces", arguments={"steps": 200}, by=clerk, at=AT, steps_total=200)
    kills = 0
    while kills < 7:
        worker = start_worker()
        # Two more steps, then the kill lands somewhere inside the next one.
        wait_for(job, steps_done(job) + 2 + kills, worker)
        time.sleep(0.004 * kills)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL, "the worker was still at work when it was killed"
        kills += 1
    assert Job.objects.get(pk=job.pk).state == State.RUNNING, "a killed worker cannot say goodbye"
    # Two workers at once: the job must still be run by one only.
    survivors = [start_worker(), start_worker()]
    assert [worker.wait(60) for worker in survivors] == [0, 0]
    job.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM job_trace ORDER BY n")
        traces = [n for (n,) in cursor.fetchall()]
    assert traces == list(range(1, 201))
    assert (job.state, job.steps_done, job.result) == (State.DONE, 200, {"steps": 200})


def test_a_worker_killed_without_progress_fails_at_the_bound(trace_table: None) -> None:
    clerk = User.objects.create(username="clerk")
    job = jobs.enqueue(kind="leave_traces", arguments={"steps": 1}, by=clerk, at=AT, max_attempts=2)
    for _ in range(2):
        # What a killed worker leaves: a RUNNING row whose session lock nobody holds.
        assert jobs._claim(AT) is not None
        connections.close_all()
        jobs.reap(now=AT)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.FAILED, 2)


def test_terminated_worker_finishes_its_step_and_ends(trace_table: None) -> None:
    clerk = User.objects.create(username="clerk")
    job = jobs.enqueue(kind="leave_traces", arguments={"steps": 200}, by=clerk, at=AT, steps_total=200)
    worker = start_worker()
    wait_for(job, 3, worker)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    job.refresh_from_db()
    assert job.state == State.WAITING and 3 <= job.steps_done < 200
