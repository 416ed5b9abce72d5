"""The role that serves requests can do the day's work, and cannot touch what is written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from holdings.models import Holding
from imis.grants import grant_to_application
from tax.models import Payment
from tax.queries import quote_for, rule_set_on
from tax.services import assess_ward, reverse_payment, take_payment
from tests.tax.city import START, build_city, moment, officer
from tests.tax.issuing import issue, no_discrepancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application(db: None) -> Iterator[None]:
    """Ward 22 with holdings and officers, and from then on the rights of the application role only."""
    build_city(wards=[22], count=12)
    for name in ("a", "collector", "cashier", "officer"):
        officer(name)
    grant_to_application(settings.DB_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"SET LOCAL ROLE {settings.DB_APP_ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")


def test_it_assesses_bills_takes_and_undoes_payments(as_application: None) -> None:
    assess_ward(ward=22, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    assert issue(2021, 1).bills > 8
    holding = Holding.objects.filter(standing__unpaid_amount__gt=100).earliest("pk")
    for offer in quote_for(holding.pk, START).offers[-1:]:
        payment = take_payment(
            payment_id=uuid4(),
            holding=holding.pk,
            amount=offer.payable + 50,
            channel="counter",
            reference="r",
            value_date=START,
            by=officer("cashier"),
            at=moment(START),
        )
        issue(2022, 1)
        reverse_payment(payment=payment.pk, reason="cheque", by=officer("officer"), at=moment(START))
    assert Payment.objects.count() == 1
    no_discrepancy()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tax_bill SET number = number",
        "DELETE FROM tax_payment",
        "DELETE FROM tax_assessment",
        "TRUNCATE tax_billline",
        "ALTER TABLE tax_bill DISABLE TRIGGER USER",
    ],
)
def test_it_has_no_right_to_change_what_is_written(as_application: None, statement: str) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
