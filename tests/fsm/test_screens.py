"""The screens: each person does their part by hand, and sees no more than that."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from fsm.models import Containment, Payment, Population, Provider, Request, SludgeRate, Tariff
from imis.models import User
from imis.roles import Role
from tests.documents.pages import joined, texts_of
from tests.fsm.office import WARD, Office
from tests.fsm.reading import filled, shown, text_of

D = Decimal
Sign = Callable[..., Client]


def test_a_call_becomes_a_job(office: Office, browser_of: Sign) -> None:
    """The officer takes a call by address, registers the tank, sends a crew; the board follows."""
    officer = browser_of(office.officer)
    page = officer.get(reverse("fsm:new"))
    wrong = officer.post(reverse("fsm:new"), filled(page, "", requester_mobile="12"))
    assert wrong.status_code == 400 and "০১" in text_of(wrong)
    said = {
        "requester_name": "করিম", "requester_mobile": "+৮৮০১৭১১০০০০০০", "ward": WARD, "address": "মসজিদের পাশে",
        "urgent": "on",
    }  # fmt: skip
    answer = officer.post(reverse("fsm:new"), filled(page, "", **said))
    asked = Request.objects.get()
    assert answer["Location"] == reverse("fsm:request", args=[asked.pk])
    assert (asked.requester_mobile, asked.urgent, asked.state) == ("01711000000", True, "requested")
    assert officer.post(reverse("fsm:new"), filled(page, "", **said))["Location"] == answer["Location"]
    assert Request.objects.count() == 1

    page = officer.get(answer["Location"])
    verify = reverse("fsm:verify", args=[asked.pk])
    tank = {"verify-technology": "lined_pit", "verify-shape": "circular", "verify-diameter_m": "১.২",
            "verify-depth_m": "2,5", "verify-containment": "new"}  # fmt: skip
    officer.post(verify, filled(page, verify, **tank))
    found = Containment.objects.get()
    assert (found.volume_m3, found.needs_verification) == (D("2.83"), True)
    page = officer.get(answer["Location"])
    assign = reverse("fsm:assign", args=[asked.pk])
    late = filled(page, assign, **{"assign-planned_on": "2020-01-01", "assign-vehicle": office.truck.pk,
                                   "assign-driver": office.driver.pk})  # fmt: skip
    refused = officer.post(assign, late)
    assert refused.status_code == 400 and Request.objects.get().state == "verified"
    officer.post(assign, {**late, "assign-planned_on": timezone.localdate().isoformat()})
    board = text_of(officer.get(reverse("fsm:board")))
    assert Request.objects.get().state == "assigned" and "রহিম" in board and "খুলনা-১" in board


def test_a_holding_brings_its_ward_and_tanks(office: Office, browser_of: Sign) -> None:
    tank = office.containment()
    building = tank.building_links.get().building
    page = browser_of(office.officer).get(reverse("fsm:new"), {"building": building.pk})
    assert "C22-1" in page.content.decode() and 'name="ward"' not in page.content.decode()
    data = filled(page, "", requester_name="করিম", requester_mobile="01711000000")
    browser_of(office.officer).post(f"{reverse('fsm:new')}?building={building.pk}", data)
    asked = Request.objects.get()
    assert (asked.ward_id, asked.building, asked.containment) == (WARD, building, tank)


def test_a_request_is_rejected_and_cancelled_with_a_reason(office: Office, browser_of: Sign) -> None:
    officer = browser_of(office.officer)
    for act, state in (("reject", "rejected"), ("cancel", "cancelled")):
        asked = office.asked(office.containment(f"C22-{act}"))
        address = reverse(f"fsm:{act}", args=[asked.pk])
        page = officer.get(reverse("fsm:request", args=[asked.pk]))
        assert officer.post(address, filled(page, address)).status_code == 400
        officer.post(address, filled(page, address, **{f"{act}-reason": "ভুল ঠিকানা"}))
        assert Request.objects.get(pk=asked.pk).state == state
    ended = text_of(officer.get(reverse("fsm:ended")))
    assert "প্রত্যাখ্যাত" in ended and "বাতিল" in ended


def test_the_plant_measures_and_sees_the_difference(office: Office, browser_of: Sign) -> None:
    request = office.emptied(office.containment(), "2.00")
    gate = browser_of(office.operator)
    page = gate.get(reverse("fsm:plant"))
    answer = gate.post(reverse("fsm:plant"), filled(page, "", volume="-1"))
    assert answer.status_code == 400 and Request.objects.get(pk=request.pk).state == "in_transit"
    slip = gate.post(reverse("fsm:plant"), filled(page, "", volume="১৮.৫"))
    assert slip.status_code == 400 and Request.objects.get(pk=request.pk).state == "in_transit"
    assert "১৮.৫০ ঘনমিটার আসতে পারে না" in text_of(slip), text_of(slip)
    gate.post(reverse("fsm:plant"), filled(page, "", volume="১.৮৫", weighed="on"))
    assert Request.objects.get(pk=request.pk).state == "received"
    assert "−০.১৫" in text_of(gate.get(reverse("fsm:plant")))
    assert "−০.১৫" in text_of(browser_of(office.officer).get(reverse("fsm:request", args=[request.pk])))


def test_the_fee_is_taken_and_proved(office: Office, browser_of: Sign, client: Client) -> None:
    request = office.emptied(office.containment(), "2.00")
    till, fee = browser_of(office.cashier), reverse("fsm:fee", args=[request.pk])
    assert shown(request.number) in text_of(till.get(reverse("fsm:fees"), {"q": "০১৭১১০০০০০০"}))
    page = till.get(fee)
    assert "১,৭০১" in text_of(page)  # 200 + 2 × 750.50
    answer = till.post(fee, filled(page, "", payer_name="করিম"))
    payment = Payment.objects.get()
    assert answer["Location"] == till.post(fee, filled(page, ""))["Location"]
    receipt = till.get(reverse("fsm:receipt", args=[payment.pk]))
    verify = re.search(r'href="([^"]*/verify/[^"]+)"', receipt.content.decode())
    assert verify is not None
    proof = text_of(client.get(verify[1][verify[1].index("/verify/") :]))
    assert "২,৬০২" not in proof and "১,৭০১" in proof and joined(shown(request.number)) in joined(proof)
    paper = till.get(reverse("fsm:receipt_pdf", args=[payment.pk]))
    (printed,) = texts_of(paper.content)
    assert joined("পয়ঃবর্জ্য অপসারণ ফির রশিদ") in printed and joined(request.number) in printed
    boss, undo = browser_of(office.boss), reverse("fsm:reverse", args=[payment.pk])
    boss.post(undo, {"reason": "ভুল"})
    assert "বাতিল" in text_of(boss.get(reverse("fsm:receipt", args=[payment.pk])))
    used = till.post(fee, filled(page, ""))  # the page of the payment that was reversed, sent once more
    undone = till.get(used["Location"])
    assert "এইমাত্র কিছুই নেওয়া হয়নি" in text_of(undone) and f'href="{fee}"' in undone.content.decode()
    assert Payment.objects.count() == 1
    assert joined("বাতিলকৃত") in texts_of(till.get(reverse("fsm:receipt_pdf", args=[payment.pk])).content)[0]


def test_names_are_for_those_who_may_see_people(office: Office, browser_of: Sign) -> None:
    request = office.asked(office.containment())
    planner = User.objects.create(username="planner", roles=[Role.PLANNER], all_wards=True)
    page = browser_of(planner).get(reverse("fsm:request", args=[request.pk])).content.decode()
    assert "করিম" not in page and "01711000000" not in page
    assert "করিম" in browser_of(office.officer).get(reverse("fsm:request", args=[request.pk])).content.decode()


def test_the_month_on_screen_paper_and_sheet(office: Office, browser_of: Sign) -> None:
    done = office.emptied(office.containment(), "2.00", "1.00")
    office.receive(done, 1, "1.90")
    office.asked(office.containment("C22-2"))
    Population.objects.create(ward_id=WARD, counted_on="2022-06-15", non_sewered=10_000, source="x")
    SludgeRate.objects.create(since="2022-01-01", ml_per_head_day=D(275), source="x")
    officer = browser_of(office.officer)
    page = text_of(officer.get(reverse("fsm:report")))
    # 1 of 2 requests; 1.90 of 3.00 m³; 1 of 2 trips.
    assert "৫০.০%" in page and "৬৩.৩%" in page and "−০.১০" in page
    # The second load is on the way, so that the volumes add up before the eyes.
    assert "অপসারিত ৩.০০ − এখনো পথে ১.০০ − পার্থক্য ০.১০ = গৃহীত ১.৯০ ঘনমিটার" in page
    empty = text_of(officer.get(reverse("fsm:report"), {"month": "2020-01"}))
    assert "এই মাসে গণনার মতো আবেদন নেই" in empty and "NaN" not in empty
    made = officer.get(reverse("fsm:report_pdf"))
    assert joined("৬৩.৩%") in "".join(texts_of(made.content))
    book = load_workbook(io.BytesIO(officer.get(reverse("fsm:report_xlsx")).content))
    values = [row[1].value for row in book.worksheets[0].iter_rows(min_row=8, max_row=13)]
    assert values[0] == 50 and values[3] == 63.3 and values[4] == 50
    assert book.worksheets[1]["D2"].value == 2
    assert [float(cell.value) for cell in book.worksheets[1][2][4:]] == [3, 1, 1.9, -0.1]
    english = text_of(browser_of(office.officer, "en").get(reverse("fsm:report")))
    assert "50.0%" in english and "less those rejected or cancelled" in english


def test_a_name_is_never_a_formula_of_the_workbook(office: Office, browser_of: Sign) -> None:
    office.emptied(office.containment(), "2.00")
    Provider.objects.update(name_bn="=1+1")
    answer = browser_of(office.officer).get(reverse("fsm:report_xlsx"))
    cell = load_workbook(io.BytesIO(answer.content)).worksheets[2]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_report_keeps_to_the_wards_of_its_reader(office: Office, browser_of: Sign) -> None:
    office.emptied(office.containment(), "2.00")
    elsewhere = User.objects.create(username="elsewhere", roles=[Role.FSM_OFFICER], ward_numbers=[24])
    assert "৫" not in re.sub("[^৫]", "", text_of(browser_of(elsewhere).get(reverse("fsm:fees"))))
    page = text_of(browser_of(elsewhere).get(reverse("fsm:report")))
    assert "ওয়ার্ড ২৪" in page and "এই মাসে কোনো ট্রিপ রওনা হয়নি" in page


def test_the_office_keeps_fleet_prices_and_assumptions(office: Office, browser_of: Sign) -> None:
    officer = browser_of(office.officer)
    sent: dict[str, dict[str, Any]] = {
        "provider": {"name_bn": "নতুন", "name_en": "New", "phone": ""},
        "vehicle": {"provider": office.provider.pk, "plate": "খ-৯", "capacity_m3": "১.৫"},
        "crew": {"provider": office.provider.pk, "name_bn": "জামাল", "kind": "emptier"},
        "plant": {"name_bn": "ছোট", "name_en": "Small", "kind": "decentralised", "latitude": "22.8",
                  "longitude": "89.55"},
        "tariff": {"since": "2027-01-01", "call_out_amount": "0", "per_m3_amount": "৮০০", "minimum_amount": "1000",
                   "authority": "সভা ১২"},
        "population": {"ward": WARD, "counted_on": "2022-06-15", "non_sewered": 9000, "source": "BBS"},
        "rate": {"since": "2022-01-01", "ml_per_head_day": "275", "source": "x"},
    }  # fmt: skip
    for kind, data in sent.items():
        address = reverse("fsm:add", args=[kind])
        assert officer.get(address).status_code == 200
        assert officer.post(address, data).status_code == 302, kind
    assert officer.post(reverse("fsm:add", args=["provider"]), sent["provider"]).status_code == 400
    assert officer.get(reverse("fsm:add", args=["nonsense"])).status_code == 404
    page = text_of(officer.get(reverse("fsm:fleet")))
    assert "খ-৯" in page and "জামাল" in page and "৯,০০০" in page
    assert Provider.objects.count() == 2 and Tariff.objects.count() == 2


def test_a_holdings_page_offers_the_panel(office: Office, browser_of: Sign, settings: Any) -> None:
    from holdings.models import Holding, HoldingBuilding

    tank = office.containment()
    holding = Holding.objects.create(ward_id=WARD, number_written="12", number_key="12")
    HoldingBuilding.objects.create(holding=holding, building=tank.building_links.get().building)
    page = browser_of(office.officer).get(reverse("holdings:detail", args=[holding.pk])).content.decode()
    assert reverse("fsm:holding_panel", args=[holding.pk]) in page
    panel = browser_of(office.officer).get(reverse("fsm:holding_panel", args=[holding.pk])).content.decode()
    assert "C২২" in panel or "C22-1" in panel
    assert Point(tank.geom.x, tank.geom.y, srid=3857) == tank.geom
