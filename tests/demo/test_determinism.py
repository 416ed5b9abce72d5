"""The same size gives the same city, whoever loads it and when."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import shapely

from demo.facts import ward_facts
from demo.holdings import holding_rows
from demo.payers import Intent, Payers, issue_day
from demo.places import mahallas, road_names
from demo.plan import plan
from imis.fiscal import Period


def checksum(holdings: int) -> str:
    """A hash over everything that is written to the register for a city of this size."""
    found = hashlib.sha256()
    for one in plan(holdings):
        plots, buildings = ward_facts(one)
        quarters = mahallas(one, plots)
        said = [quarters.names, road_names(one), one.roads.width.tolist()]
        if len(plots.use):
            said.append(list(holding_rows(one, plots, buildings, quarters)))
            said += [column.tolist() for column in (buildings.storeys, buildings.use, buildings.built_year)]
            found.update(b"".join(shapely.to_wkb(buildings.prints.shapes)))
        found.update(repr(said).encode())
    return found.hexdigest()


def intents(last_day: date = date(2025, 3, 31)) -> list[Intent]:
    """What five hundred owners of ward 22 do in a quarter."""
    payers = Payers(np.arange(1, 501), np.full(500, 22), Period(2021, 1), 22)
    return payers.intents(Period(2024, 3), issue_day(Period(2024, 3)), last_day)


def test_the_same_size_gives_the_same_city() -> None:
    first = checksum(600)
    assert checksum(600) == first
    assert checksum(601) != first


def test_the_same_people_pay_on_the_same_days() -> None:
    assert intents() == intents()
    assert 150 < len(intents()) < 450
    assert all(date(2025, 1, 5) < one.day <= date(2025, 3, 31) for one in intents())


def test_nobody_pays_after_the_last_day() -> None:
    cut = intents(date(2025, 2, 10))
    assert 0 < len(cut) < len(intents())
    assert cut == [one for one in intents() if one.day <= date(2025, 2, 10)]
