"""People, audit rows, counters and jobs."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imis.roles import Role


class User(AbstractUser):
    """A member of staff: offices held and the wards in which they hold them."""

    name_bn = models.CharField(_("name in Bangla"), max_length=150, blank=True)
    roles = ArrayField(
        models.CharField(max_length=30, choices=Role.choices), default=list, blank=True, verbose_name=_("roles")
    )
    all_wards = models.BooleanField(_("all wards"), default=False)
    ward_numbers = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("wards"))
    must_change_password = models.BooleanField(_("must change password"), default=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        if (get_language() or "bn").startswith("bn"):
            return self.name_bn or self.get_full_name() or self.username
        return self.get_full_name() or self.name_bn or self.username

    @property
    def role_names(self) -> str:
        """The offices in the active language, for the page head."""
        return ", ".join(str(Role(role).label) for role in self.roles)


class AuditRow(models.Model):
    """Who did what to which thing, written in the transaction that did it; never changed."""

    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=64)
    ward = models.PositiveSmallIntegerField(_("ward"), null=True)
    details = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("audit row")
        verbose_name_plural = _("audit rows")
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_type} {self.object_id}"


class Counter(models.Model):
    """The last number given out in one gapless series."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Job(models.Model):
    """A piece of background work that survives the death of its worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    checkpoint = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    steps_done = models.PositiveIntegerField(_("steps done"), default=0)
    steps_total = models.PositiveIntegerField(_("steps in all"), default=0)
    # Starts since the last finished step: a job that makes progress may be killed any number of times.
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    # Who holds the job now: a worker that lost its claim cannot write a step any more.
    claim = models.UUIDField(null=True)
    not_before = models.DateTimeField(null=True)
    error = models.TextField(_("error"), blank=True)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    # Of the one who asked: what the worker writes in words, a refusal above all, is read by that person.
    language = models.CharField(max_length=2, default="bn")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["requested_at"], name="job_queue", condition=Q(state__in=["waiting", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.steps_done}/{self.steps_total}"
