"""A closed day witnesses the money of the sludge service."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

from fsm import services
from fsm.models import Charge, Payment
from imis.ledger.services import seal_day
from tests.fsm.office import Office
from tests.ledger.intruder import attack, found


@pytest.mark.parametrize(
    ("what", "deed", "harm"),
    [
        ("sludge fee", "UPDATE fsm_charge SET working = '[]'", "altered"),
        ("sludge fee", "DELETE FROM fsm_charge", "missing"),
        ("sludge payment by entry", "UPDATE fsm_payment SET payer_name = 'x'", "altered"),
        ("sludge payment by entry", "DELETE FROM fsm_payment", "missing"),
        ("sludge reversal", "UPDATE fsm_reversal SET reason = 'y'", "altered"),
        ("sludge reversal", "DELETE FROM fsm_reversal", "missing"),
    ],
)
def test_each_row_of_its_money_is_named(office: Office, what: str, deed: str, harm: str) -> None:
    request = office.emptied(office.containment(), "2.00", "1.20")
    payment = office.pay(request)
    undone = services.reverse_fee(payment=payment.pk, reason="x", by=office.boss, at=office.now())
    keys = {
        "sludge fee": Charge.objects.get().pk,
        "sludge payment by entry": Payment.objects.get().entry_id,
        "sludge reversal": undone.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    seal_day(day=localdate(), by=None, at=now())
    assert found() == []
    attack(deed)
    assert [(f.what, f.key, f.harm.value) for f in found()] == [(what, str(keys[what]), harm)]
