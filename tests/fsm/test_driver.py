"""The driver's telephone: steps, retries, what another driver may not do, and pictures drawn anew."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Callable
from datetime import timedelta
from datetime import timezone as zones
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from fsm import services
from fsm.models import Photo, Request, Trip
from fsm.services.photos import cleaned
from imis.errors import BadInput
from imis.models import User
from imis.roles import Role
from tests.fsm.office import Office
from tests.fsm.reading import filled, shown, text_of

Sign = Callable[..., Client]


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


def turned(kind: str) -> bytes:
    """A picture taken with the telephone upright: its orientation is acted upon, and what it hides written anew."""
    image, exif = Image.new("RGB", (64, 48), (200, 10, 10)), Image.Exif()
    exif[0x0112], exif[0x0132] = 6, "2026:11:10 09:30:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (22.0, 48.0, 0.0), "E", (89.0, 33.0, 0.0)
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


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


def test_a_driver_whose_wards_changed_sees_no_job_and_is_told_in_words(
    office: Office, job: Request, browser_of: Sign
) -> None:
    driver = browser_of(office.driver_user)
    assert shown(job.number) in text_of(driver.get(reverse("fsm:driver")))
    office.driver_user.all_wards, office.driver_user.ward_numbers = False, [5]
    office.driver_user.save()
    assert shown(job.number) not in text_of(driver.get(reverse("fsm:driver")))
    start = reverse("fsm:drive_start", args=[job.pk])
    # The script sets a note aside that is refused in words; without words it would wait for a sign-in.
    told = driver.post(start, {"event_id": uuid4()}, headers={"Accept": "application/json"})
    assert told.status_code == 403 and told.json()["problem"]
    assert driver.post(start, {"event_id": uuid4()}).status_code == 403
    gone = driver.post(reverse("fsm:drive_start", args=[uuid4()]), headers={"Accept": "application/json"})
    assert gone.status_code == 404 and gone.json()["problem"]


def test_what_was_wrong_is_told_in_the_digits_of_the_language(office: Office, job: Request, browser_of: Sign) -> None:
    data = {"event_id": uuid4(), "volume": "0", "plant": office.plant.pk}
    answer = browser_of(office.driver_user).post(
        reverse("fsm:drive_load", args=[job.pk]), data, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 409 and "০.০১" in answer.json()["problem"]


def test_a_picture_whose_hidden_place_is_damaged_is_refused() -> None:
    """The longitude says that it holds whole numbers, the first below nothing: Pillow cannot write it anew."""
    whole = turned("JPEG")
    kind, degrees = b"\x00\x04\x00\x05\x00\x00\x00\x03", b"\x00\x00\x00\x59\x00\x00\x00\x01"
    assert whole.count(kind) == whole.count(degrees) == 1
    damaged = whole.replace(kind, kind.replace(b"\x05", b"\x09")).replace(degrees, b"\xef" + degrees[1:])
    with pytest.raises(BadInput):
        cleaned(damaged)


def test_damaged_pictures_are_refused_whatever_the_damage() -> None:
    """Bytes changed by lot, also in what the telephone wrote about time and place."""
    lot, refused = random.Random(4), 0
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = turned(kind)
        for turn in range(400):
            damaged = bytearray(whole)
            for _byte in range(lot.randint(1, 6)):
                damaged[lot.randrange(len(damaged) if turn % 2 else min(400, len(damaged)))] = lot.randrange(256)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    cleaned(bytes(damaged[: lot.randrange(len(damaged))] if turn % 5 == 0 else damaged))
            except BadInput:
                refused += 1
    assert refused > 100


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


def test_a_photo_is_for_those_who_may_see_people(
    office: Office, job: Request, browser_of: Sign, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    photo = services.add_photo(
        photo_id=uuid4(), request=job.pk, content=picture(), by=office.driver_user, at=office.now()
    )
    page, picked = reverse("fsm:request", args=[job.pk]), reverse("fsm:photo", args=[photo.pk])
    planner = User.objects.create(username="planner", roles=[Role.PLANNER], all_wards=True)
    elsewhere = User.objects.create(username="elsewhere", roles=[Role.FSM_OFFICER], ward_numbers=[24])
    for person, expected in ((office.officer, 200), (planner, 403), (elsewhere, 403)):
        browser = browser_of(person)
        assert browser.get(picked).status_code == expected, person
        assert (picked in browser.get(page).content.decode()) == (expected == 200), person


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
