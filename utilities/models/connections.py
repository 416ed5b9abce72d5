"""Providers, and what their accounts say of each holding over time."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from utilities.models.choices import Service, Status


class Provider(models.Model):
    """A company or authority that serves holdings: KWASA, WZPDCL, BPDB, DESCO …"""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    name_bn = models.CharField(_("name in Bangla"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    services = ArrayField(models.CharField(max_length=12, choices=Service.choices), verbose_name=_("services"))

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        constraints = [models.CheckConstraint(name="provider_serves_something", condition=~Q(services=[]))]

    def __str__(self) -> str:
        return self.code


class Connection(models.Model):
    """What a provider says of one service of one holding, from one day to another.

    History: a change closes the row in force and adds another; the database refuses any other change. A holding that
    was never connected has a row without an account. `account_key` is the number without separators, in Latin capitals
    (utilities_account_key). Account and meter numbers are personal data: never in a log or on a map.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"), db_index=False)
    service = models.CharField(_("service"), max_length=12, choices=Service.choices)
    holding = models.ForeignKey("holdings.Holding", models.PROTECT, related_name="connections")
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    account_key = models.CharField(max_length=40, blank=True)
    meter_number = models.CharField(_("meter number"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    valid = DateRangeField(_("valid"))
    intake_row = models.ForeignKey("holdings.IntakeRow", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        # What differs most stands first: these indexes split by their first column, and a city has few providers.
        constraints = [
            models.CheckConstraint(
                name="connection_account_unless_never",
                condition=Q(status="never", account_number="") | (~Q(status="never") & ~Q(account_key="")),
            ),
            ExclusionConstraint(
                name="connection_one_state_of_account_at_a_time",
                expressions=[
                    ("account_key", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("provider", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                ],
                condition=~Q(account_key=""),
            ),
            ExclusionConstraint(
                name="connection_never_excludes_accounts",
                expressions=[
                    ("holding", RangeOperators.EQUAL),
                    ("provider", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (
                        Case(When(status="never", then=Value(1)), default=Value(0), output_field=IntegerField()),
                        RangeOperators.NOT_EQUAL,
                    ),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="connection_never_once_at_a_time",
                expressions=[
                    ("holding", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("provider", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                ],
                condition=Q(status="never"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.service} of {self.holding_id}: {self.status}"
