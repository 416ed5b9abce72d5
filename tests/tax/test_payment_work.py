"""What a payment costs and keeps: a fixed number of queries, its working, and the receipt's number taken last."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from imis.money import D
from tests.tax.test_payments import Q1, Q1_END, bill, one_assessed, pay

pytestmark = pytest.mark.django_db


def test_a_counter_payment_takes_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    holding = one_assessed()
    counts = []
    for year in (2021, 2022, 2023):
        bill(year, 1, date(year, 7, 1), date(year, 9, 30))
        on = date(year, 7, 2)
        with django_assert_max_num_queries(40) as queries:
            pay(holding, D(7), on)
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_payment_keeps_its_working() -> None:
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    made = pay(holding, D(25), Q1, payment_id=UUID(int=7))
    steps = json.loads(json.dumps(made.working))["steps"]
    assert [s["code"] for s in steps] == ["part_payment", "paid"] and steps[-1]["result"] == "25.00"


def test_the_receipts_number_is_taken_last(django_assert_max_num_queries: Any) -> None:
    """Its lock holds up every cashier of the city: after it come only the signed receipt and COMMIT."""
    holding = one_assessed()
    bill(2021, 1, Q1, Q1_END)
    with django_assert_max_num_queries(40) as queries:
        pay(holding, D(10), Q1)
    said = [" ".join(query["sql"].split()) for query in queries.captured_queries]
    (taken,) = [n for n, sql in enumerate(said) if "imis_counter" in sql]
    after = [sql for sql in said[taken + 1 :] if not sql.startswith("RELEASE SAVEPOINT")]
    assert len(after) == 1 and after[0].startswith("INSERT INTO ledger_receipt"), after
