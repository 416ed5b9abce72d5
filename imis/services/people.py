"""Adds staff, gives offices and wards, ends access, and hands out temporary passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import devices_for_user

from imis import audit
from imis.errors import BadInput, Refused
from imis.models import User
from imis.passwords import temporary_password
from imis.roles import Role


@transaction.atomic
def add_user(
    *,
    username: str,
    name_bn: str,
    name_en: str,
    roles: Sequence[str],
    all_wards: bool,
    ward_numbers: Sequence[int],
    by: User | None,
    at: datetime,
) -> tuple[User, str]:
    """Adds a member of staff; returns the user and the temporary password, which is stored nowhere.

    `by` is None only for the first administrator. Raises BadInput for a taken user name or an unknown role.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise BadInput(_("This user name is taken."), field="username", remedy=_("Choose another one."))
    _check_roles(roles)
    password = temporary_password()
    first, _space, last = name_en.strip().partition(" ")
    user = User(
        username=username, name_bn=name_bn, first_name=first, last_name=last, roles=sorted(roles),
        all_wards=all_wards, ward_numbers=sorted(set(ward_numbers)), must_change_password=True, date_joined=at,
    )  # fmt: skip
    user.set_password(password)
    user.save()
    _audit("add_user", user, by=by, at=at, **_office(user))
    return user, password


@transaction.atomic
def edit_user(
    *,
    user: User,
    name_bn: str,
    name_en: str,
    roles: Sequence[str],
    all_wards: bool,
    ward_numbers: Sequence[int],
    by: User,
    at: datetime,
) -> User:
    """Changes names, roles and wards; the audit row holds the office before and after.

    Raises Refused when someone changes their own office or the last administrator would go.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    before = _office(user)
    _check_roles(roles)
    user.roles, user.all_wards, user.ward_numbers = sorted(roles), all_wards, sorted(set(ward_numbers))
    if before != _office(user):
        _not_oneself(user, by)
        _keep_an_administrator(user, stays=Role.ADMINISTRATOR in roles)
    user.name_bn = name_bn
    user.first_name, _space, user.last_name = name_en.strip().partition(" ")
    user.save(update_fields=["roles", "all_wards", "ward_numbers", "name_bn", "first_name", "last_name"])
    _audit("edit_user", user, by=by, at=at, before=before, after=_office(user))
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, at: datetime) -> User:
    """Ends or restores a person's access at once; raises Refused for oneself or the last administrator."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    if not active:
        _keep_an_administrator(user, stays=False)
    user.is_active = active
    user.save(update_fields=["is_active"])
    _audit("activate_user" if active else "deactivate_user", user, by=by, at=at)
    return user


@transaction.atomic
def reset_password(*, user: User, by: User, at: datetime) -> str:
    """Gives a temporary password (returned once, stored nowhere) and signs the person out everywhere."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _not_oneself(user, by)
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _audit("reset_password", user, by=by, at=at)
    return password


@transaction.atomic
def reset_second_factor(*, user: User, by: User, at: datetime) -> int:
    """Forgets a person's devices and backup codes (a lost telephone); returns how many there were.

    The password is replaced by nothing here: reset it too when it may be known to someone else.
    """
    _not_oneself(user, by)
    devices = list(devices_for_user(user, confirmed=None))
    for device in devices:
        device.delete()
    _audit("reset_second_factor", user, by=by, at=at, devices=len(devices))
    return len(devices)


@transaction.atomic
def change_own_password(*, password: str, by: User, at: datetime) -> User:
    """Sets a person's own new password; raises ValidationError when it is too easy."""
    validate_password(password, by)
    user = User.objects.select_for_update().get(pk=by.pk)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    _audit("change_own_password", user, by=user, at=at)
    return user


def _office(user: User) -> dict[str, object]:
    return {"roles": list(user.roles), "all_wards": user.all_wards, "ward_numbers": list(user.ward_numbers)}


def _check_roles(roles: Sequence[str]) -> None:
    unknown = sorted(set(roles) - set(Role.values))
    if unknown:
        raise BadInput(_("Unknown role: %(role)s.") % {"role": ", ".join(unknown)}, field="roles")


def _not_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise Refused(_("You cannot do this to your own account."), remedy=_("Ask another administrator to do it."))


def _keep_an_administrator(user: User, *, stays: bool) -> None:
    administrators = User.objects.select_for_update().filter(is_active=True, roles__contains=[Role.ADMINISTRATOR])
    others = [other for other in administrators if other.pk != user.pk]
    if not stays and not others:
        raise Refused(_("This is the last administrator."), remedy=_("Give the role to another person first."))


def _audit(action: str, user: User, *, by: User | None, at: datetime, **details: Any) -> None:
    audit.record(by=by, at=at, action=action, object_type="user", object_id=user.pk, **details)
