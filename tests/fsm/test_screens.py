"""The screens: each person does their part by hand, and sees no more than that."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from datetime import timezone as zones
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook
from PIL import Image

from fsm import services
from fsm.models import Containment, Payment, Photo, Population, Provider, Request, SludgeRate, Tariff, Trip
from imis.models import User
from imis.roles import Role
from imis.templatetags.imis_text import figures
from tests.documents.pages import joined, texts_of
from tests.fsm.office import WARD, Office

D = Decimal
Sign = Callable[..., Client]


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode())))


def shown(number: str) -> str:
    """A number as a Bangla page writes it."""
    with override("bn"):
        return figures(number)


def filled(answer: Any, action: str, **typed: Any) -> dict[str, Any]:
    """The fields of the form with this address as a browser would send them, with what a person typed."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", answer.content.decode(), re.S)
    body = next(inner for tag, inner in forms if f'action="{action}"' in tag or (not action and "method=\"post\"" in tag
                and "action=" not in tag))  # fmt: skip
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", body):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and not (kind and kind[1] in ("checkbox", "radio", "file") and "checked" not in tag):
            data[name[1]] = unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        data[name] = chosen[1] if chosen else ""
    return {**data, **typed}


def picture(size: tuple[int, int] = (2000, 1000), kind: str = "JPEG", gps: bool = True) -> bytes:
    image = Image.new("RGB", size, (120, 90, 40))
    exif = Image.Exif()
    if gps:
        exif[0x0110] = "Secret Phone 9"
        exif.get_ifd(0x8769)[0x9003] = "2026:11:10 09:30:00"
        place = exif.get_ifd(0x8825)
        place[1], place[2], place[3], place[4] = "N", (22.0, 48.0, 0.0), "E", (89.0, 33.0, 0.0)
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


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


@pytest.fixture
def job(office: Office) -> Request:
    request = office.verified(office.containment(), consents_to_place=True)
    office.assign(request)
    return request


def test_the_driver_works_through_the_job(office: Office, job: Request, browser_of: Sign) -> None:
    driver = browser_of(office.driver_user)
    page = driver.get(reverse("fsm:driver"))
    assert shown(job.number) in text_of(page) and "01711000000" in page.content.decode()
    start, load, finish = (reverse(f"fsm:drive_{act}", args=[job.pk]) for act in ("start", "load", "finish"))
    assert driver.post(start, filled(page, start))["Location"] == reverse("fsm:driver")
    data = filled(page, load, volume="১.৫")
    as_json = {"headers": {"Accept": "application/json"}}
    for _turn in range(3):
        answer = driver.post(load, data, **as_json)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()) == (200, {"problem": ""})
    assert Trip.objects.count() == 1
    too_much = driver.post(load, {**data, "event_id": uuid4(), "volume": "9"}, **as_json)  # type: ignore[arg-type]
    assert too_much.status_code == 409 and too_much.json()["problem"]
    driver.post(finish, filled(page, finish))
    assert Request.objects.get(pk=job.pk).state == "in_transit"
    assert "শোধনাগার" in text_of(driver.get(reverse("fsm:driver")))


def test_a_telephone_out_of_reach_says_when(office: Office, job: Request, browser_of: Sign) -> None:
    driver = browser_of(office.driver_user)
    page = driver.get(reverse("fsm:driver"))
    start = reverse("fsm:drive_start", args=[job.pk])
    happened = timezone.now() - timedelta(minutes=50)
    driver.post(
        start, filled(page, start, happened_at=happened.astimezone(zones.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    )
    event = job.events.get(step="start")
    assert abs(event.at - happened) < timedelta(seconds=1) and event.recorded_at - event.at > timedelta(minutes=49)


def test_a_failed_visit_needs_its_reason(office: Office, job: Request, browser_of: Sign) -> None:
    driver = browser_of(office.driver_user)
    page = driver.get(reverse("fsm:driver"))
    fail = reverse("fsm:drive_fail", args=[job.pk])
    driver.post(fail, filled(page, fail))
    assert Request.objects.get(pk=job.pk).state == "assigned"
    driver.post(fail, filled(page, fail, reason="গেট বন্ধ"))
    assert Request.objects.get(pk=job.pk).state == "failed"
    assert "গেট বন্ধ" in text_of(browser_of(office.officer).get(reverse("fsm:request", args=[job.pk])))


def test_a_driver_sees_their_own_jobs_only(office: Office, job: Request, browser_of: Sign) -> None:
    other = User.objects.create(username="other", roles=[Role.DRIVER], all_wards=True)
    services.add_crew_member(
        provider=office.provider.pk, name_bn="সেলিম", kind="driver", username="other", by=office.officer,
        at=office.now(),
    )  # fmt: skip
    stranger = browser_of(other)
    assert job.requester_mobile not in stranger.get(reverse("fsm:driver")).content.decode()
    start = reverse("fsm:drive_start", args=[job.pk])
    answer = stranger.post(start, {"event_id": uuid4()}, headers={"Accept": "application/json"})
    assert answer.status_code == 409 and Request.objects.get(pk=job.pk).state == "assigned"
    for name in ("fsm:board", "fsm:plant", "fsm:fees", "fsm:report"):
        assert stranger.get(reverse(name)).status_code == 403


def test_a_photo_is_drawn_anew(office: Office, job: Request, browser_of: Sign, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    driver, address = browser_of(office.driver_user), reverse("fsm:drive_photo", args=[job.pk])
    key = uuid4()
    for _turn in range(2):
        file = io.BytesIO(picture())
        file.name = "../../etc/x.php"
        answer = driver.post(address, {"photo_id": key, "photo": file}, headers={"Accept": "application/json"})
        assert answer.status_code == 200
    photo = Photo.objects.get()
    assert photo.taken_at is not None and photo.place is not None
    assert (round(photo.place.x, 2), round(photo.place.y, 2)) == (89.55, 22.8)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path).as_posix() for path in kept] == [photo.file_name]
    with Image.open(kept[0]) as image:
        assert (image.format, max(image.size), len(image.getexif())) == ("JPEG", 1600, 0)
    assert b"Secret" not in kept[0].read_bytes()
    seen = browser_of(office.officer).get(reverse("fsm:photo", args=[photo.pk]))
    assert seen["Content-Type"] == "image/jpeg" and b"".join(seen.streaming_content) == kept[0].read_bytes()  # type: ignore[attr-defined]


def test_without_consent_place_and_time_are_forgotten(office: Office, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    request = office.verified(office.containment())
    office.assign(request)
    photo = services.add_photo(
        photo_id=uuid4(), request=request.pk, content=picture(), by=office.driver_user, at=office.now()
    )
    assert (photo.taken_at, photo.place) == (None, None)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a" + b"\0" * 200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:500],
        b"\xff\xd8\xff\xe0" + b"\0" * (13 * 1024 * 1024),
    ],
    ids=["empty", "gif", "svg", "cut off", "too large"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(
    office: Office, job: Request, browser_of: Sign, content: bytes, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = io.BytesIO(content)
    file.name = "x.jpg"
    answer = browser_of(office.driver_user).post(
        reverse("fsm:drive_photo", args=[job.pk]), {"photo_id": uuid4(), "photo": file},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 409 and answer.json()["problem"]
    assert Photo.objects.count() == 0 and list(tmp_path.rglob("*.jpg")) == []


def test_the_plant_measures_and_sees_the_difference(office: Office, browser_of: Sign) -> None:
    request = office.emptied(office.containment(), "2.00")
    gate = browser_of(office.operator)
    page = gate.get(reverse("fsm:plant"))
    answer = gate.post(reverse("fsm:plant"), filled(page, "", volume="-1"))
    assert answer.status_code == 400 and Request.objects.get(pk=request.pk).state == "in_transit"
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
    empty = text_of(officer.get(reverse("fsm:report"), {"month": "2020-01"}))
    assert "এই মাসে গণনার মতো আবেদন নেই" in empty and "NaN" not in empty
    made = officer.get(reverse("fsm:report_pdf"))
    assert joined("৬৩.৩%") in "".join(texts_of(made.content))
    book = load_workbook(io.BytesIO(officer.get(reverse("fsm:report_xlsx")).content))
    values = [row[1].value for row in book.worksheets[0].iter_rows(min_row=8, max_row=13)]
    assert values[0] == 50 and values[3] == 63.3 and values[4] == 50
    assert book.worksheets[1]["D2"].value == 2 and float(book.worksheets[1]["E2"].value) == 3
    english = text_of(browser_of(office.officer, "en").get(reverse("fsm:report")))
    assert "50.0%" in english and "less those rejected or cancelled" in english


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
