"""The correction of one connection by hand: history, refusals, the audit row, who may, and the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from holdings.intake.models import IntakeFile
from holdings.models import Holding, Ward
from imis.errors import BadInput, Refused
from imis.models import AuditRow, User
from imis.roles import PERMISSIONS, Permission, Role
from imis.whereabouts import addresses
from tests.utilities.conftest import building, holding
from utilities.models import Connection
from utilities.services import correct_connection

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
DAY = date(2024, 5, 1)


@pytest.fixture
def house(wards: list[Ward], accounts: Callable[..., IntakeFile]) -> Holding:
    """A holding with one water account since 2020, and a neighbour with another."""
    one = holding(21, "12", "12", building(1, 21, 110, 105))
    holding(21, "13", "13")
    accounts("KWASA,water,21,12,W-77,M-8,connected,2020-01-01", "KWASA,water,21,13,W-78,,connected,2020-01-01")
    return one


def now_of(house: Holding) -> Connection:
    return Connection.objects.get(holding=house, valid__endswith=None)


def correct(row: Connection, by: User, **said: Any) -> Connection:
    facts: dict[str, Any] = {
        "account_number": row.account_number, "meter_number": row.meter_number, "status": row.status, "since": DAY,
        "reason": "letter of the provider", "at": datetime(2024, 6, 1, tzinfo=timezone.get_current_timezone()),
    }  # fmt: skip
    return correct_connection(connection=row.pk, by=by, **facts | said)


def test_what_was_known_ends_on_the_day_and_the_rest_begins(house: Holding, assessor: User) -> None:
    old = now_of(house)
    new = correct(old, assessor, account_number=" ওয়া ১২-৩৪/ab ", meter_number="M-9")
    old.refresh_from_db()
    assert (old.account_number, old.valid.lower, old.valid.upper) == ("W-77", date(2020, 1, 1), DAY)
    new.refresh_from_db()
    assert (new.account_number, new.meter_number, new.status) == ("ওয়া ১২-৩৪/ab", "M-9", "connected")
    assert new.account_key.endswith("1234AB")
    assert (new.valid.lower, new.valid.upper, new.intake_row_id) == (DAY, None, None)
    assert Connection.objects.filter(holding=house).count() == 2


def test_the_audit_row_says_what_changed_and_never_a_number(house: Holding, assessor: User) -> None:
    new = correct(now_of(house), assessor, status="disconnected", meter_number="M-9")
    row = AuditRow.objects.get(action="correct_connection")
    assert (row.object_type, row.object_id, row.ward, row.by) == ("connection", str(new.pk), 21, assessor)
    assert row.details["changed"] == ["meter", "status"]
    assert (row.details["before"], row.details["after"]) == ({"status": "connected"}, {"status": "disconnected"})
    assert not {"W-77", "M-8", "M-9"} & set(str(row.details).replace("'", " ").split())
    place = addresses([("connection", str(new.pk))], assessor)
    assert place == {("connection", str(new.pk)): reverse("holdings:detail", args=[house.pk])}


def test_never_connected_takes_the_numbers_away_and_back(house: Holding, assessor: User) -> None:
    never = correct(now_of(house), assessor, status="never")
    assert (never.account_number, never.meter_number, never.account_key) == ("", "", "")
    again = correct(never, assessor, status="connected", account_number="W-77", since=DAY + timedelta(days=1))
    assert again.account_key == "W77" and now_of(house) == again


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, ""),
        ({"meter_number": " M-8 "}, ""),
        ({"status": "disconnected", "since": date(2020, 1, 1)}, "since"),
        ({"status": "disconnected", "since": date(2024, 6, 2)}, "since"),
        ({"account_number": " - "}, "account_number"),
        ({"account_number": "w 78"}, "account_number"),
    ],
)
def test_refusals(house: Holding, assessor: User, said: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        correct(now_of(house), assessor, **said)
    assert refused.value.field == field
    assert Connection.objects.filter(holding=house).count() == 1
    assert not AuditRow.objects.filter(action="correct_connection").exists()


def test_a_second_account_forbids_never(house: Holding, accounts: Callable[..., IntakeFile], assessor: User) -> None:
    accounts("KWASA,water,21,12,W-99,,connected,2021-01-01")
    with pytest.raises(BadInput) as refused:
        correct(Connection.objects.get(account_key="W77"), assessor, status="never")
    assert refused.value.field == "status"


def test_a_row_that_is_history_is_not_corrected(house: Holding, assessor: User) -> None:
    old = now_of(house)
    correct(old, assessor, meter_number="M-9")
    with pytest.raises(Refused):
        correct(old, assessor, meter_number="M-10", since=DAY + timedelta(days=1))


def test_who_may(house: Holding, signed_in: SignedIn) -> None:
    address = reverse("utilities:correct", args=[now_of(house).pk])
    panel = reverse("utilities:holding_panel", args=[house.pk])
    for role in Role:
        may = Permission.CORRECT_CONNECTION in PERMISSIONS[role]
        # Whoever writes a number must be one who may read it.
        assert not may or Permission.SEE_PEOPLE in PERMISSIONS[role]
        client = signed_in(role)
        assert client.get(address).status_code == (200 if may else 403), role
        if Permission.SEE_UTILITIES in PERMISSIONS[role]:
            assert (address in client.get(panel).content.decode()) == may
    assert signed_in(Role.ASSESSOR, wards=[22], username="elsewhere").get(address).status_code == 403
    assert signed_in(Role.ASSESSOR, username="again").get(reverse("utilities:correct", args=[0])).status_code == 404


def test_the_form(house: Holding, signed_in: SignedIn) -> None:
    client, row = signed_in(Role.ASSESSOR), now_of(house)
    address = reverse("utilities:correct", args=[row.pk])
    page = client.get(address).content.decode()
    assert "W-77" in page and "সংযোগ সংশোধন" in page and "খুলনা ওয়াসা" in page
    today = timezone.localdate()
    data = {"status": "disconnected", "account_number": "W-77", "meter_number": "M-8", "since": today.isoformat()}
    wrong = client.post(address, {**data, "reason": ""})
    assert wrong.status_code == 400
    refused = client.post(address, {**data, "since": "2019-12-31", "reason": "চিঠি"})
    assert refused.status_code == 400 and "০১/০১/২০২০খ্রিঃ" in refused.content.decode()
    done = client.post(address, {**data, "reason": "চিঠি"})
    assert done.status_code == 302 and done["Location"] == reverse("holdings:detail", args=[house.pk])
    assert (now_of(house).status, now_of(house).valid.lower) == ("disconnected", today)
    with translation.override("bn"):
        gone = client.get(address).content.decode()
    assert '<button class="button primary"' not in gone
