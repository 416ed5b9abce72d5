"""Staff: the services and the administrator's pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from imis.errors import BadInput, Refused
from imis.forms import parse_wards
from imis.models import AuditRow, User
from imis.queries import office_changes
from imis.roles import PERMISSIONS, Permission, Role, may
from imis.services import people

AT = datetime(2026, 7, 1, 9, 0, tzinfo=timezone.utc)
Person = Callable[..., User]


def add(by: User | None, **changes: object) -> tuple[User, str]:
    values: dict[str, object] = {
        "username": "karim", "name_bn": "করিম", "name_en": "Abdul Karim", "roles": [Role.COLLECTOR],
        "all_wards": False, "ward_numbers": [23, 22, 22],
    }  # fmt: skip
    return people.add_user(**{**values, **changes}, by=by, at=AT)  # type: ignore[arg-type]


def test_a_new_person_gets_a_temporary_password_an_office_and_an_audit_row(administrator: User) -> None:
    user, password = add(administrator)
    assert user.check_password(password) and user.must_change_password
    assert (user.roles, user.ward_numbers, user.get_full_name()) == (["collector"], [22, 23], "Abdul Karim")
    row = AuditRow.objects.get(action="add_user")
    assert (row.by, row.object_id) == (administrator, str(user.pk))
    assert row.details == {"roles": ["collector"], "all_wards": False, "ward_numbers": [22, 23]}


def test_a_taken_name_and_an_unknown_role_are_refused(administrator: User) -> None:
    add(administrator)
    with pytest.raises(BadInput) as taken:
        add(administrator, username="KARIM")
    assert taken.value.field == "username"
    with pytest.raises(BadInput) as unknown:
        add(administrator, username="other", roles=["king"])
    assert unknown.value.field == "roles"


def test_ward_scope_and_permission_decide_together(administrator: User) -> None:
    user, _password = add(administrator)
    assert may(user, Permission.TAKE_PAYMENT)
    assert may(user, Permission.TAKE_PAYMENT, ward=22)
    assert not may(user, Permission.TAKE_PAYMENT, ward=24)
    assert not may(user, Permission.REVERSE_PAYMENT, ward=22)
    user.is_active = False
    assert not may(user, Permission.TAKE_PAYMENT, ward=22)


def test_the_permission_table_keeps_duties_apart() -> None:
    def holders(permission: Permission) -> set[str]:
        return {role for role in Role.values if permission in PERMISSIONS[Role(role)]}

    assert set(PERMISSIONS) == set(Role), "every role stands in the table"
    assert all(holders(permission) for permission in Permission), "every permission is held by someone"
    pairs = [
        (Permission.ASSESS, Permission.APPROVE_ASSESSMENT),
        (Permission.TAKE_PAYMENT, Permission.REVERSE_PAYMENT),
        (Permission.MANAGE_PEOPLE, Permission.TAKE_PAYMENT),
        (Permission.MANAGE_PEOPLE, Permission.ISSUE_BILLS),
        (Permission.MANAGE_PEOPLE, Permission.ASSESS),
    ]
    for one, other in pairs:
        assert not holders(one) & holders(other), f"one role holds {one.value} and {other.value}"
    assert holders(Permission.MANAGE_PEOPLE) == {Role.ADMINISTRATOR}
    writing = set(Permission) - {p for p in Permission if p.value.startswith("see_")}
    assert not PERMISSIONS[Role.AUDITOR] & writing, "the auditor only looks"


def test_an_edit_is_audited_with_before_and_after(administrator: User) -> None:
    user, _password = add(administrator)
    people.edit_user(
        user=user, name_bn="করিম", name_en="Abdul Karim", roles=[Role.CASHIER], all_wards=True, ward_numbers=[],
        by=administrator, at=AT,
    )  # fmt: skip
    details = AuditRow.objects.get(action="edit_user").details
    assert details["before"]["roles"] == ["collector"] and details["after"]["roles"] == ["cashier"]


def test_nobody_changes_their_own_office(administrator: User) -> None:
    with pytest.raises(Refused):
        people.edit_user(
            user=administrator, name_bn="", name_en="", roles=[Role.ADMINISTRATOR, Role.CASHIER], all_wards=True,
            ward_numbers=[], by=administrator, at=AT,
        )  # fmt: skip
    for act in (people.reset_password, people.reset_second_factor):
        with pytest.raises(Refused):
            act(user=administrator, by=administrator, at=AT)
    with pytest.raises(Refused):
        people.set_active(user=administrator, active=False, by=administrator, at=AT)
    renamed = people.edit_user(
        user=administrator, name_bn="বস", name_en="Boss", roles=administrator.roles, all_wards=True,
        ward_numbers=[], by=administrator, at=AT,
    )  # fmt: skip
    assert renamed.name_bn == "বস", "one's own name may be corrected"


def test_the_last_administrator_stays(administrator: User, person: Person) -> None:
    helper = person(Role.CASHIER, username="former")
    with pytest.raises(Refused):
        people.set_active(user=administrator, active=False, by=helper, at=AT)
    second = person(Role.ADMINISTRATOR, username="second")
    people.set_active(user=administrator, active=False, by=second, at=AT)
    assert not User.objects.get(pk=administrator.pk).is_active


def test_a_reset_gives_a_new_password_once(administrator: User) -> None:
    user, old = add(administrator)
    new = people.reset_password(user=user, by=administrator, at=AT)
    user.refresh_from_db()
    assert user.check_password(new) and not user.check_password(old) and user.must_change_password
    assert new not in str(list(AuditRow.objects.values()))


def test_a_lost_telephone_is_forgotten(administrator: User) -> None:
    user, _password = add(administrator)
    TOTPDevice.objects.create(user=user, name="telephone", confirmed=True)
    assert people.reset_second_factor(user=user, by=administrator, at=AT) == 1
    assert not TOTPDevice.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    ("text", "wards"),
    [
        ("", []),
        ("22", [22]),
        ("২২, ২৩", [22, 23]),
        ("1-5, 3; 9", [1, 2, 3, 4, 5, 9]),
        ("৩–৫", [3, 4, 5]),
        (" 7 ,", [7]),
    ],
)
def test_wards_are_read_in_both_scripts(text: str, wards: list[int]) -> None:
    assert parse_wards(text) == wards


@pytest.mark.parametrize("text", ["x", "0", "5-1", "1-500", "2-", "-3", "1.5"])
def test_what_is_no_ward_is_named(text: str) -> None:
    with pytest.raises(Exception, match="."):
        parse_wards(text)


def test_the_database_itself_keeps_changes_of_offices(administrator: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imis_user SET roles = '{cashier,administrator}', last_login = now() WHERE id = %s",
            [administrator.pk],
        )
        cursor.execute("UPDATE imis_user SET last_login = now() WHERE id = %s", [administrator.pk])
    changes = [change for change in office_changes() if change.username == "boss"]
    assert [change.operation for change in changes] == ["UPDATE", "INSERT"], "a sign-in is no change of office"
    assert changes[0].before["roles"] == ["administrator"]
    assert changes[0].after["roles"] == ["cashier", "administrator"]
    assert "argon2" not in str(changes)


def test_the_pages_add_edit_and_close(signed_in: Callable[..., Client], settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]
    client = signed_in(Role.ADMINISTRATOR, username="boss")
    form = {"username": "karim", "name_bn": "করিম", "name_en": "Karim", "roles": ["collector"], "ward_numbers": "২২-২৪"}
    assert "Name the wards" in client.post("/people/add/", {**form, "ward_numbers": ""}).content.decode()
    page = client.post("/people/add/", form).content.decode()
    password = re.search(r"([\w]{4}(?:-\w{4}){3})", page)
    user = User.objects.get(username="karim")
    assert password and user.check_password(password[1]) and user.ward_numbers == [22, 23, 24]
    assert "taken" in client.post("/people/add/", form).content.decode()

    del form["username"]
    client.post(f"/people/{user.pk}/", {**form, "roles": ["cashier"], "all_wards": "on"})
    user.refresh_from_db()
    assert user.roles == ["cashier"] and user.all_wards
    assert client.post(f"/people/{user.pk}/active/", {"active": "0"}).status_code == 302
    assert "Closed" in client.get("/people/?q=kar").content.decode()
    assert not User.objects.get(pk=user.pk).is_active
    client.post(f"/people/{user.pk}/active/", {"active": "1"})
    shown = client.post(f"/people/{user.pk}/password/")
    assert "no-store" in shown["Cache-Control"]
    client.post(f"/people/{user.pk}/second-factor/")
    actions = set(AuditRow.objects.values_list("action", flat=True))
    assert actions == {
        "add_user",
        "edit_user",
        "deactivate_user",
        "activate_user",
        "reset_password",
        "reset_second_factor",
    }


def test_the_audit_log_is_filtered(signed_in: Callable[..., Client], administrator: User) -> None:
    add(administrator)
    add(administrator, username="rahim")
    people.reset_password(user=User.objects.get(username="rahim"), by=administrator, at=AT)
    client = signed_in(Role.AUDITOR)
    assert client.get("/audit/").content.decode().count("<td title=") == 3
    page = client.get(
        "/audit/", {"action": "reset_password", "by": "BOSS", "since": "2026-07-01", "until": "2026-07-01"}
    )
    assert page.content.decode().count("<td title=") == 1
    assert client.get("/audit/", {"until": "2026-06-30"}).content.decode().count("<td title=") == 0
    assert client.get("/audit/offices/").status_code == 200


def test_the_first_administrator_comes_from_the_command_line_once(db: None) -> None:
    said = StringIO()
    call_command("first_administrator", "chief", name_en="The Chief", stdout=said)
    user = User.objects.get()
    assert user.check_password(said.getvalue().split()[-1]) and user.must_change_password
    assert (user.roles, user.all_wards, user.is_superuser) == (["administrator"], True, False)
    with pytest.raises(CommandError, match="administrator already"):
        call_command("first_administrator", "second")
