"""Technical records that an administrator may look at: jobs, counters, failed sign-ins."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib import admin

from imis.admin_site import ReadOnly
from imis.models import Counter, Job


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Background jobs, newest first."""

    list_display = ("kind", "state", "steps_done", "steps_total", "attempts", "requested_by", "requested_at", "error")
    list_filter = ("state", "kind")
    ordering = ("-requested_at",)


@admin.register(Counter)
class CounterAdmin(ReadOnly):
    """The last number of each series."""

    list_display = ("series", "last")


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnly):
    """Failed sign-ins that count towards a lock-out."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    fields = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info")
