"""The demo's staff: one account an office, with a random password kept in a file only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
import string
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from imis import audit
from imis.models import User
from imis.roles import Role

_ALPHABET = string.ascii_letters + string.digits
_PASSWORD_LENGTH = 16
_COLLECTOR_WARDS = [22, 23]
_NAMES: dict[Role, str] = {
    Role.ADMINISTRATOR: "ডেমো প্রশাসক",
    Role.ASSESSOR: "ডেমো কর নির্ধারক",
    Role.APPROVER: "ডেমো অনুমোদনকারী",
    Role.COLLECTION_OFFICER: "ডেমো কর আদায় কর্মকর্তা",
    Role.COLLECTOR: "ডেমো কর আদায়কারী",
    Role.CASHIER: "ডেমো ক্যাশিয়ার",
    Role.PLANNER: "ডেমো নগর পরিকল্পনাবিদ",
    Role.AUDITOR: "ডেমো নিরীক্ষক",
    Role.FSM_OFFICER: "ডেমো পয়ঃবর্জ্য কর্মকর্তা",
    Role.DRIVER: "ডেমো ভ্যাকুট্যাগ চালক",
    Role.PLANT_OPERATOR: "ডেমো শোধনাগার পরিচালক",
}


def accounts_file() -> Path:
    """Where the passwords lie: demo-accounts.json in LOCAL_DIR, {username: password}."""
    return Path(settings.LOCAL_DIR) / "demo-accounts.json"


def ensure_accounts(*, at: datetime) -> dict[str, User]:
    """The demo's users by username; makes those that are missing, and new passwords when the file is gone.

    Usernames are the roles. Everyone sees all wards but the collector, who has 22 and 23.
    """
    kept = _kept()
    with transaction.atomic():
        users = {role.value: _account(role, kept, at) for role in _NAMES}
        _keep(kept)
    return users


def _account(role: Role, kept: dict[str, str], at: datetime) -> User:
    user = User.objects.filter(username=role.value).first() or User(username=role.value)
    if user.pk and role.value in kept:
        return user
    kept[role.value] = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))
    user.name_bn, user.roles = _NAMES[role], [role.value]
    user.first_name, user.last_name = "Demo", role.value.replace("_", " ")
    user.all_wards = role is not Role.COLLECTOR
    user.ward_numbers = _COLLECTOR_WARDS if role is Role.COLLECTOR else []
    user.set_password(kept[role.value])
    user.save()
    audit.record(by=None, at=at, action="demo_account_made", object_type="user", object_id=user.pk)
    return user


def _kept() -> dict[str, str]:
    path = accounts_file()
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _keep(passwords: dict[str, str]) -> None:
    """Replaces the file in one step; it is never readable by others, not even for a moment."""
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=2)
    draft.replace(path)
