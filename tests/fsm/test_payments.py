"""The money for a sludge fee: taken whole, once, undone by another officer, refused by its field."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from fsm import services
from fsm.models import Payment
from imis.errors import BadInput, Refused
from imis.ledger import queries as books
from imis.ledger.services import receipt_token, verify_token
from tests.fsm.office import TODAY, Office

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_reversed_fee_is_owed_again(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    payment = office.pay(request)
    assert isinstance(payment, Payment)
    with pytest.raises(Refused):
        services.reverse_fee(payment=payment.pk, reason="wrong", by=office.cashier, at=office.now())
    services.reverse_fee(payment=payment.pk, reason="wrong person", by=office.boss, at=office.now())
    assert books.balance("receivable_sludge") == request.charge.amount and books.balance("cash_counter") == 0
    proved = verify_token(receipt_token(payment.receipt))
    assert proved is not None and proved.reversed_on == TODAY
    again = office.pay(request)
    assert isinstance(again, Payment) and again.pk != payment.pk
    with pytest.raises(Refused):
        office.pay(request)
    call_command("check_books", stdout=StringIO())


def test_the_fee_is_taken_whole_and_not_for_tomorrow(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    claim = {"request": request.pk, "channel": "counter", "by": office.cashier, "at": office.now()}
    with pytest.raises(BadInput):
        services.take_fee(payment_id=uuid4(), amount=D(1), reference="a", value_date=TODAY, **claim)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        services.take_fee(  # type: ignore[arg-type]
            payment_id=uuid4(), amount=request.charge.amount, reference="a", value_date=TODAY + timedelta(days=1),
            **claim,
        )  # fmt: skip
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reference": "x" * 81}, "reference"), ({"reference": "a\0"}, "reference"), ({"reference": ""}, "reference"),
        ({"payer_name": "y" * 151}, "payer_name"), ({"payer_name": "\0"}, "payer_name"), ({"channel": "x"}, "channel"),
        ({"amount": D("1e9999")}, "amount"), ({"amount": D("NaN")}, "amount"), ({"amount": D("0.001")}, "amount"),
    ],
)  # fmt: skip
def test_what_can_be_in_no_payment_is_refused_by_its_field(office: Office, given: dict[str, Any], field: str) -> None:
    request = office.emptied(office.containment(), "1")
    with pytest.raises(BadInput) as refused:
        services.take_fee(**{
            "payment_id": uuid4(), "request": request.pk, "amount": request.charge.amount, "channel": "bank",
            "reference": "a", "value_date": TODAY, "by": office.cashier, "at": office.now(), **given,
        })  # fmt: skip
    assert refused.value.field == field and Payment.objects.count() == 0


def test_a_notice_sent_again_after_its_reversal_is_no_success(office: Office) -> None:
    request = office.emptied(office.containment(), "1")
    payment = office.pay(request)
    services.reverse_fee(payment=payment.pk, reason="wrong person", by=office.boss, at=office.now())
    with pytest.raises(Refused, match=r"10/11/2026|১০/১১/২০২৬") as refused:
        office.pay(request, payment.pk)
    assert refused.value.remedy and Payment.objects.count() == 1
    assert books.balance("receivable_sludge") == request.charge.amount
    assert office.pay(request).pk != payment.pk
