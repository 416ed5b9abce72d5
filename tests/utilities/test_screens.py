"""The screens of the utilities: totals, lists, the holding's panel, a sewer's buildings; who sees what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from holdings.intake.models import IntakeFile
from holdings.models import Holding, Ward
from imis.models import AuditRow
from imis.roles import PERMISSIONS, Permission, Role
from tests.utilities.conftest import building, holding, line
from utilities.models import Sewer

pytestmark = pytest.mark.django_db
Bring = Callable[..., IntakeFile]
SignedIn = Callable[..., Client]


@pytest.fixture
def house(wards: list[Ward], accounts: Bring, bring: Bring) -> Holding:
    """A holding with an account, cut off and connected again, 5 m from a sewer."""
    one = holding(21, "১২/ক", "12/ক", building(1, 21, 110, 105))
    bring("sewers", [(line(100, to=(300, 100)), {"code": "S1", "diameter": "300"})])
    accounts("KWASA,water,21,12/ক,W-77,M-8,connected,2020-01-01")
    accounts("KWASA,water,21,12/ক,W-77,M-8,disconnected,2022-01-01")
    accounts("KWASA,water,21,12/ক,W-77,M-9,connected,2023-01-01", "WZPDCL,,21,12/ক,,,never,2020-01-01")
    return one


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def test_the_holding_page_loads_the_panel_by_address(house: Holding, signed_in: SignedIn) -> None:
    page = signed_in(Role.ASSESSOR).get(reverse("holdings:detail", args=[house.pk])).content.decode()
    assert f'hx-get="{reverse("utilities:holding_panel", args=[house.pk])}"' in page
    assert ("utilities:holding_panel", "see_utilities") in settings.HOLDING_PANELS


def test_the_panel_tells_status_dates_and_history(house: Holding, signed_in: SignedIn) -> None:
    address = reverse("utilities:holding_panel", args=[house.pk])
    text = english(signed_in(Role.COLLECTOR)).get(address).content.decode()
    for said in ("Khulna WASA", "Connected", "W-77", "M-9", "Disconnected", "Never connected", "Nearest sewer", "5.00"):
        assert said in text, said
    bangla = signed_in(Role.AUDITOR).get(address).content.decode()
    assert "খুলনা ওয়াসা" in bangla and "২০২৩" in bangla


def test_account_numbers_are_for_those_who_may_see_people(house: Holding, signed_in: SignedIn) -> None:
    address = reverse("utilities:holding_panel", args=[house.pk])
    for role in Role:
        if Permission.SEE_UTILITIES in PERMISSIONS[role]:
            text = english(signed_in(role)).get(address).content.decode()
            assert "Connected" in text
            assert ("W-77" in text or "M-9" in text) == (Permission.SEE_PEOPLE in PERMISSIONS[role]), role
    elsewhere = signed_in(Role.COLLECTOR, wards=[22], username="elsewhere")
    assert elsewhere.get(address).status_code == 403


def test_a_holding_of_which_nothing_is_known(wards: list[Ward], signed_in: SignedIn) -> None:
    one = holding(21, "5")
    text = english(signed_in(Role.PLANNER)).get(reverse("utilities:holding_panel", args=[one.pk])).content.decode()
    assert "No provider has told of a connection yet." in text
    assert signed_in(Role.ASSESSOR).get(reverse("utilities:holding_panel", args=[0])).status_code == 404


def test_the_overview_counts_what_is_in_the_users_wards(house: Holding, signed_in: SignedIn) -> None:
    page = english(signed_in(Role.PLANNER)).get(reverse("utilities:overview"))
    totals = {total.network.slug: (total.lines, str(total.kilometres)) for total in page.context["totals"]}
    assert totals == {"drains": (0, "0.00"), "sewers": (1, "0.20"), "water-mains": (0, "0.00"),
                      "electricity-lines": (0, "0.00")}  # fmt: skip
    counts = {(c.provider, c.service): (c.connected, c.disconnected, c.never) for c in page.context["counts"]}
    assert counts == {("KWASA", "Water"): (1, 0, 0), ("WZPDCL", "Electricity"): (0, 0, 1)}
    assert {intake.kind for intake in page.context["intakes"]} == {
        "drains", "sewers", "water_mains", "electricity_lines",
    }  # fmt: skip
    away = signed_in(Role.COLLECTOR, wards=[22]).get(reverse("utilities:overview"))
    assert not away.context["counts"] and not any(total.lines for total in away.context["totals"])


def test_the_list_of_a_network_by_code_and_ward(bring: Bring, signed_in: SignedIn) -> None:
    bring("drains", [(line(100), {"code": "D1", "width": "900"}), (line(1200), {"code": "D2"})])
    address = reverse("utilities:network", args=["drains"])
    client = english(signed_in(Role.PLANNER))
    assert [line.code for line in client.get(address).context["page"]] == ["D1", "D2"]
    assert [line.code for line in client.get(address, {"q": "d2"}).context["page"]] == ["D2"]
    assert [line.code for line in client.get(address, {"ward": 21}).context["page"]] == ["D1"]
    assert client.get(address, {"ward": "x"}).status_code == 200
    scoped = signed_in(Role.COLLECTOR, wards=[22]).get(address)
    assert [line.code for line in scoped.context["page"]] == ["D2"]
    for slug in ("sewers", "water-mains", "electricity-lines"):
        assert client.get(reverse("utilities:network", args=[slug])).status_code == 200


def test_a_sewer_and_the_buildings_that_could_join_it(house: Holding, signed_in: SignedIn) -> None:
    sewer = Sewer.objects.get()
    building(2, 21, 150, 145)
    client = english(signed_in(Role.PLANNER))
    address = reverse("utilities:sewer", args=[sewer.pk])
    assert [row.bin for row in client.get(address).context["page"]] == ["B1"]
    assert [row.bin for row in client.get(address, {"metres": "50"}).context["page"]] == ["B1", "B2"]
    wrong = client.get(address, {"metres": "9999"})
    assert wrong.status_code == 200 and not list(wrong.context["page"])
    assert client.get(reverse("utilities:sewer", args=[0])).status_code == 404


def test_the_buildings_as_a_file_with_an_audit_row(house: Holding, signed_in: SignedIn) -> None:
    sewer = Sewer.objects.get()
    client = english(signed_in(Role.PLANNER))
    answer = client.get(reverse("utilities:reach_file", args=[sewer.pk, "csv"]), {"metres": "20"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == ["B1", "21", "5.0", "1", "no"]
    drawn = client.get(reverse("utilities:reach_file", args=[sewer.pk, "geojson"])).json()
    assert [f["properties"]["bin"] for f in drawn["features"]] == ["B1"]
    assert client.get(reverse("utilities:reach_file", args=[sewer.pk, "csv"]), {"metres": "-1"}).status_code == 400
    told = AuditRow.objects.filter(action="export_reach").order_by("pk").values_list("details", flat=True)
    assert [(row["format"], row["metres"], row["buildings"]) for row in told] == [
        ("csv", "20", 1),
        ("geojson", "30", 1),
    ]
    assert signed_in(Role.CASHIER).get(reverse("utilities:reach_file", args=[sewer.pk, "csv"])).status_code == 403


def test_no_layer_of_the_utilities_knows_an_account() -> None:
    from layers.catalogue.utilities import UTILITIES

    for layer in UTILITIES:
        assert layer.audience.name == "STAFF"
        for band in layer.bands:
            names = {attribute.name for attribute in band.attributes}
            assert not names & {"account", "account_number", "account_key", "meter", "meter_number", "holding", "owner"}
            assert "account_number" not in band.sql and "meter_number" not in band.sql
