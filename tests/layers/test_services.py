"""The summaries equal a live count, and asking for them twice queues one job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from holdings.models import Building
from imis import jobs
from imis.models import AuditRow, Job, User
from imis.roles import Role
from layers.catalogue import BUILDINGS_BY_TAX_STATUS, BUILDINGS_LAYER
from layers.models import CellSummary, Change, WardSummary
from layers.services import FRESH_FOR, ask_for_summaries, refresh_summaries
from layers.versions import data_version
from tests.layers.conftest import City

_STATUSES = ("paid", "current", "arrears_1", "arrears_2", "not_billed")
_AT = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.get_default_timezone())


def _live(year: int) -> dict[tuple[int, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ward, status, count(*) FROM ({BUILDINGS_BY_TAX_STATUS.features.sql}) f GROUP BY 1, 2",
            {"fiscal_year": year},
        )
        return {(ward, status): count for ward, status, count in cursor.fetchall()}


def _kept(rows: list[WardSummary] | list[CellSummary]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for row in rows:
        ward = row.ward_id if isinstance(row, WardSummary) else row.ward
        for status in _STATUSES:
            if getattr(row, status):
                found[ward, status] = found.get((ward, status), 0) + getattr(row, status)
    return found


def test_summaries_equal_the_live_count(city: City) -> None:
    squares = refresh_summaries(by=None, at=_AT)
    assert squares == CellSummary.objects.count() > 1
    assert _kept(list(WardSummary.objects.all())) == _kept(list(CellSummary.objects.all())) == _live(2026)
    assert set(WardSummary.objects.values_list("fiscal_year", "made_at")) == {(2026, _AT)}
    assert AuditRow.objects.filter(action="refresh_map_summaries", details__squares=squares).count() == 1


def test_a_second_count_replaces_the_first(city: City) -> None:
    refresh_summaries(by=None, at=_AT)
    Building.objects.filter(bin="not_billed").delete()
    refresh_summaries(by=None, at=_AT + timedelta(days=365))
    assert _kept(list(WardSummary.objects.all())) == _live(2027)
    assert sum(CellSummary.objects.values_list("buildings", flat=True)) == 6


def test_squares_do_not_cross_tiles(city: City) -> None:
    """A square of the grid lies in exactly one tile of zoom 14."""
    refresh_summaries(by=None, at=_AT)
    side = 40_075_016.68557849 / 2**14
    for cell in CellSummary.objects.all():
        west, south, east, north = cell.geom.extent
        assert int((west + 0.01) // side) == int((east - 0.01) // side)
        assert int((south + 0.01) // side) == int((north - 0.01) // side)


@pytest.mark.django_db
def test_the_database_refuses_a_sum_that_does_not_add_up(city: City) -> None:
    refresh_summaries(by=None, at=_AT)
    with pytest.raises(IntegrityError, match="ward_summary_adds_up"):
        WardSummary.objects.filter(ward_id=22).update(paid=99)


def test_asking_twice_queues_one_job_and_the_job_counts(
    city: City, person: Callable[..., User], transactional_db: None
) -> None:
    planner = person(Role.PLANNER)
    assert ask_for_summaries(by=planner, at=_AT) is not None
    assert ask_for_summaries(by=planner, at=_AT) is None
    done = jobs.work_once()
    assert done is not None and done.state == Job.State.DONE, done.error if done else ""
    assert _kept(list(WardSummary.objects.all())) == _live(2026)
    made_at = WardSummary.objects.first().made_at
    assert ask_for_summaries(by=planner, at=made_at + FRESH_FOR / 2) is None
    assert ask_for_summaries(by=planner, at=made_at + FRESH_FOR * 2) is not None


def test_each_change_gives_a_new_version_and_folding_keeps_it(city: City) -> None:
    before = data_version(BUILDINGS_LAYER)
    Building.objects.filter(bin="paid").update(storeys=3)
    after = data_version(BUILDINGS_LAYER)
    assert int(after) == int(before) + 1
    refresh_summaries(by=None, at=_AT)
    folded = data_version(BUILDINGS_LAYER)
    assert int(folded) > int(after)
    assert Change.objects.filter(source="holdings_building").count() == 1
    kept = Change.objects.get(source="holdings_building").n
    refresh_summaries(by=None, at=_AT)
    assert Change.objects.get(source="holdings_building").n == kept
