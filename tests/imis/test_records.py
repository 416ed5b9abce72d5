"""The progress page of a background job: shown to its owner, asked every second, quiet at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import gettext_noop

from imis import jobs
from imis.models import Job, User
from imis.roles import Permission, Role

AT = datetime(2026, 7, 1, 9, 0, tzinfo=timezone.utc)


@jobs.handler("pages_of_paper", label=gettext_noop("Bills"), result_url=lambda job: f"/result/{job.result['file']}")
def pages_of_paper(job: Job, step: jobs.Step) -> dict[str, str]:
    step.expect(2)
    while step.checkpoint.get("n", 0) < 2:
        with step() as checkpoint:
            checkpoint["n"] = checkpoint.get("n", 0) + 1
    return {"file": "ward-22.pdf"}


@pytest.fixture(autouse=True)
def english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]


@pytest.fixture
def mine(signed_in: Callable[..., Client]) -> tuple[Client, Job]:
    client = signed_in(Role.COLLECTOR)
    owner = User.objects.get(username=Role.COLLECTOR)
    return client, jobs.enqueue(kind="pages_of_paper", arguments={}, by=owner, at=AT)


def test_the_page_follows_the_job_to_its_result(mine: tuple[Client, Job]) -> None:
    client, job = mine
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "every 1s" in page and "Waiting" in page and "<progress>" in page
    Job.objects.filter(pk=job.pk).update(steps_total=2500, steps_done=1100, state="running")
    part = client.get(f"/jobs/{job.pk}/progress/")
    assert (
        part.status_code == 200 and "1,100 of 2,500" in part.content.decode() and "<html" not in part.content.decode()
    )
    Job.objects.filter(pk=job.pk).update(steps_total=0, steps_done=0, state="waiting")
    jobs.work_once(AT)
    last = client.get(f"/jobs/{job.pk}/progress/")
    assert last.status_code == 286, "HTMX stops asking"
    assert 'href="/result/ward-22.pdf"' in last.content.decode()
    assert "every 1s" not in client.get(f"/jobs/{job.pk}/").content.decode()


def test_a_failure_is_told_in_words(mine: tuple[Client, Job]) -> None:
    client, job = mine
    Job.objects.filter(pk=job.pk).update(state="failed", error="The ward has no bills. Issue them first.")
    answer = client.get(f"/jobs/{job.pk}/progress/")
    assert answer.status_code == 286 and "Issue them first" in answer.content.decode()


def test_colleagues_who_could_have_asked_may_watch(mine: tuple[Client, Job], signed_in: Callable[..., Client]) -> None:
    """Two collectors of a ward who want the same file share one job."""
    _client, job = mine
    jobs.handler("ward_paper", permission=Permission.PRINT_BILLS)(pages_of_paper)
    Job.objects.filter(pk=job.pk).update(kind="ward_paper", arguments={"ward": 22})
    seen = {}
    for ward in (22, 24):
        colleague = signed_in(Role.COLLECTION_OFFICER, wards=[ward], username=str(ward))
        seen[ward] = colleague.get(f"/jobs/{job.pk}/").status_code
    assert seen == {22: 200, 24: 404}
    assert signed_in(Role.PLANNER).get(f"/jobs/{job.pk}/").status_code == 404


def test_a_job_is_nobody_elses_business(mine: tuple[Client, Job], signed_in: Callable[..., Client]) -> None:
    _client, job = mine
    boss = signed_in(Role.ADMINISTRATOR)
    for address in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/progress/", f"/jobs/{uuid4()}/"):
        assert boss.get(address).status_code == 404


def test_the_administrator_sees_what_runs_waits_and_failed(
    mine: tuple[Client, Job], signed_in: Callable[..., Client]
) -> None:
    _client, waiting = mine
    owner = waiting.requested_by
    broken, refused = (jobs.enqueue(kind="pages_of_paper", arguments={}, by=owner, at=AT) for _ in range(2))
    Job.objects.filter(pk=broken.pk).update(state="failed", error="KeyError", finished_at=AT)
    Job.objects.filter(pk=refused.pk).update(
        state="failed", error="The ward has no bills.", steps_total=9, steps_done=4
    )
    boss = signed_in(Role.ADMINISTRATOR)
    page = boss.get("/jobs/").content.decode()
    assert page.count('<td class="stack-head">Bills') == 3 and "pages_of_paper" not in page
    assert f"(KeyError). Its lines in the log have the number {broken.pk}" in page
    assert "The ward has no bills." in page and "4 of 9" in page
    # What waits stands first; of another's job there is no link to its page.
    assert page.index("Waiting</span>") < page.index("Failed</span>") and f"/jobs/{waiting.pk}/" not in page
    failed = boss.get("/jobs/", {"state": "failed"}).content.decode()
    assert failed.count("stack-head") == 2 and "Waiting</span>" not in failed
    assert boss.get("/jobs/", {"state": "sideways"}).status_code == 200
    boss.cookies["django_language"] = "bn"
    assert "ব্যর্থ" in boss.get("/jobs/").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_sees_everyones_jobs(role: Role, signed_in: Callable[..., Client]) -> None:
    assert signed_in(role).get("/jobs/").status_code == 403


def test_a_failure_leads_back_to_where_it_was_asked_for(mine: tuple[Client, Job]) -> None:
    client, job = mine
    jobs.handler("failing_paper", start="tax:desk")(pages_of_paper)
    Job.objects.filter(pk=job.pk).update(state="failed", kind="failing_paper", error=jobs.WORKER_GONE)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'class="button primary" href="/tax/"' in page and jobs.WORKER_GONE in page
