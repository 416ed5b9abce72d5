"""A superuser alters the tax behind the triggers: the proof names the row, the reconciliations the contradiction."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import localdate, now

from holdings.models import Holding
from imis.ledger import checks, witnesses
from imis.ledger.services import seal_day
from imis.money import D
from tax.models import Allocation, Assessment, Bill, Payment, Reversal
from tax.queries import quote_for
from tax.services import reverse_payment
from tests.ledger.intruder import attack, found
from tests.tax.city import START, moment, officer
from tests.tax.issuing import assessed_city, issue, no_discrepancy
from tests.tax.test_payments import one_assessed, pay

pytestmark = pytest.mark.django_db
BILL_HASH = """tax_bill_hash(id, number, holding_id, assessment_id, fiscal_year, quarter, issued_on, due_on,
    principal_amount, arrears_amount, surcharge_amount, rebate_amount, rounding_amount, advance_amount, payable_amount,
    snapshot)"""
# What lives on after the row is written, and why no witness can hold it.
LIVES_ON = {("tax_assessment", "state"): "goes forward: assessment_state_goes_forward"}


@pytest.fixture
def holding() -> Holding:
    """One holding with two bills, a late payment, one for its whole year, and one undone."""
    place = one_assessed()
    issue(2021, 1)
    wrong = pay(place, D(500), START)
    reverse_payment(payment=wrong.pk, reason="চেক ফেরত", by=officer("officer"), at=moment(START))
    issue(2022, 1)
    late = date(2022, 8, 1)
    pay(place, quote_for(place.pk, late).offers[0].payable, late, plan="overdue", payer_name="রহিম")
    pay(place, quote_for(place.pk, late).offers[-1].payable, late, plan="year")
    return place


@pytest.fixture
def sealed(holding: Holding) -> Holding:
    """The same, and the day closed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    kinds = set(Allocation.objects.values_list("kind", flat=True))
    assert {"principal", "surcharge", "rebate"} <= kinds
    seal = seal_day(day=localdate(), by=None, at=now())
    assert seal.details["witnesses"]["tax bill"][0] == Bill.objects.count() == 5
    assert found() == []
    no_discrepancy()
    return holding


def named() -> set[tuple[str, str, str]]:
    return {(f.what, f.key, f.harm.value) for f in found()}


@pytest.mark.parametrize(
    ("what", "model", "key", "change"),
    [
        ("tax assessment", Assessment, "id", "annual_value = 1250, yearly_tax_amount = 200"),
        ("tax assessment", Assessment, "id", "explanation = replace(explanation::text, '1', '2')::json"),
        ("tax assessment", Assessment, "id", "valid = '[2020-07-01,)'"),
        ("tax assessment", Assessment, "id", "reason = 'x'"),
        ("tax assessment's approval", Assessment, "id", "approved_at = approved_at - interval '1 day'"),
        (
            "tax assessment's approval",
            Assessment,
            "id",
            "state = 'rejected', approved_by_id = NULL, approved_at = NULL",
        ),
        ("tax bill", Bill, "id", "due_on = due_on + 31"),
        ("tax bill", Bill, "id", "arrears_amount = 1000, payable_amount = payable_amount + 1000"),
        ("tax bill", Bill, "id", "snapshot = replace(snapshot::text, 'রহিম', 'করিম')::json"),
        ("tax bill", Bill, "id", "run_id = NULL"),
        ("tax payment by entry", Payment, "entry_id", "value_date = '2020-01-01'"),
        ("tax payment by entry", Payment, "entry_id", "payer_name = 'X'"),
        ("tax payment by entry", Payment, "entry_id", "taken_by_id = taken_by_id + 1"),
        ("tax payment by entry", Payment, "entry_id", "working = '{}'"),
        ("tax allocation", Allocation, "id", "policy = 'x'"),
        ("tax reversal", Reversal, "id", "reason = 'x'"),
    ],
)  # fmt: skip
def test_an_altered_row_is_named(sealed: Holding, what: str, model: type, key: str, change: str) -> None:
    row = model.objects.order_by(key)[0]  # type: ignore[attr-defined]
    where = f"WHERE {key} = {getattr(row, key)}"
    attack(f"UPDATE {model._meta.db_table} SET {change} {where}")  # type: ignore[attr-defined]
    if model is Bill:
        attack(f"UPDATE tax_bill SET row_hash = {BILL_HASH} {where}")
    harm = "missing" if "NULL, approved" in change else "altered"
    assert named() == {(what, str(getattr(row, key)), harm)}


@pytest.mark.parametrize("table", ["assessment", "billrun", "bill", "payment", "allocation", "reversal"])
def test_a_row_taken_away_is_named(sealed: Holding, table: str) -> None:
    key = "entry_id" if table == "payment" else "id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({key}) FROM tax_{table}")
        (gone,) = cursor.fetchone()
    attack(f"DELETE FROM tax_{table} WHERE {key} = {gone}")
    assert any(k == str(gone) and harm == "missing" for _what, k, harm in named())
    with pytest.raises(CommandError, match=rf"first: tax .* {gone} missing"):
        call_command("verify_chain", stdout=StringIO())


def test_a_line_of_a_bill_counts_as_the_bill(sealed: Holding) -> None:
    bill = Bill.objects.earliest("pk")
    head = "(SELECT min(head_id) FROM tax_billline)"
    attack(f"DELETE FROM tax_billline WHERE bill_id = {bill.pk} AND head_id = {head}")
    assert named() == {("tax bill", str(bill.pk), "altered")}


def test_the_life_of_an_assessment_goes_on_after_the_seal(sealed: Holding) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tax_assessment SET state = 'superseded', valid = daterange(lower(valid), '2030-07-01')")
    assert found() == []


def test_every_column_is_witnessed_or_lives_on() -> None:
    """A column added to one of these tables must be given to a witness (of a new name) or to the list above."""
    seen: dict[str, str] = {}
    for rows in witnesses._witnesses.values():
        table = rows.table.split()[0]
        seen[table] = f"{seen.get(table, '')} {rows.sql} "
    tables = {model._meta.db_table: model for model in apps.get_models()}
    assert {"tax_bill", "tax_payment", "fsm_payment", "imis_auditrow"} <= seen.keys()
    for table in seen.keys() & tables.keys():
        for field in tables[table]._meta.concrete_fields:
            if (table, field.column) in LIVES_ON:
                continue
            words = seen[table].replace("(", " ").replace(")", " ").replace(",", " ").replace("::", " ")
            assert field.column in words.replace("b.", " ").split(), f"{table}.{field.column} is not witnessed"


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE tax_payment SET amount = amount + 1", "payments equal their entries"),
        ("UPDATE tax_payment SET value_date = value_date - 1", "payments equal their entries"),
        ("UPDATE tax_payment SET holding_id = holding_id + 1", "payments equal their entries"),
        ("UPDATE tax_payment SET reference = reference || 'x'", "payments equal their entries"),
        ("UPDATE tax_reversal SET entry_id = entry_id + 1", "payments equal their entries"),
        ("UPDATE tax_allocation SET kind = 'rounding' WHERE kind = 'surcharge'",
         "surcharge, rounding and rebate equal the ledger"),
        ("UPDATE tax_allocation SET kind = 'principal' WHERE kind = 'surcharge'",
         "surcharge, rounding and rebate equal the ledger"),
    ],
)  # fmt: skip
def test_a_payment_that_contradicts_the_ledger_is_found_without_a_seal(
    holding: Holding, statement: str, check: str
) -> None:
    no_discrepancy()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    attack(statement)
    assert check in {d.check for d in checks.discrepancies()}


def test_a_ward_is_witnessed_in_one_span(db: None) -> None:
    assessed_city(120)
    issue(2021, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    seal = seal_day(day=localdate(), by=None, at=now())
    assert found() == []
    kept = seal.witnesses.get(name="tax bill")
    assert kept.row_count == Bill.objects.count() > 100 and kept.keys.count("[") == 1
