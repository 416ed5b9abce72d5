"""What a clerk types is understood or refused in a sentence; dates offered make sense."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from imis import bangla
from imis.errors import Refused
from imis.fiscal import FiscalYear, quarter_end, quarter_start
from tax.forms import BillPeriodForm, TakaField, likely_dates
from tax.queries import rule_set_on


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1500", 1500), ("১৫০০", 1500), ("১,৫০০", 1500), ("1,500", 1500), ("৳ ১,৬৪,৩৭৫", 164375), ("1,64,375", 164375),
        ("164,375", 164375), (" 1 500 ", 1500), ("1500/-", 1500), ("১৫০০.০০", 1500), ("1500.0", 1500), ("\u00a0৯৯", 99),
    ],
)  # fmt: skip
def test_an_amount_is_understood_as_clerks_write_it(typed: str, amount: int) -> None:
    assert TakaField(max_digits=12, decimal_places=2).clean(typed) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "১৫০০.৫০", "0.5", "1,5", "15,00", "1,,500", ",500", "abc", "১৫ টাকা", "1e3e", "1e5", "1E5", "1e9999", "1e-3",
        "9" * 40, "NaN", "Infinity", "1500-", "--5", "",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_the_language_of_the_screen(typed: str) -> None:
    for language in ("bn", "en"):
        with translation.override(language):
            with pytest.raises(forms.ValidationError) as refused:
                TakaField(max_digits=12, decimal_places=2).clean(typed)
            said = " ".join(refused.value.messages)
        assert said and any("\u0980" <= letter <= "\u09ff" for letter in said) == (language == "bn"), said


@given(st.integers(min_value=1, max_value=999_999_999), st.sampled_from(["bn", "en"]))
def test_what_the_screen_prints_can_be_typed_back(amount: int, language: str) -> None:
    assert TakaField(max_digits=12, decimal_places=0).clean(f"৳ {bangla.grouped(amount, language)}") == amount


@given(st.dates(date(2021, 7, 1), date(2030, 6, 30)), st.integers(2021, 2029), st.integers(1, 4))
def test_dates_offered_for_bills_are_never_past_or_out_of_order(today: date, year: int, quarter: int) -> None:
    issued_on, due_on = likely_dates(year, quarter, today)
    assert today <= issued_on <= due_on
    fiscal = FiscalYear(year)
    assert issued_on >= quarter_start(fiscal, quarter)
    if today <= quarter_end(fiscal, quarter):
        assert due_on <= quarter_end(fiscal, quarter)
    elif today <= fiscal.end:
        assert due_on <= fiscal.end


def test_an_instalment_is_one_of_four_of_the_last_years() -> None:
    today = date(2026, 11, 22)
    for year, quarter, valid in (("2026", "2", True), ("2022", "4", True), ("2021", "1", False), ("2026", "5", False)):
        form = BillPeriodForm({"fiscal_year": year, "quarter": quarter}, today=today, language="bn")
        assert form.is_valid() == valid
        assert not valid or form.cleaned_data == {"fiscal_year": int(year), "quarter": int(quarter)}
    assert dict(form.fields["fiscal_year"].choices)[2026] == "২০২৬-২৭"  # type: ignore[attr-defined]


def test_the_whole_taka_rule_speaks_of_paisa() -> None:
    with translation.override("bn"), pytest.raises(forms.ValidationError, match="পয়সা"):
        TakaField(max_digits=12, decimal_places=2).clean("১৫০০.৫০")
    assert TakaField(required=False).clean("") is None
    assert TakaField(max_digits=12, decimal_places=2).clean("1500.00") == Decimal(1500)


@pytest.mark.django_db
def test_a_refusal_has_the_figures_of_the_language() -> None:
    for language, said in (("bn", "০১/০১/১৮৯৯খ্রিঃ"), ("en", "01/01/1899")):
        with translation.override(language), pytest.raises(Refused) as refused:
            rule_set_on(date(1899, 1, 1))
        assert said in refused.value.message
