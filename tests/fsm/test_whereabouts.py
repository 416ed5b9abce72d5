"""What the books and the audit log name of the sludge service can be opened by whoever may see it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fsm import services
from fsm.models import Payment
from imis.ledger.models import Entry
from imis.models import AuditRow
from imis.whereabouts import ENTRY, addresses
from tests.fsm.office import Office, someone

pytestmark = pytest.mark.django_db


def test_postings_lead_to_the_request_and_the_receipt(office: Office) -> None:
    request = office.emptied(office.containment(), "1.00")
    payment = office.pay(request)
    assert isinstance(payment, Payment)
    services.reverse_fee(payment=payment.pk, reason="wrong person", by=office.boss, at=office.now())
    sources = list(Entry.objects.values_list("source", flat=True))
    found = addresses([(ENTRY, source) for source in sources], someone("looks", "auditor"))
    receipt = reverse("fsm:receipt", args=[payment.pk])
    assert len(sources) == 3 and found == {
        (ENTRY, f"sludge_fee:{request.pk}"): reverse("fsm:request", args=[request.pk]),
        (ENTRY, f"sludge:{payment.channel}:{payment.reference}"): receipt,
        (ENTRY, f"sludge_reversal:{payment.pk}"): receipt,
    }
    assert addresses([(ENTRY, source) for source in sources], someone("drives", "driver")) == {}


def test_an_audit_row_leads_to_its_request(office: Office) -> None:
    request = office.emptied(office.containment(), "1.00")
    rows = AuditRow.objects.filter(object_type="sludge_request").values_list("object_type", "object_id")
    assert set(addresses(rows, someone("looks", "auditor")).values()) == {reverse("fsm:request", args=[request.pk])}
