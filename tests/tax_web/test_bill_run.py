"""A ward's bills: what the preview shows is what issuing then does; the whole ward in one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import Client

from holdings.models import Holding, Unit
from imis.jobs import work_once
from imis.models import Job
from imis.money import D, paisa
from imis.roles import PERMISSIONS, Permission, Role
from tax.models import Bill, BillRun
from tax.queries import quote_for, rule_set_on
from tax.services import assess_ward, take_payment
from tests.tax.city import START, build_city, moment, officer
from tests.tax_web.conftest import OTHER_WARD, TODAY, WARD, bill_quarter, filled, follow, text_of

pytestmark = pytest.mark.django_db
RUN, ISSUE, PRINT = (f"/tax/wards/{WARD}/bills/{path}" for path in ("", "issue/", "print/"))
DATES = {"fiscal_year": "2021", "quarter": "1", "issued_on": "2021-08-10", "due_on": "2021-09-24"}
Desk = Callable[..., Client]


@pytest.fixture
def ward(db: None) -> None:
    """A hundred and twenty holdings of every kind, assessed."""
    build_city(wards=[WARD], count=120)
    assess_ward(ward=WARD, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))


def table(page: Any) -> list[list[str]]:
    """The rows of the demand register as a reader sees them."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.content.decode().partition("<tbody>")[2], re.S)
    plain = [[re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<td.*?</td>", row, re.S)] for row in rows]
    return [[" ".join(cell.replace("\u00a0", " ").replace("&nbsp;", " ").split()) for cell in row] for row in plain]


def taka(text: str) -> Any:
    return D(text.replace("৳", "").replace(",", "").strip())


def test_what_the_preview_shows_is_what_is_issued(desk: Desk, ward: None) -> None:
    client = desk(Role.COLLECTION_OFFICER, language="en")
    page = client.get(RUN)
    preview = page.context["preview"]
    said = text_of(page)
    shown = table(page) + table(client.get(f"{RUN}?page=2"))
    assert f"Bills to issue {preview.to_bill.count} " in said and not Bill.objects.exists()
    assert page.context["skipped"] == {"inactive": 1, "not_assessed": 2, "no_tax": preview.skipped["no_tax"]}
    assert "not assessed (2)" in said and "inactive (1)" in said

    fields = filled(page, ISSUE)
    assert fields == DATES, "today, and forty-five days to pay"
    after = follow(client, client.post(ISSUE, fields))
    assert f"{preview.to_bill.count} bills are issued" in text_of(after)

    bills = list(Bill.objects.select_related("holding").order_by("route_order"))
    assert len(shown) == len(bills) == preview.to_bill.count
    for cells, bill in zip(shown, bills, strict=True):
        assert cells[0].startswith(str(bill.holding)) and taka(cells[3]) == bill.principal_amount
    assert sum(taka(cells[3]) for cells in shown) == BillRun.objects.get().demand_amount
    assert {(bill.issued_on, bill.due_on) for bill in bills} == {(TODAY, date(2021, 9, 24))}
    assert f"Already issued {len(bills)} " in text_of(after) and "Issue the bills" not in text_of(after)


def test_issuing_twice_issues_once(desk: Desk, ward: None) -> None:
    client = desk(Role.COLLECTION_OFFICER, language="en")
    client.post(ISSUE, DATES)
    count, demand = Bill.objects.count(), Bill.objects.aggregate(s=Sum("principal_amount"))["s"]
    assert "0 bills are issued" in text_of(follow(client, client.post(ISSUE, DATES)))
    assert Bill.objects.count() == count > 100 and BillRun.objects.count() == 1
    assert Bill.objects.aggregate(s=Sum("principal_amount"))["s"] == demand


def test_the_second_instalment_stands_beside_the_first(desk: Desk, town: list[Holding], clock: Any) -> None:
    bill_quarter(1)
    Unit.objects.filter(holding=town[2]).update(area_sqft=D(3000))
    assess_ward(ward=WARD, rule_set=rule_set_on(START), valid_from=date(2021, 10, 1), by=officer("a"), at=moment(START))
    clock(date(2021, 10, 5))
    client = desk(Role.COLLECTOR, language="en")
    page = client.get(RUN)
    [outlier] = [row for row in page.context["rows"] if row.outlier]
    assert page.context["preview"].to_bill.outliers == 1
    first = Bill.objects.get(holding=town[2])
    assert outlier.holding_id == town[2].pk and outlier.last_amount == outlier.arrears == first.principal_amount
    change = paisa((outlier.amount - first.principal_amount) * 100 / first.principal_amount)
    only = client.get(f"{RUN}?fiscal_year=2021&quarter=2&only=outliers")
    [cells] = table(only)
    assert cells[5] == f"+{change.normalize():f}% look" and taka(cells[6]) == first.principal_amount
    assert "Show all" in text_of(only) and len(table(page)) == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"due_on": "2021-08-01"}, "The last date lies before the issue date"),
        ({"due_on": "2022-07-15"}, "The fiscal year is over on the last date"),
        ({"due_on": ""}, "Last date: This field is required"),
        ({"issued_on": "10/8/21 or so"}, "Issue date: Enter a valid date"),
        ({"quarter": "7"}, "Instalment: Select a valid choice"),
        ({"fiscal_year": "1971"}, "Fiscal year: Select a valid choice"),
    ],
)
def test_what_makes_no_sense_issues_nothing(desk: Desk, town: Any, fields: dict[str, str], said: str) -> None:
    client = desk(Role.COLLECTOR, language="en")
    assert said in text_of(follow(client, client.post(ISSUE, {**DATES, **fields})))
    assert not Bill.objects.exists()


def test_a_year_that_is_over_offers_no_issue(desk: Desk, town: Any, clock: Any) -> None:
    clock(date(2022, 7, 3))
    page = desk(Role.COLLECTOR, language="en").get(f"{RUN}?fiscal_year=2021&quarter=4")
    assert "This fiscal year is over" in text_of(page) and ISSUE not in page.content.decode()


@pytest.mark.parametrize(
    "query", ["fiscal_year=x&quarter=y", "quarter=9", "quarter=1&fiscal_year=", "page=999", "page=x"]
)
def test_a_bad_address_shows_the_present_instalment(desk: Desk, town: Any, query: str) -> None:
    page = desk(Role.COLLECTOR).get(f"{RUN}?{query}")
    assert page.status_code == 200 and page.context["period"] == {"fiscal_year": 2021, "quarter": 1}


def test_who_only_looks_gets_no_button(desk: Desk, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.PLANNER, frozenset({Permission.PREVIEW_BILLS}))
    bill_quarter(1)
    client = desk(Role.PLANNER)
    html = client.get(RUN).content.decode()
    assert ISSUE not in html and PRINT not in html and "রহিম" not in html
    assert client.post(ISSUE, DATES).status_code == client.post(PRINT, DATES).status_code == 403


def test_the_ward_is_printed_in_the_background(desk: Desk, shop: Holding, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = desk(Role.COLLECTOR, wards=[WARD])
    asked = client.post(PRINT, {"fiscal_year": "2021", "quarter": "1"})
    job = Job.objects.get()
    assert asked["Location"].endswith(f"{job.pk}/") and follow(client, asked).status_code == 200
    address = f"/tax/files/{job.pk}/"
    assert client.get(address).status_code == 404, "not made yet"
    # Asking again leads to the same job.
    assert client.post(PRINT, {"fiscal_year": "2021", "quarter": "1"})["Location"] == asked["Location"]
    made = work_once()
    assert made is not None and made.state == Job.State.DONE
    file = client.get(address)
    pages = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert file["Content-Type"] == "application/pdf" and pages.startswith(b"%PDF")
    assert "ward-22" in file["Content-Disposition"]
    assert desk(Role.CASHIER).get(address).status_code == 403
    assert desk(Role.COLLECTOR, wards=[OTHER_WARD], username="elsewhere").get(address).status_code == 403
    assert desk(Role.COLLECTION_OFFICER).get(address).status_code == 200


def test_nothing_issued_is_nothing_to_print(desk: Desk, town: Any) -> None:
    client = desk(Role.COLLECTOR, language="en")
    said = text_of(follow(client, client.post(PRINT, {"fiscal_year": "2021", "quarter": "1"})))
    assert "No bills of this ward were issued for this quarter" in said and not Job.objects.exists()
    assert client.post(PRINT, {"fiscal_year": "no"}).status_code == 302 and not Job.objects.exists()


def test_bills_demanded_ahead_are_printed_with_the_ward(desk: Desk, shop: Holding) -> None:
    year = quote_for(shop.pk, TODAY).offers[-1]
    take_payment(
        payment_id=uuid4(), holding=shop.pk, amount=year.payable, plan="year", channel="counter",
        reference="1", value_date=TODAY, by=officer("c"), at=moment(TODAY),
    )  # fmt: skip
    page = desk(Role.COLLECTOR, language="en").get(f"{RUN}?fiscal_year=2021&quarter=3")
    assert "Already issued 1 " in text_of(page) and "1 bills in the order of the collector's route" in text_of(page)


def test_the_command_previews_and_issues_the_same(town: Any, person: Any) -> None:
    person(Role.COLLECTOR, username="karim", wards=[WARD])
    person(Role.CASHIER, username="rahima")

    def run(act: str, **options: Any) -> str:
        out = StringIO()
        call_command("bill_run", act, ward=WARD, year=2021, quarter=1, stdout=out, **options)
        return out.getvalue()

    demand = re.search(r"4 bills to issue, demand ([\d.]+)", run("preview"))
    assert demand and not Bill.objects.exists()
    for by in (None, "nobody", "rahima"):
        with pytest.raises(CommandError, match="--by"):
            run("issue", by=by)
    with pytest.raises(CommandError, match="last date|শেষ তারিখ"):
        run("issue", by="karim", due_on=date(2021, 7, 1))
    assert f"4 bills issued, demand {demand[1]}" in run("issue", by="karim")
    assert "4 without a bill: billed_before" in run("preview") and "0 bills issued" in run("issue", by="karim")
