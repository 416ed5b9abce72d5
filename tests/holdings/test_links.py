"""Links of holdings and buildings are checked by statement, and a first survey's indexes are built after its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction

from holdings.models import Building, Holding, HoldingBuilding, SurveyFile, Ward
from holdings.services import survey_apply
from tests.holdings.bringing import row

TABLES = "('holdings_building', 'holdings_holding', 'holdings_holdingbuilding')"


def refused(sql: str, why: str) -> None:
    with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def linked(bring: Callable[..., SurveyFile]) -> HoldingBuilding:
    bring([row(100, bin="B1", house_no="1"), row(200, bin="B2", house_no="2")], apply=True)
    return HoldingBuilding.objects.order_by("pk").first()  # type: ignore[return-value]


def test_a_link_needs_both_ends(linked: HoldingBuilding) -> None:
    add = "INSERT INTO holdings_holdingbuilding (holding_id, building_id) VALUES (%s, %s)"
    refused(add % (987654, linked.building_id), "holding_id_exists")
    refused(add % (linked.holding_id, 987654), "building_id_exists")
    # One of the two is right and older than the statement: the other is still found.
    further = Building.objects.exclude(pk=linked.building_id).get().pk
    refused(add % (linked.holding_id, f"{further}), ({linked.holding_id}, 987654"), "building_id_exists")
    refused("UPDATE holdings_holdingbuilding SET holding_id = 987654", "holding_id_exists")
    refused("UPDATE holdings_holdingbuilding SET building_id = 987654", "building_id_exists")


def test_what_is_linked_stays(linked: HoldingBuilding) -> None:
    for table, key in (("holding", linked.holding_id), ("building", linked.building_id)):
        refused(f"DELETE FROM holdings_{table} WHERE id = {key}", "place_in_use")
        refused(f"UPDATE holdings_{table} SET id = 987654 WHERE id = {key}", "place_in_use|foreign key")
    linked.delete()
    Holding.objects.filter(pk=linked.holding_id).delete()
    Building.objects.filter(pk=linked.building_id).delete()
    assert (Holding.objects.count(), Building.objects.count()) == (1, 1)


@pytest.fixture
def other() -> Iterator[Any]:
    """A second connection to the test database."""
    settings = connection.settings_dict
    found = psycopg2.connect(
        host=settings["HOST"] or None, port=settings["PORT"] or None, user=settings["USER"], dbname=settings["NAME"]
    )
    yield found
    found.close()


@pytest.mark.django_db(transaction=True)
def test_an_older_end_cannot_go_while_a_link_is_made(linked: HoldingBuilding, other: Any) -> None:
    holding = Holding.objects.exclude(pk=linked.holding_id).get()
    with transaction.atomic(), other.cursor() as cursor:
        HoldingBuilding.objects.create(holding=holding, building_id=linked.building_id)
        cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("DELETE FROM holdings_holding WHERE id = %s", [holding.pk])
        other.rollback()
        cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("DELETE FROM holdings_building WHERE id = %s", [linked.building_id])
        other.rollback()


def _indexes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            f" WHERE indisvalid AND indisready AND indrelid::regclass::text IN {TABLES}"
        )
        return dict(cursor.fetchall())


def test_the_first_survey_leaves_every_index(bring: Callable[..., SurveyFile], monkeypatch: pytest.MonkeyPatch) -> None:
    before, ran = _indexes(), []
    first_load = survey_apply._first_load
    monkeypatch.setattr(survey_apply, "_WORTH_REBUILDING", 1)
    monkeypatch.setattr(survey_apply, "_first_load", lambda cursor: ran.append(first_load(cursor)) or ran[-1])
    bring([row(100, bin="B1", house_no="1"), row(200, bin="B2", house_no="2")], apply=True)
    assert _indexes() == before and len(before) == 16
    bring([row(300, bin="B3", house_no="3"), row(400, bin="B4", house_no="4")], apply=True)
    assert ran == [True, False] and _indexes() == before
    assert Building.objects.count() == Holding.objects.count() == HoldingBuilding.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_reader_is_not_kept_waiting(wards: list[Ward], other: Any) -> None:
    with other.cursor() as reading, connection.cursor() as cursor:
        reading.execute("SELECT count(*) FROM holdings_building")
        cursor.execute("SELECT holdings_first_load_begins()")
        assert cursor.fetchone() == (False,)
        other.rollback()
    before = _indexes()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT holdings_first_load_begins()")
        assert cursor.fetchone() == (True,) and len(_indexes()) == len(before) - 7
        cursor.execute("SELECT holdings_first_load_ends()")
    assert _indexes() == before
