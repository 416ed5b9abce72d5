"""The law as dated data: rule sets, their rates, and the charge heads."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from holdings.models.choices import Frontage, Structure, Use


class RuleSet(models.Model):
    """Everything the Act leaves to the corporation, in force between two dates.

    `parameters` has the shape of `tax.rules.ruleset.Parameters` (to_json/from_json): maintenance fraction,
    owner relief, floor, rates by head, rebate table, surcharge, allocation order.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ADOPTED = "adopted", _("Adopted")

    code = models.CharField(_("code"), max_length=40)
    name_bn = models.CharField(_("name in Bangla"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)
    valid = DateRangeField(_("valid"))
    authority = models.CharField(_("authority"), max_length=200)
    memo_no = models.CharField(_("memo no."), max_length=100)
    parameters = models.JSONField(_("parameters"))
    checksum = models.CharField(_("checksum"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="rule_set_code_once"),
            ExclusionConstraint(
                name="one_rule_set_in_force",
                expressions=[("valid", RangeOperators.OVERLAPS)],
                condition=Q(state="adopted"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ChargeHead(models.Model):
    """A head under which money is asked: a tax, a rate, a surcharge, a rebate, a rounding."""

    class Kind(models.TextChoices):
        TAX = "tax", _("Tax")
        RATE = "rate", _("Rate")
        SURCHARGE = "surcharge", _("Surcharge")
        REBATE = "rebate", _("Rebate")
        ROUNDING = "rounding", _("Rounding")
        CREDIT = "credit", _("Advance")

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    name_bn = models.CharField(_("name in Bangla"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    account_code = models.CharField(_("account"), max_length=30)
    allocation_rank = models.PositiveSmallIntegerField(_("order of allocation"))
    legal_ref = models.CharField(_("legal reference"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("charge head")
        verbose_name_plural = _("charge heads")

    def __str__(self) -> str:
        return self.code


class RentRate(models.Model):
    """Monthly rent in Taka per square foot, by zone × use × frontage × structure × storey band."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="rent_rates")
    zone = models.PositiveSmallIntegerField(_("zone"))
    use = models.CharField(_("use"), max_length=20, choices=Use.choices)
    frontage = models.CharField(_("frontage"), max_length=10, choices=Frontage.choices)
    structure = models.CharField(_("structure"), max_length=20, choices=Structure.choices)
    storey_from = models.SmallIntegerField(_("from storey"), default=0)
    storey_to = models.SmallIntegerField(_("to storey"), default=99)
    monthly_rate = models.DecimalField(_("Taka per sq ft a month"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("rent rate")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "zone", "use", "frontage", "structure", "storey_from"],
                name="rent_rate_given_once",
            ),
            models.CheckConstraint(name="rent_rate_not_negative", condition=Q(monthly_rate__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.use} {self.frontage} {self.structure}: {self.monthly_rate}"
