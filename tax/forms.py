"""Input of the tax desk: what is paid, what is assessed from when, which bills are issued."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imis import bangla
from imis.errors import BadInput
from imis.fiscal import FiscalYear, fiscal_year_of, quarter_end, quarter_start
from tax.rules.allocation import Plan
from tax.services.bill_dates import check_bill_dates

OTHER_AMOUNT = "amount"
DAYS_TO_PAY = 45
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]*)?")
# Whole taka with or without commas, in lakh or in western grouping; "1,5" is neither and may mean two things.
_GROUPED = re.compile(r"-?(\d+|\d{1,3}(,\d{2,3})*,\d{3})(\.\d*)?")


class TakaField(forms.DecimalField):
    """An amount in whole taka; Bangla digits and lakh commas are understood."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Folds the digits and separators a clerk types: ১,৫০০ · ৳ 1,500 · 1500/-"""
        text = "".join(bangla.latin(str(value or "")).replace("৳", "").split()).removesuffix("/-")
        if "," in text and not _GROUPED.fullmatch(text):
            raise forms.ValidationError(_("The commas stand in odd places; write the amount without them."))
        text = text.replace(",", "")
        if text and not _DIGITS.fullmatch(text):
            # 1e5 is a number to Python; to a cashier it is a slip, and 1e9999 fits nowhere.
            raise forms.ValidationError(forms.IntegerField.default_error_messages["invalid"], code="invalid")
        amount: Decimal | None = super().to_python(text)
        if amount is not None and amount != amount.to_integral_value():
            raise forms.ValidationError(_("The counter takes whole taka; leave out the paisa."))
        return amount


class PaymentForm(forms.Form):
    """A payment at the counter: a plan, or another amount."""

    payment_id = forms.UUIDField(widget=forms.HiddenInput)
    plan = forms.ChoiceField(choices=[*((p.value, p.value) for p in Plan), (OTHER_AMOUNT, OTHER_AMOUNT)])
    amount = TakaField(
        required=False,
        min_value=Decimal(1),
        max_digits=12,
        decimal_places=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    payer_name = forms.CharField(required=False, max_length=150, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for plan in Plan:
            # What the cashier saw and said aloud: the service refuses when it is not the price any more.
            self.fields[f"price_{plan.value}"] = forms.DecimalField(required=False, max_digits=14, decimal_places=2)

    def clean(self) -> dict[str, Any]:
        """Another amount must be said, and a plan must carry the price that was shown."""
        data = super().clean() or {}
        plan = data.get("plan")
        if plan and plan != OTHER_AMOUNT and not data.get(f"price_{plan}"):
            self.add_error(None, _("The price of this offer is missing; load the page again."))
        elif any(name.startswith("price_") for name in self.errors):
            self.add_error(None, _("This page was not filled in as it should be; load it again."))
        amount_said = data.get("amount") is not None or "amount" in self.errors
        if plan == OTHER_AMOUNT and not amount_said:
            self.add_error("amount", _("Write the amount, or choose one of the offers above."))
        elif plan and plan != OTHER_AMOUNT and amount_said:
            self.add_error("plan", _("An offer is chosen and another amount is written; keep only one of them."))
        return data

    def prices_shown(self) -> dict[str, Decimal]:
        """The price of each plan that stood on the screen, by the plan's code."""
        shown = {plan.value: self.cleaned_data.get(f"price_{plan.value}") for plan in Plan}
        return {plan: price for plan, price in shown.items() if price is not None}

    def chosen_plan(self) -> str:
        """The plan's code, or "" for another amount."""
        plan: str = self.cleaned_data["plan"]
        return "" if plan == OTHER_AMOUNT else plan

    def chosen_amount(self) -> Decimal:
        """The amount typed, or the price of the plan that stood on the screen."""
        plan = self.chosen_plan()
        amount: Decimal = self.cleaned_data[f"price_{plan}" if plan else "amount"]
        return amount


class ReverseForm(forms.Form):
    """Why a payment is reversed."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, strip=True)


class RejectForm(forms.Form):
    """Which proposed value is rejected, and why."""

    assessment = forms.IntegerField(min_value=1)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, strip=True)


class AssessForm(forms.Form):
    """From which day the assessment of a ward has effect."""

    valid_from = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BillPeriodForm(forms.Form):
    """Which instalment of which fiscal year; the year is the one in which it begins."""

    fiscal_year = forms.TypedChoiceField(label=gettext_lazy("Fiscal year"), coerce=int)
    quarter = forms.TypedChoiceField(label=gettext_lazy("Instalment"), coerce=int)

    def __init__(self, *args: Any, today: date, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = fiscal_year_of(today).start_year
        self.fields["fiscal_year"].choices = [  # type: ignore[attr-defined]
            (year, bangla.fiscal_year_in(year, language)) for year in range(this_year, this_year - 5, -1)
        ]
        ordinals = ("১ম", "২য়", "৩য়", "৪র্থ") if language == "bn" else ("1st", "2nd", "3rd", "4th")
        self.fields["quarter"].choices = list(enumerate(ordinals, start=1))  # type: ignore[attr-defined]


class IssueForm(BillPeriodForm):
    """The same with the two dates that are printed on the bills."""

    issued_on = forms.DateField(
        label=gettext_lazy("Issue date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    due_on = forms.DateField(
        label=gettext_lazy("Last date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, today: date, language: str, **kwargs: Any) -> None:
        super().__init__(*args, today=today, language=language, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Both dates must make sense today: what is wrong with one stands at its field."""
        data = super().clean() or {}
        if not self.errors:
            try:
                check_bill_dates(**data, today=self.today)
            except BadInput as wrong:
                self.add_error(wrong.field, f"{wrong.message} {wrong.remedy}")
        return data


def likely_dates(fiscal_year: int, quarter: int, today: date) -> tuple[date, date]:
    """(issue date, last date) to offer for an instalment: never in the past, the last date within the quarter.

    A bill that is issued late, after its quarter, may be paid until its fiscal year ends.
    """
    year = FiscalYear(fiscal_year)
    issued_on = max(today, quarter_start(year, quarter))
    closes = quarter_end(year, quarter)
    if issued_on > closes:
        closes = year.end
    return issued_on, max(min(issued_on + timedelta(days=DAYS_TO_PAY), closes), issued_on)
