"""The loaded city: true books, believable variety, safe to load again."""

from __future__ import annotations

import json
import stat
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Sum
from django.test import override_settings

from demo.accounts import accounts_file
from demo.city import Loaded, holdings_of, load_city
from fsm.models import Payment as SludgePayment
from holdings.models import Building, Holding, HoldingBuilding, Owner, Road, Unit, Ward
from holdings.rules.identity import number_key, parse_code
from imis.errors import Refused
from imis.ledger.models import Entry, Receipt, Witness
from imis.ledger.services import receipt_token, verify_token
from imis.models import User
from tax.models import Allocation, Assessment, Bill, BuildingLoan, Payment, Reversal, Standing
from tests.demo.conftest import SIZE, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_the_register_is_whole() -> None:
    assert Holding.objects.count() == SIZE
    assert Ward.objects.count() == 31
    assert Road.objects.values("ward").distinct().count() == 31
    for holding in Holding.objects.select_related("road"):
        assert number_key(holding.number_written) == holding.number_key
        code = parse_code(str(holding.code))
        assert (code.ward, code.road) == (holding.ward_id, int(holding.road.code))
    assert not Holding.objects.filter(ownerships=None).exists()
    assert not Holding.objects.filter(units=None).exists()
    assert HoldingBuilding.objects.values("building").annotate(n=Count("pk")).filter(n__gt=1).exists(), "flats"
    assert HoldingBuilding.objects.values("holding").annotate(n=Count("pk")).filter(n__gt=1).exists(), "compounds"


def test_areas_are_metric_and_points_on_the_surface() -> None:
    wrong = one(
        "SELECT count(*) FROM holdings_building WHERE NOT ST_Intersects(point, geom)"
        " OR abs(area_m2 - ST_Area(ST_Transform(geom, 4326)::geography)::numeric) > 0.005 * area_m2 + 0.01"
    )
    assert wrong == 0
    assert (
        one(
            "SELECT count(*) FROM holdings_building b JOIN holdings_ward w ON w.number = b.ward_id"
            " WHERE NOT ST_Contains(w.geom, b.point)"
        )
        == 0
    )


def test_people_have_bangla_names_and_invented_numbers() -> None:
    for owner in Owner.objects.all():
        assert any("\u0980" <= letter <= "\u09ff" for letter in owner.name_bn)
        assert owner.name_en.isascii()
        assert owner.mobile == "" or (len(owner.mobile) == 11 and owner.mobile[3:5] == "00")
    assert Owner.objects.values("name_bn").distinct().count() > 0.8 * Owner.objects.count()


def test_the_books_add_up() -> None:
    call_command("check_books")
    call_command("verify_chain")
    call_command("seal_day")
    call_command("verify_chain")
    assert {"tax bill", "tax assessment", "tax payment by entry", "tax allocation", "tax reversal", "audit row"} <= set(
        Witness.objects.values_list("name", flat=True)
    )
    assert (
        Entry.objects.filter(source__startswith="bill:").count() == Bill.objects.filter(principal_amount__gt=0).count()
    )
    assert Payment.objects.count() == Payment.objects.values("receipt").distinct().count()


def test_what_is_owed_is_lines_less_allocations() -> None:
    billed = Bill.objects.aggregate(total=Sum("principal_amount"))["total"]
    settled = Allocation.objects.filter(kind__in=["principal", "rebate"]).aggregate(total=Sum("amount"))["total"]
    owed = Standing.objects.aggregate(total=Sum("unpaid_amount"))["total"]
    receivable = one("SELECT sum(debit - credit) FROM ledger_line WHERE account_id = 'receivable_tax'")
    assert owed == billed - settled == receivable > 0


def test_money_received_is_in_cash_and_bank() -> None:
    undone = Reversal.objects.aggregate(total=Sum("payment__amount"))["total"] or Decimal(0)
    received = Payment.objects.aggregate(total=Sum("amount"))["total"]
    assert received - undone == one(
        "SELECT sum(debit - credit) FROM ledger_line WHERE account_id IN ('cash_counter', 'bank')"
        " AND entry_id IN (SELECT entry_id FROM tax_payment UNION SELECT entry_id FROM tax_reversal)"
    )


def test_payers_are_of_every_kind() -> None:
    oldest = set(Standing.objects.values_list("oldest_unpaid_year", flat=True))
    assert {None, 2021, 2026} <= oldest
    assert len(oldest) >= 4
    kinds = set(Allocation.objects.values_list("kind", flat=True))
    assert kinds == {"principal", "rebate", "surcharge", "rounding", "advance"}
    assert set(Payment.objects.values_list("channel", flat=True)) == {"counter", "collector", "bank", "online"}
    assert Payment.objects.filter(working__plan="year").exists()
    assert Bill.objects.filter(run=None).exists(), "quarters demanded ahead"
    assert Reversal.objects.count() == 1


def test_uses_and_structures_vary() -> None:
    assert {"residential", "commercial"} < set(Unit.objects.values_list("use", flat=True))
    assert Unit.objects.values("structure").distinct().count() == 4
    assert Unit.objects.filter(occupancy="let", monthly_rent_amount__gt=0).exists()
    assert Building.objects.filter(storeys__gt=3).exists()
    assert BuildingLoan.objects.exists()


def test_this_years_reassessment_raised_values() -> None:
    new = Assessment.objects.filter(rule_set__code="kcc-2026").exclude(state=Assessment.State.PROPOSED)
    assert new.count() == Holding.objects.filter(ward_id=22).count()
    assert new.filter(annual_value__gte=F("previous_annual_value")).count() == new.count()


def test_lower_values_wait_for_an_approver() -> None:
    waiting = Assessment.objects.filter(state=Assessment.State.PROPOSED)
    assert waiting.exists()
    assert not waiting.filter(annual_value__gte=F("previous_annual_value")).exists()


def test_nobody_pays_before_the_bill_or_after_today() -> None:
    assert (
        one(
            "SELECT count(*) FROM tax_payment p JOIN tax_allocation a ON a.payment_id = p.id"
            " JOIN tax_bill b ON b.id = a.bill_id WHERE b.issued_on > p.value_date"
        )
        == 0
    )
    assert not Payment.objects.filter(value_date__gt=TODAY).exists()
    assert not Payment.objects.filter(channel="online", value_date__lt="2023-04-27").exists()


def test_receipts_verify_and_alter_nothing() -> None:
    """Tax and sludge fees share one series of receipts; some of each, from its start to its end."""
    tax = list(Payment.objects.select_related("receipt").order_by("receipt__number"))
    sludge = list(SludgePayment.objects.select_related("receipt").order_by("receipt__number"))
    assert len(tax) + len(sludge) == Receipt.objects.count(), "a receipt without its payment"
    for payment in [*tax[:: len(tax) // 10], tax[-1], *sludge[:: max(len(sludge) // 10, 1)], sludge[-1]]:
        proven = verify_token(receipt_token(payment.receipt))
        assert proven is not None and proven.in_books
        assert proven.amount == payment.amount


def test_loading_again_says_so_at_once(city: Loaded) -> None:
    before = Entry.objects.count()
    again = load_city(holdings=SIZE, today=TODAY, progress=lambda _: None)
    assert (city.fresh, again.fresh) == (True, False)
    assert Entry.objects.count() == before


def test_another_size_is_refused_with_a_remedy() -> None:
    with pytest.raises(Refused) as refusal:
        load_city(holdings=SIZE + 1, today=TODAY, progress=lambda _: None)
    assert "bin/imis reset" in refusal.value.remedy


def test_accounts_are_private_and_work() -> None:
    file = accounts_file()
    passwords = json.loads(file.read_text(encoding="utf-8"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(passwords) == set(User.objects.values_list("username", flat=True))
    assert len(set(passwords.values())) == len(passwords) >= 8
    cashier = User.objects.get(username="cashier")
    assert cashier.check_password(passwords["cashier"])
    assert cashier.all_wards
    assert User.objects.get(username="collector").ward_numbers == [22, 23]


def test_production_loads_nothing() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="not a demo"):
        call_command("demo")


@pytest.mark.parametrize("size", ["0", "-3", "town", "1000001", ""])
def test_odd_sizes_are_refused(size: str) -> None:
    with pytest.raises(Refused):
        holdings_of(size)
