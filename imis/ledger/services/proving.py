"""Asks for the proof of the books in the background."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from imis import audit, jobs
from imis.models import Job, User


def request_proof(*, by: User, at: datetime) -> Job:
    """Queues a proof of the books and returns its job."""
    with transaction.atomic():
        job = jobs.enqueue(kind="prove_books", arguments={}, by=by, at=at)
        audit.record(by=by, at=at, action="request_proof", object_type="books", object_id=job.pk)
    return job
