"""A ward on a known day, officers at their desks, and a reader of pages that fills in forms as a browser does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from holdings.models import Holding, Unit
from imis.money import D
from imis.roles import Role
from tax.queries import rule_set_on
from tax.services import assess_ward, issue_bills
from tests.imis.conftest import person, signed_in
from tests.tax.city import START, build_city, moment, officer

__all__ = ["person", "signed_in"]

TODAY = date(2021, 8, 10)
WARD, OTHER_WARD = 22, 23


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """The desk's day: 10 August 2021, first instalment of 2021-22, until a test moves it."""

    def set_to(day: date) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment(day))

    set_to(TODAY)
    return set_to


@pytest.fixture
def desk(signed_in: Callable[..., Client]) -> Callable[..., Client]:
    """desk(Role.CASHIER): the browser of one officer of that role; language="en" for English."""
    made: dict[str, Client] = {}

    def at(role: Role, *, wards: list[int] | None = None, username: str = "", language: str = "bn") -> Client:
        name = username or f"desk-{role.value}"
        if name not in made:
            made[name] = signed_in(role, wards=wards, username=name)
        made[name].cookies["django_language"] = language
        return made[name]

    return at


@pytest.fixture
def town(db: None) -> list[Holding]:
    """Four let holdings of ward 22, assessed from July 2021, none billed yet."""
    build_city(wards=[WARD], count=4)
    Unit.objects.update(area_sqft=D(2000), monthly_rent_amount=None, occupancy="let", use="residential")
    assess_ward(ward=WARD, rule_set=rule_set_on(START), valid_from=START, by=officer("a"), at=moment(START))
    return list(Holding.objects.order_by("pk"))


@pytest.fixture
def shop(town: list[Holding]) -> Holding:
    """One of them with the bill of the first instalment."""
    bill_quarter(1)
    return town[1]


def bill_quarter(quarter: int, year: int = 2021, wards: list[int] | None = None) -> None:
    """Issues an instalment's bills on the first day of it."""
    first = date(year + (quarter > 2), (7, 10, 1, 4)[quarter - 1], 1)
    last = date(year + (quarter > 2), (9, 12, 3, 6)[quarter - 1], 30)
    issue_bills(
        ward=wards or [WARD], fiscal_year=year, quarter=quarter, issued_on=first, due_on=last,
        by=officer("collector"), at=moment(first),
    )  # fmt: skip


def text_of(page: Any) -> str:
    """What a reader sees in the main part of a page: no tags, no drawings, entities resolved, single spaces."""
    html = page.content.decode()
    html = re.sub(r"<(script|style|svg|form class=\"languages\").*?</\1>", " ", html, flags=re.S)
    main = re.search(r"<main.*?</main>", html, re.S)
    plain = re.sub(r"<[^>]*>", " ", main[0] if main else html)
    return " ".join(unescape(plain).replace("\u00a0", " ").split())


def filled(page: Any, action: str = "") -> dict[str, str]:
    """The fields a browser would send from the page's form (with that action): hidden, typed and chosen ones."""
    forms = re.findall(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", page.content.decode(), re.S)
    wanted = [form for form in forms if (f'action="{action}"' in form if action else "action=" not in form[:200])]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", wanted[-1]):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        chosen = given.get("type") not in ("radio", "checkbox") or " checked" in tag
        if "name" in given and chosen:
            found[given["name"]] = given.get("value", "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def follow(client: Client, answer: Any) -> Any:
    """The page that an answer leads to."""
    assert answer.status_code == 302, text_of(answer)
    return client.get(urlsplit(answer["Location"])._replace(scheme="", netloc="").geturl())
