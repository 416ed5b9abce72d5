"""Sign-in as a person meets it: lock-out, own password, second factor, and the gate before every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from imis.models import AuditRow, User
from imis.passwords import temporary_password
from imis.roles import Role
from tests.imis.conftest import PASSWORD
from tests.imis.fresh_settings import read_settings

NEW = "seven-Boats-under-moon"
Person = Callable[..., User]


@pytest.fixture(autouse=True)
def english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]


def sign_in(client: Client, username: str, password: str = PASSWORD) -> object:
    return client.post("/sign-in/", {"username": username, "password": password})


def test_a_right_password_opens_the_home_page(person: Person, client: Client) -> None:
    person(Role.CASHIER)
    response = sign_in(client, "cashier")
    assert response.status_code == 302 and response["Location"] == "/"  # type: ignore[attr-defined]
    assert "Cashier" in client.get("/").content.decode()


def test_passwords_are_kept_as_argon2(person: Person) -> None:
    assert identify_hasher(person(Role.CASHIER).password).algorithm == "argon2"


def test_the_sign_in_page_does_not_lead_to_another_host(person: Person, client: Client) -> None:
    person(Role.CASHIER)
    answer = client.post("/sign-in/", {"username": "cashier", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_five_wrong_passwords_lock_and_the_page_says_what_to_do(person: Person, client: Client) -> None:
    person(Role.CASHIER)
    for _n in range(4):
        assert "wrong" in sign_in(client, "cashier", "nonsense").content.decode()  # type: ignore[attr-defined]
    locked = sign_in(client, "cashier", "nonsense")
    assert locked.status_code == 429  # type: ignore[attr-defined]
    page = locked.content.decode()  # type: ignore[attr-defined]
    assert "Wait 15 minutes" in page and "ask an administrator" in page
    assert sign_in(client, "cashier").status_code == 429, "the right password is refused too while locked"  # type: ignore[attr-defined]
    AccessAttempt.objects.update(attempt_time=datetime.now(timezone.utc) - timedelta(minutes=16))
    assert sign_in(client, "cashier").status_code == 302  # type: ignore[attr-defined]


def test_the_present_password_cannot_be_guessed_in_an_open_session(signed_in: Callable[..., Client]) -> None:
    """Whoever finds a session open meets the lock of sign-in, before a new password takes the account away."""
    client = signed_in(Role.CASHIER)
    for _n in range(4):
        assert client.post("/password/", {"old": "nonsense", "new": NEW, "again": NEW}).status_code == 200
    assert client.post("/password/", {"old": "nonsense", "new": NEW, "again": NEW}).status_code == 429
    assert client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 429
    AccessAttempt.objects.update(attempt_time=datetime.now(timezone.utc) - timedelta(minutes=16))
    assert client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})["Location"] == "/"


def test_a_lock_does_not_reach_a_colleague_or_another_place(person: Person, client: Client) -> None:
    person(Role.CASHIER)
    person(Role.ASSESSOR)
    for _n in range(6):
        sign_in(client, "cashier", "nonsense")
    assert sign_in(client, "assessor").status_code == 302  # type: ignore[attr-defined]
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in(elsewhere, "cashier").status_code == 302  # type: ignore[attr-defined]


def test_a_forged_forwarded_address_does_not_escape_the_lock(person: Person, client: Client) -> None:
    person(Role.CASHIER)
    for n in range(6):
        client.post(
            "/sign-in/", {"username": "cashier", "password": "nonsense"}, headers={"X-Forwarded-For": f"10.9.9.{n}"}
        )
    assert sign_in(client, "cashier").status_code == 429  # type: ignore[attr-defined]


def test_a_closed_account_cannot_sign_in_and_a_session_ends_with_it(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.CASHIER)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/").status_code == 302
    assert sign_in(Client(), "cashier").status_code == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "password",
    [
        "khulna1234567",
        "Khulna@2026!!",
        "kcc-imis-2026-kcc",
        "holdingtax1234",
        "Passw0rd12345",
        "Cashier!2026#1",
        "short-one",
        "123456789012",
    ],
)
def test_passwords_that_anyone_here_would_try_are_refused(password: str, db: None) -> None:
    user = User(username="cashier")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("password", [NEW, PASSWORD, "KhulnaRiverBoatMango7", "নদীর-ধারে-তালগাছ-একপায়ে"])
def test_good_passwords_are_taken(password: str, db: None) -> None:
    validate_password(password, User(username="cashier"))


def test_temporary_passwords_pass_the_same_validators(db: None) -> None:
    made = {temporary_password() for _n in range(200)}
    assert len(made) == 200
    for password in made:
        validate_password(password, User(username="cashier"))


def test_a_temporary_password_must_be_changed_before_anything_else(person: Person, client: Client) -> None:
    person(Role.CASHIER, must_change_password=True)
    sign_in(client, "cashier")
    assert client.get("/")["Location"] == "/password/"
    answer = client.post("/password/", {"old": PASSWORD, "new": "khulna1234567", "again": "khulna1234567"})
    assert "easy to guess" in answer.content.decode()
    answer = client.post("/password/", {"old": "wrong", "new": NEW, "again": NEW + "x"})
    assert "present password is wrong" in answer.content.decode() and "differ" in answer.content.decode()
    assert client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditRow.objects.get().action == "change_own_password"
    assert sign_in(Client(), "cashier", NEW).status_code == 302  # type: ignore[attr-defined]


@pytest.fixture
def strict(settings: object) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]


def code_of(device: TOTPDevice, drift: int = 0) -> str:
    return f"{totp(device.bin_key, step=device.step, t0=device.t0, digits=device.digits, drift=drift):06d}"


def enrol(client: Client) -> list[str]:
    page = client.get("/second-factor/enrol/").content.decode()
    assert "<svg" in page, "the QR code is drawn in the page"
    device = TOTPDevice.objects.get(confirmed=False)
    done = client.post("/second-factor/enrol/", {"code": code_of(device)}).content.decode()
    return re.findall(r"<li>([a-z2-7]{8})</li>", done)


def test_two_pages_opened_at_once_enrol_one_telephone(person: Person, client: Client, strict: None) -> None:
    cashier = person(Role.CASHIER)
    for _page in range(2):
        TOTPDevice.objects.create(user=cashier, confirmed=False, name="telephone")
    sign_in(client, "cashier")
    assert client.get("/second-factor/enrol/").status_code == 200
    first = TOTPDevice.objects.order_by("pk")[0]
    client.post("/second-factor/enrol/", {"code": code_of(first)})
    assert list(TOTPDevice.objects.values_list("pk", "confirmed")) == [(first.pk, True)]


def test_no_page_opens_before_the_second_factor(person: Person, client: Client, strict: None) -> None:
    person(Role.ADMINISTRATOR)
    sign_in(client, "administrator")
    for page in ("/", "/people/", "/audit/", "/password/", "/admin/", "/second-factor/"):
        assert client.get(page).status_code == 302, page
    assert client.get("/people/")["Location"] == "/second-factor/"
    fragment = client.get("/people/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, "/second-factor/")


def test_enrolment_shows_backup_codes_once_and_then_opens_the_house(
    person: Person, client: Client, strict: None
) -> None:
    user = person(Role.ADMINISTRATOR)
    sign_in(client, "administrator")
    device_page = client.get("/second-factor/enrol/").content.decode()
    wrong = client.post("/second-factor/enrol/", {"code": "000000"}).content.decode()
    assert "not right" in wrong and "<svg" in device_page
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    codes = enrol(client)
    assert len(codes) == 10
    assert client.get("/people/").status_code == 200
    assert client.get("/admin/").status_code == 200
    assert AuditRow.objects.filter(action="confirm_second_factor", by=user).count() == 1


def test_later_sign_ins_ask_for_a_code_and_a_code_works_once(person: Person, client: Client, strict: None) -> None:
    person(Role.CASHIER)
    sign_in(client, "cashier")
    codes = enrol(client)
    device = TOTPDevice.objects.get()
    TOTPDevice.objects.update(last_t=-1)

    again = Client()
    sign_in(again, "cashier")
    assert again.get("/second-factor/enrol/")["Location"] == "/second-factor/", "no new device without the old one"
    used = code_of(device)
    bangla = used.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert again.post("/second-factor/", {"code": f"{bangla[:3]} {bangla[3:]}"})["Location"] == "/"
    assert again.get("/").status_code == 200

    third = Client()
    sign_in(third, "cashier")
    assert "not right" in third.post("/second-factor/", {"code": used}).content.decode(), "a code is used up"
    StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert third.post("/second-factor/", {"code": codes[0].upper()})["Location"] == "/"
    assert StaticToken.objects.count() == 9


def test_guessing_codes_is_slowed_down(person: Person, client: Client, strict: None) -> None:
    person(Role.CASHIER)
    sign_in(client, "cashier")
    enrol(client)
    device = TOTPDevice.objects.get()
    TOTPDevice.objects.update(last_t=-1)
    again = Client()
    sign_in(again, "cashier")
    again.post("/second-factor/", {"code": "000000"})
    answer = again.post("/second-factor/", {"code": code_of(device)})
    assert answer.status_code == 200, "right after a wrong code even a right one waits"


def test_new_backup_codes_replace_the_old(person: Person, client: Client, strict: None) -> None:
    person(Role.CASHIER)
    sign_in(client, "cashier")
    old = enrol(client)
    page = client.post("/second-factor/backup-codes/").content.decode()
    new = re.findall(r"<li>([a-z2-7]{8})</li>", page)
    assert len(new) == 10 and not set(new) & set(old)
    assert set(StaticToken.objects.values_list("token", flat=True)) == set(new)


def test_the_second_factor_is_on_unless_it_is_a_demo() -> None:
    assert read_settings(IMIS_DEMO=None)["SECOND_FACTOR"] is True
    assert read_settings(IMIS_DEMO="1")["SECOND_FACTOR"] is False
    assert read_settings(IMIS_DEMO="1", IMIS_SECOND_FACTOR="1")["SECOND_FACTOR"] is True
    with pytest.raises(RuntimeError, match="IMIS_SECOND_FACTOR=0 is allowed only together with IMIS_DEMO=1"):
        read_settings(IMIS_DEMO=None, IMIS_SECOND_FACTOR="0")
