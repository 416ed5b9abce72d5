"""What the auditor and the public see."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse as url
from django.utils import timezone

from imis.jobs import registered
from imis.ledger.models import Entry, Receipt
from imis.ledger.services import receipt_token, reverse, seal_day
from imis.models import AuditRow, Job, User
from tests.ledger.books import AT, clerk
from tests.ledger.intruder import attack

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def auditor(client: Client) -> Client:
    user = User.objects.create(username="auditor", roles=["auditor"], all_wards=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, address: str, language: str = "en") -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode()).replace("\u00a0", " ")


def test_the_day_book_shows_entries_with_lines_receipts_and_reversals(auditor: Client) -> None:
    html = page(auditor, url("ledger:day_book") + "?day=2026-07-15&page=1")
    assert "run:1<" in html and "Tax receivable" in html and "৳ 1.25" in html
    last = page(auditor, url("ledger:day_book") + "?day=2026-07-15&page=99")
    assert "R-000003" in (html + last) and "Reversed" in (html + last) and "Reverses wrong" in (html + last)
    bangla = page(auditor, url("ledger:day_book") + "?day=2026-07-15", "bn")
    assert "প্রাপ্য কর" in bangla and "৳ ১.২৫" in bangla
    assert "No entry takes effect" in page(auditor, url("ledger:day_book") + "?day=2020-01-01")
    assert page(auditor, url("ledger:day_book") + "?day=nonsense")


def test_the_trial_balance_adds_up(auditor: Client) -> None:
    html = page(auditor, url("ledger:trial_balance") + "?day=2026-07-15")
    assert "Equal" in html and "Not equal" not in html
    assert "৳ 750" in html


def test_the_chain_page_shows_closed_days_and_the_proof(auditor: Client) -> None:
    seal = seal_day(day=timezone.localdate(), by=clerk(), at=timezone.now())
    html = page(auditor, url("ledger:chain"))
    assert "not been proved yet" in html and seal.hash_text[:16] in html

    answer = auditor.post(url("ledger:prove"))
    job = Job.objects.get(kind="prove_books")
    assert answer.headers["Location"] == url("job", kwargs={"job_id": job.pk})
    assert AuditRow.objects.filter(action="request_proof").exists()
    prove(job)
    assert "every row is what it was" in page(auditor, url("ledger:chain"))

    key = Entry.objects.get(source="run:17").pk
    attack(f"UPDATE ledger_line SET debit = debit + 1 WHERE entry_id = {key} AND n = 1")
    prove(job)
    html = page(auditor, url("ledger:chain"))
    assert f"line {key}.1 altered" in html and f"entry {key} (run:17)" in html


def prove(job: Job) -> None:
    kind = registered(job.kind)
    assert kind is not None and kind.result_url is not None
    job.result = kind.run(job, None) or {}  # type: ignore[arg-type]
    job.state, job.finished_at = Job.State.DONE, timezone.now()
    job.save()
    assert kind.result_url(job) == url("ledger:chain")


def test_others_do_not_see_the_books(client: Client) -> None:
    user = User.objects.create(username="cashier", roles=["cashier"], all_wards=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("ledger:day_book", "ledger:trial_balance", "ledger:chain"):
        assert client.get(url(name)).status_code == 403
    assert client.post(url("ledger:prove")).status_code == 403


def test_anyone_may_prove_a_receipt_in_two_languages(client: Client) -> None:
    receipt = Receipt.objects.get(number=2)
    token = receipt_token(receipt)
    html = page(client, url("verify_receipt", kwargs={"token": token}))
    assert "This receipt is genuine" in html
    assert "৳ 250" in html and "৳ ২৫০" in html and "২২-০১২৩/ক" in html
    assert str(receipt) in html and "clerk" not in html
    assert page(client, "/VERIFY/" + token) and page(client, "/verify/" + token.lower())

    reverse(entry=receipt.entry, source="back", reason="dishonoured", by=clerk(), at=AT)
    assert "This receipt was cancelled" in page(client, url("verify_receipt", kwargs={"token": token}))

    other = "B" if token[9] != "B" else "C"
    answer = client.get(url("verify_receipt", kwargs={"token": token[:9] + other + token[10:]}))
    assert answer.status_code == 404 and "not genuine" in answer.content.decode()


def test_the_code_may_be_typed(client: Client) -> None:
    token = receipt_token(Receipt.objects.get(number=1))
    assert "camera" in page(client, url("enter_receipt"))
    typed = "\n".join(token[start : start + 40] for start in range(0, len(token), 40))
    answer = client.post(url("enter_receipt"), {"token": typed})
    assert answer.headers["Location"] == url("verify_receipt", kwargs={"token": token})
    assert client.post(url("enter_receipt"), {"token": "<script>"}).status_code == 404


def test_reading_costs_a_fixed_number_of_queries(auditor: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page(auditor, url("ledger:day_book") + "?day=2026-07-15")


def test_closing_a_day_prints_its_anchor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    out = StringIO()
    call_command("seal_day", timezone.localdate().isoformat(), stdout=out)
    anchor = out.getvalue().strip()
    assert anchor.startswith(f"imis-anchor day={timezone.localdate()} seal=10 hash=")
    again = StringIO()
    call_command("verify_chain", print_anchors=True, stdout=again)
    assert again.getvalue().strip() == anchor
