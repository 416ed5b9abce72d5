"""Reads about people and audit rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from imis.models import AuditRow, Job, User


def people(text: str = "") -> QuerySet[User]:
    """Staff whose user name or name holds `text`, with `has_second_factor`; the active first."""
    device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    rows = User.objects.annotate(has_second_factor=Exists(device))
    if text:
        rows = rows.filter(
            Q(username__icontains=text)
            | Q(name_bn__icontains=text)
            | Q(first_name__icontains=text)
            | Q(last_name__icontains=text)
        )
    return rows.order_by("-is_active", "username")


def jobs(state: str = "") -> QuerySet[Job]:
    """Background jobs, of one state or all: what runs and waits stands first, then the latest."""
    over = Q(state__in=[Job.State.DONE, Job.State.FAILED])
    rows = Job.objects.select_related("requested_by").annotate(over=over)
    return (rows.filter(state=state) if state else rows).order_by("over", "-requested_at", "pk")


def job_counts() -> dict[str, int]:
    """State → how many jobs are in it, of every state."""
    found = dict(Job.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in Job.State.values}


def audit_rows(filters: dict[str, Any]) -> QuerySet[AuditRow]:
    """Audit rows, newest first; `filters` as cleaned by the form (by, action, object_type, object_id, ward,
    since, until: days in Dhaka, both included)."""
    rows = AuditRow.objects.select_related("by").order_by("-at", "-pk")
    equal = {"action": "action", "object_type": "object_type", "object_id": "object_id", "ward": "ward"}
    rows = rows.filter(**{column: filters[key] for key, column in equal.items() if filters.get(key)})
    if filters.get("by"):
        rows = rows.filter(by__username__iexact=filters["by"])
    if filters.get("since"):
        rows = rows.filter(at__gte=_midnight(filters["since"]))
    if filters.get("until"):
        rows = rows.filter(at__lt=_midnight(filters["until"] + timedelta(days=1)))
    return rows


def audit_words() -> tuple[list[str], list[str]]:
    """The actions and the kinds of object that occur, for the filter."""
    actions = AuditRow.objects.order_by("action").values_list("action", flat=True).distinct()
    kinds = AuditRow.objects.order_by("object_type").values_list("object_type", flat=True).distinct()
    return list(actions), list(kinds)


@dataclass(frozen=True)
class OfficeChange:
    """A change of someone's office as the database itself saw it, whatever program made it."""

    at: datetime
    database_user: str
    operation: str
    username: str
    before: dict[str, Any]
    after: dict[str, Any]


def office_changes(limit: int = 200) -> list[OfficeChange]:
    """The newest changes of roles, wards and rights kept by the trigger in the schema `audit`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT at, database_user, operation, username, before::text, after::text
               FROM audit.office_change ORDER BY id DESC LIMIT %s""",
            [limit],
        )
        rows = cursor.fetchall()
    return [_office_change(*row) for row in rows]


def _office_change(at: datetime, role: str, operation: str, username: str, old: str, new: str) -> OfficeChange:
    before, after = _differing(_json(old), _json(new))
    return OfficeChange(at, role, operation, username, before, after)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides without what stayed the same and without what was empty on the only side there is."""
    keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    sides = ({key: side[key] for key in keys if key in side} for side in (before, after))
    first, second = ({key: value for key, value in side.items() if (before and after) or value} for side in sides)
    return first, second


def _json(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text else {}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
