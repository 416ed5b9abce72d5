"""Holdings are found by number, owner and mobile, in both scripts, also misspelt, inside the user's wards only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from holdings.models import Holding, Owner, Ownership, Road, Ward
from holdings.queries import search_holdings
from holdings.rules.identity import number_key
from imis.models import User
from imis.roles import Role


@pytest.fixture
def register(wards: list[Ward]) -> dict[str, Holding]:
    road = Road.objects.create(ward=wards[1], code="012", name_bn="বাবু খান রোড", name_en="Babu Khan Road")
    made = {}
    for ward, number, code, name, mobile in (
        (21, "৪ক", "21-000-0004-00", "মোঃ আব্দুর রহিম", "01711123456"),
        (21, "১২/ক", None, "সালমা খাতুন", ""),
        (22, "00ডি-385", "22-012-0000-00", "মোছাঃ রহিমা বেগম", "01811000000"),
        (22, "385", "22-012-0385-00", "হা\u09dcুন চৌধুরী", ""),
        (23, "4ক", None, "Abdur Rahim", ""),
    ):
        holding = Holding.objects.create(
            ward_id=ward,
            road=road if ward == 22 else None,
            number_written=number,
            number_key=number_key(number),
            code=code,
        )
        owner = Owner.objects.create(name_bn=name, mobile=mobile)
        Ownership.objects.create(holding=holding, owner=owner, valid=DateRange(date(2020, 7, 1), None))
        made[name] = holding
    return made


def found(text: str, user: User, **more: int) -> list[str]:
    return [f"{row.ward}:{row.number}" for row in search_holdings(text, user, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4ক", ["21:৪ক", "23:4ক"]),
        ("৪ ক", ["21:৪ক", "23:4ক"]),
        ("১২", ["21:১২/ক"]),
        ("12-ক", ["21:১২/ক"]),
        ("385", ["22:385", "22:00ডি-385"]),
        ("ডি-385", ["22:00ডি-385"]),
        ("22-012", ["22:00ডি-385", "22:385"]),
        ("২২-০১২-০৩৮৫", ["22:385"]),
        ("01711123456", ["21:৪ক"]),
        ("+৮৮ ০১৭১১-১২৩৪৫৬", ["21:৪ক"]),
        ("01999999999", []),
        ("রহিম", ["21:৪ক", "22:00ডি-385"]),
        ("আব্দুর রহিম", ["21:৪ক"]),
        ("রহিম আব্দুর", ["21:৪ক"]),
        ("খাতুন", ["21:১২/ক"]),
        ("rahim", ["23:4ক"]),
        ("ABDUR", ["23:4ক"]),
        ("হা\u09a1\u09bcুন", ["22:385"]),
        ("সালমা রহিম", []),
        ("চোধুরী", ["22:385"]),
        ("", []),
        ("%", []),
        ("_", []),
    ],
)
def test_what_is_typed_is_found(
    register: dict[str, Holding], person: Callable[..., User], text: str, expected: list[str]
) -> None:
    assert sorted(found(text, person(Role.CASHIER))) == sorted(expected)


def test_the_closest_kind_of_match_comes_first(register: dict[str, Holding], person: Callable[..., User]) -> None:
    assert found("385", person(Role.CASHIER)) == ["22:385", "22:00ডি-385"]


def test_wards_outside_the_scope_are_not_seen(register: dict[str, Holding], person: Callable[..., User]) -> None:
    collector = person(Role.COLLECTOR, wards=[22, 23])
    assert found("4ক", collector) == ["23:4ক"]
    assert found("রহিম", collector) == ["22:00ডি-385"]
    assert found("01711123456", collector) == []
    assert found("4ক", collector, ward=21) == []
    assert found("4ক", person(Role.CASHIER), ward=21) == ["21:৪ক"]
    assert found("4ক", person(Role.COLLECTOR, wards=[], username="idle")) == []


def test_people_are_hidden_from_those_who_may_not_see_them(
    register: dict[str, Holding], person: Callable[..., User]
) -> None:
    planner = person(Role.PLANNER)
    assert found("রহিম", planner) == found("01711123456", planner) == []
    assert [row.owners for row in search_holdings("4ক", planner)] == ["", ""]


def test_a_former_owner_does_not_lead_to_the_holding(register: dict[str, Holding], person: Callable[..., User]) -> None:
    Ownership.objects.filter(owner__name_bn="সালমা খাতুন").update(valid=DateRange(date(2020, 7, 1), date(2024, 7, 1)))
    assert found("খাতুন", person(Role.CASHIER)) == []


def test_the_dictionary_learns_from_every_way_in(register: dict[str, Holding], person: Callable[..., User]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE holdings_owner SET name_bn = 'নতুন বানান' WHERE name_bn = 'সালমা খাতুন'")
    assert found("বানান", person(Role.CASHIER)) == ["21:১২/ক"]


def test_the_cluster_extracts_trigrams_from_bangla(db: None) -> None:
    """Under the plain C locale pg_trgm finds no letter in Bangla, and fuzzy search would silently find nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_length(show_trgm('রহিম'), 1), datcollate FROM pg_database WHERE datname = current_database()"
        )
        trigrams, locale = cursor.fetchone()
    assert trigrams and trigrams >= 4, f"the database was made with locale {locale}; it must be C.UTF-8 or ICU"


def test_the_database_folds_as_the_rules_do(db: None) -> None:
    from imis.bangla import fold

    texts = ["য়ড়ঢ়", "\u09df\u09dc\u09dd", "৪ক", "ব\u09bcহিম", "হা\u200cসান", "Abdur", "কো", "কো"]
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute("SELECT holdings_fold(%s)", [text])
            assert cursor.fetchone()[0] == fold(text).lower()


def test_search_reads_a_fixed_number_of_queries(
    register: dict[str, Holding], person: Callable[..., User], django_assert_max_num_queries: Callable[..., object]
) -> None:
    user = person(Role.CASHIER)
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        search_holdings("385", user)


def test_the_search_box_answers_json(register: dict[str, Holding], signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.COLLECTOR, wards=[21])
    answer = client.get(reverse("holdings:search"), {"q": "রহিম"})
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    (result,) = answer.json()["results"]
    assert result["id"] == register["মোঃ আব্দুর রহিম"].pk and result["ward"] == 21
    assert result["title"] == "৪ক · ২১-০০০-০০০৪-০০" and "মোঃ আব্দুর রহিম" in result["subtitle"]
    assert client.get(reverse("holdings:search"), {"q": "4ক", "ward": "22"}).json() == {"results": []}
    assert client.get(reverse("holdings:search"), {"q": "4ক", "ward": "x'"}).status_code == 200
    assert client.get(reverse("holdings:search"), {"q": "4ক", "ward": "2" * 4500}).json() == {"results": []}
    assert Client().get(reverse("holdings:search"), {"q": "4"}).status_code == 302


def test_holding_pages_keep_to_ward_and_role(register: dict[str, Holding], signed_in: Callable[..., Client]) -> None:
    here, there = register["মোঃ আব্দুর রহিম"], register["মোছাঃ রহিমা বেগম"]
    cashier = signed_in(Role.COLLECTOR, wards=[21])
    planner = signed_in(Role.PLANNER)
    for name in ("holdings:detail", "holdings:panel"):
        page = cashier.get(reverse(name, args=[here.pk])).content.decode()
        assert "মোঃ আব্দুর রহিম" in page and "৪ক" in page
        assert cashier.get(reverse(name, args=[there.pk])).status_code == 403
        assert cashier.get(reverse(name, args=[987654])).status_code == 404
        assert "রহিম" not in planner.get(reverse(name, args=[here.pk])).content.decode()


def test_the_holding_page_offers_the_panels_of_upper_floors(
    register: dict[str, Holding], signed_in: Callable[..., Client]
) -> None:
    here = register["মোঃ আব্দুর রহিম"]
    slot = f'hx-get="{reverse("tax:holding_panel", args=[here.pk])}"'
    assert slot in signed_in(Role.CASHIER).get(reverse("holdings:detail", args=[here.pk])).content.decode()
    assert slot not in signed_in(Role.PLANNER).get(reverse("holdings:detail", args=[here.pk])).content.decode()


def test_the_search_page(register: dict[str, Holding], signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.CASHIER)
    assert "০০ডি-৩৮৫" in client.get(reverse("holdings:register"), {"q": "385"}).content.decode()
    assert (
        client.get(reverse("holdings:register"), {"q": "<script>alert(1)"}).content.decode().count("<script>alert") == 0
    )
