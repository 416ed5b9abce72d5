"""The role that serves requests empties a tank, and cannot touch what is written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from fsm import services
from fsm.models import Request
from imis.grants import grant_to_application
from tests.fsm.office import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application() -> Iterator[Office]:
    """An office with two tanks, and from then on the rights of the application role only."""
    office = Office()
    office.tanks = [office.containment(code) for code in ("C22-1", "C22-2")]  # type: ignore[attr-defined]
    grant_to_application(settings.DB_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"SET LOCAL ROLE {settings.DB_APP_ROLE}")
    yield office
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")


def test_it_does_the_days_work(as_application: Office) -> None:
    office = as_application
    request = office.emptied(office.tanks[0], "1.50", "1.00")  # type: ignore[attr-defined]
    office.receive(request, 1, "1.40")
    office.receive(request, 2, "1.00")
    payment = office.pay(request)
    services.reverse_fee(payment=payment.pk, reason="x", by=office.boss, at=office.now())
    office.pay(request)
    office.close(request)
    assert Request.objects.get(pk=request.pk).state == "closed"
    other = office.asked(office.tanks[1])  # type: ignore[attr-defined]
    services.reject_request(event_id=uuid4(), request=other.pk, reason="x", by=office.officer, at=office.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fsm_event SET reason = 'x'",
        "DELETE FROM fsm_event",
        "DELETE FROM fsm_request",
        "DELETE FROM fsm_tariff",
        "UPDATE fsm_charge SET amount = 0",
        "TRUNCATE fsm_payment",
        "ALTER TABLE fsm_request DISABLE TRIGGER USER",
    ],
)
def test_it_has_no_right_to_change_what_is_written(as_application: Office, statement: str) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
