"""Enrols the second factor: a time-based code on the telephone, and backup codes on paper."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from imis import audit
from imis.errors import BadInput
from imis.models import User

BACKUP_CODES = 10


@transaction.atomic
def confirm_second_factor(*, device: TOTPDevice, code: str, by: User, at: datetime) -> list[str]:
    """Confirms the new device with its first code and returns backup codes, shown this once.

    Older devices and codes of the person are forgotten. Raises BadInput for a wrong code.
    """
    if device.user_id != by.pk or not device.verify_token(code):
        raise BadInput(
            _("This code is not right."),
            field="code",
            remedy=_("Check that the time of the telephone is right and type the newest code."),
        )
    TOTPDevice.objects.filter(user=by).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = _new_codes(by)
    audit.record(by=by, at=at, action="confirm_second_factor", object_type="user", object_id=by.pk)
    return codes


@transaction.atomic
def renew_backup_codes(*, by: User, at: datetime) -> list[str]:
    """Replaces the backup codes; the old ones stop working."""
    codes = _new_codes(by)
    audit.record(by=by, at=at, action="renew_backup_codes", object_type="user", object_id=by.pk)
    return codes


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name="backup codes", confirmed=True)
    codes = [StaticToken.random_token() for _n in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return codes
