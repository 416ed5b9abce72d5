"""Background work that survives the death of its worker, each step exactly once.

A job is claimed with SKIP LOCKED and held by a session advisory lock, which PostgreSQL drops when the
worker dies; the next worker reaps such jobs before it claims one. A step, its checkpoint and its
progress commit together, so a killed step leaves nothing and a finished step is never run again.

A handler reads its position from the checkpoint and does one step per `with step()`:

    @handler("ward_pdf", label=_("Bills of a ward as PDF"))
    def run(job: Job, step: Step) -> dict[str, object]:
        while todo := queries.after(job.arguments["ward"], step.checkpoint.get("after", 0)):
            with step() as checkpoint:
                …                               # rows written here commit with the checkpoint
                checkpoint["after"] = todo[-1].pk
        return {"file": …}
"""

from __future__ import annotations

import copy
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext, gettext_noop, override

from imis.errors import IMISError
from imis.models import Job, User
from imis.roles import Permission, may
from imis.spoken import language

WORKER_GONE = gettext_noop("The worker ended before the job did.")

log = logging.getLogger("imis.jobs")

Handler = Callable[[Job, "Step"], "dict[str, Any] | None"]
State = Job.State
_KEY = "hashtextextended('imis_job:' || %s, 0)"


class LostJob(RuntimeError):
    """This worker no longer holds the job (its connection broke and another took over)."""


class Stopping(Exception):
    """The worker was asked to end; the job goes back to the queue at its checkpoint."""


@dataclass(frozen=True)
class Registered:
    """A kind of job: what runs it, what a person calls it, and where its result is shown."""

    run: Handler
    label: str | Promise
    result_url: Callable[[Job], str] | None
    start: str
    permission: Permission | None


_handlers: dict[str, Registered] = {}
_discovered: list[bool] = []


def handler(
    kind: str,
    *,
    label: str | Promise = "",
    result_url: Callable[[Job], str] | None = None,
    start: str = "home",
    permission: Permission | None = None,
) -> Callable[[Handler], Handler]:
    """Registers the function that runs jobs of `kind`; put it in an app's `tasks.py`.

    `label` is the translated title on the progress page, `result_url(job)` the address offered when done, `start` the
    name of the page on which such a job is asked for, offered when it failed.
    Who holds `permission` (in the ward of the arguments, if there is one) may watch the job beside its owner.
    """

    def register(run: Handler) -> Handler:
        _handlers[kind] = Registered(run, label or kind, result_url, start, permission)
        return run

    return register


def registered(kind: str) -> Registered | None:
    """What is registered for `kind`, after loading every app's `tasks.py` once."""
    if not _discovered:
        autodiscover_modules("tasks")
        _discovered.append(True)
    return _handlers.get(kind)


def enqueue(
    *,
    kind: str,
    arguments: dict[str, Any],
    by: User,
    at: datetime,
    steps_total: int = 0,
    max_attempts: int = 5,
) -> Job:
    """Puts a job into the queue, in the caller's transaction if there is one; it will speak the active language.

    `steps_total` feeds the progress bar (0 = not known yet; the handler may call `step.expect(n)`).
    `max_attempts` bounds the starts without a finished step in between.
    """
    return Job.objects.create(
        kind=kind,
        arguments=arguments,
        steps_total=steps_total,
        max_attempts=max_attempts,
        requested_by=by,
        requested_at=at,
        language=language(),
    )


def failure(job: Job) -> str:
    """Why a job stopped or waits for another trial, as a person reads it; "" for one that did neither.

    A refusal was written in words. For a fault of ours the job keeps no more than its kind, since what stands in the
    log may hold personal data: the reader is told the number that the log's lines have.
    """
    if job.error == WORKER_GONE or not job.error.isidentifier():
        return gettext(job.error) if job.error else ""
    said = gettext(
        "Something went wrong inside the system (%(fault)s). Its lines in the log have the number %(number)s."
    )
    return said % {"fault": job.error, "number": job.pk}


def may_watch(job: Job, user: User) -> bool:
    """True for the one who asked for the job and for those who could have asked for it themselves."""
    if job.requested_by_id == user.pk:
        return True
    kind = registered(job.kind)
    return bool(kind and kind.permission and may(user, kind.permission, ward=job.arguments.get("ward")))


class Step:
    """Given to a handler: `with step() as checkpoint:` does one step and commits it with its checkpoint."""

    def __init__(self, job: Job, stop: Callable[[], bool]) -> None:
        self._job = job
        self._stop = stop

    @property
    def checkpoint(self) -> dict[str, Any]:
        """The position after the last finished step ({} at the start)."""
        return self._job.checkpoint

    def expect(self, steps_total: int) -> None:
        """Tells the progress bar how many steps there are in all."""
        self._write(steps_total=steps_total)
        self._job.steps_total = steps_total

    @contextmanager
    def __call__(self, count: int = 1) -> Iterator[dict[str, Any]]:
        """One transaction: the work of the block, the changed checkpoint, and `count` more steps done.

        Raises Stopping before the block when the worker was asked to end, LostJob when another worker
        has taken the job over (the block's work is then rolled back).
        """
        if self._stop():
            raise Stopping
        # Durable: inside an outer transaction a finished step could still be rolled back.
        with transaction.atomic(durable=True):
            position = copy.deepcopy(self._job.checkpoint)
            yield position
            steps_done = self._job.steps_done + count
            self._write(checkpoint=position, steps_done=steps_done, attempts=0)
        self._job.checkpoint, self._job.steps_done, self._job.attempts = position, steps_done, 0

    def _write(self, **columns: Any) -> None:
        if not _held(self._job).update(**columns):
            raise LostJob(str(self._job.pk))


def work_once(now: datetime | None = None, *, stop: Callable[[], bool] = lambda: False) -> Job | None:
    """Reaps the jobs of dead workers, claims the oldest waiting job and runs it; None when none waits.

    `now` (aware) stands for the clock in tests. The returned job is DONE, FAILED, or WAITING for a retry.
    """

    def clock() -> datetime:
        return now or timezone.now()

    reap(now=clock())
    job = _claim(clock())
    if job is None:
        return None
    try:
        with override(job.language):
            _run(job, clock, stop)
    finally:
        _unlock(job)
    job.refresh_from_db()
    return job


def reap(*, now: datetime) -> int:
    """Returns running jobs whose worker is gone to the queue (or fails them); how many there were."""
    reaped = 0
    with transaction.atomic():
        for job in Job.objects.select_for_update(skip_locked=True).filter(state=State.RUNNING):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_try_advisory_xact_lock({_KEY})", [str(job.pk)])
                (free,) = cursor.fetchone()
            if free:
                _put_back(job, now=now, error=WORKER_GONE, wait=timedelta(0))
                reaped += 1
    return reaped


def _claim(now: datetime) -> Job | None:
    """Takes the oldest waiting job: advisory lock first, so that a RUNNING row is always a held one."""
    with transaction.atomic():
        ready = Q(not_before=None) | Q(not_before__lte=now)
        waiting = Job.objects.select_for_update(skip_locked=True).filter(ready, state=State.WAITING)
        job = waiting.order_by("requested_at").first()
        if job is None or not _lock(job):
            return None
        job.state = State.RUNNING
        job.claim = uuid.uuid4()
        job.attempts += 1
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "claim", "attempts", "started_at"])
    return job


def _run(job: Job, clock: Callable[[], datetime], stop: Callable[[], bool]) -> None:
    found = registered(job.kind)
    try:
        if found is None:
            raise IMISError(f"No handler is registered for jobs of the kind {job.kind}.")
        result = found.run(job, Step(job, stop))
        _finish(job, State.DONE, now=clock(), error="", result=result or {})
    except Stopping:
        _held(job).update(state=State.WAITING, claim=None, attempts=0)
    except LostJob:
        log.warning("job_lost", extra={"job": str(job.pk), "kind": job.kind})
    except IMISError as refusal:
        # A refusal is a fact about the data; trying again would only refuse again.
        _finish(job, State.FAILED, now=clock(), error=" ".join(filter(None, [refusal.message, refusal.remedy])))
    except Exception as failure:
        log.exception("job_step_failed", extra={"job": str(job.pk), "kind": job.kind})
        wait = timedelta(seconds=2**job.attempts)
        _put_back(job, now=clock(), error=type(failure).__name__, wait=wait)


def _put_back(job: Job, *, now: datetime, error: str, wait: timedelta) -> None:
    job.refresh_from_db(fields=["attempts"])
    if job.attempts >= job.max_attempts:
        _finish(job, State.FAILED, now=now, error=error)
    else:
        _held(job).update(state=State.WAITING, claim=None, not_before=now + wait, error=error)


def _finish(job: Job, state: str, *, now: datetime, error: str, result: dict[str, Any] | None = None) -> None:
    _held(job).update(state=state, claim=None, finished_at=now, error=error, result=result or {})


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, claim=job.claim)


def _lock(job: Job) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({_KEY})", [str(job.pk)])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _unlock(job: Job) -> None:
    # After a broken connection there is nothing to unlock: the lock died with the session.
    if connection.connection is not None and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({_KEY})", [str(job.pk)])
    else:
        connection.close()
