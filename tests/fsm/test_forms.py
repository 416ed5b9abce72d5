"""What a clerk types: figures as the screens print them, in either script."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from fsm.forms.fields import FiguresField, volume_field
from fsm.models import TreatmentPlant
from imis.templatetags.imis_text import num, taka
from tests.fsm.office import Office
from tests.fsm.reading import text_of
from tests.fsm.test_driver import Sign

D = Decimal


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,500", "1500"), ("১,২০,০০০", "120000"), ("1,20,000.50", "120000.50"), ("120,000", "120000"),
        ("৳ ১,৫০০", "1500"), ("1500/-", "1500"), ("2,5", "2.5"), ("১,৫০", "1.50"), ("১.৫", "1.5"), ("-1,500", "-1500"),
    ],
)  # fmt: skip
def test_figures_are_read_as_they_are_printed(typed: str, number: str) -> None:
    assert FiguresField(max_digits=12, decimal_places=2).clean(typed) == D(number)


@pytest.mark.parametrize("typed", ["1,2,3", "1,5,0", "1,50,0", ",5", "5,", "1,0000", "1,500,2", "১,২০,০০,০"])
def test_commas_in_odd_places_are_no_guess(typed: str) -> None:
    with pytest.raises(ValidationError):
        FiguresField(max_digits=12, decimal_places=2).clean(typed)


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("amount", ["0", "999", "1500", "120000", "98765432.50"])
def test_what_a_screen_prints_can_be_typed(amount: str, language: str) -> None:
    with override(language):
        for printed in (taka(D(amount)), num(D(amount))):
            assert FiguresField(max_digits=12, decimal_places=2).clean(printed) == D(amount)


def test_a_plant_of_a_large_city_is_taken(office: Office, browser_of: Sign) -> None:
    plant = {"name_bn": "দাশেরকান্দি", "name_en": "Dasherkandi", "kind": "wwtp", "latitude": "23.7", "longitude": "90.4"}
    officer, address = browser_of(office.officer), reverse("fsm:add", args=["plant"])
    too_much = officer.post(address, {**plant, "capacity_m3_day": "১০,০০,০০০"})
    assert too_much.status_code == 400 and "৬" in text_of(too_much)
    assert officer.post(address, {**plant, "capacity_m3_day": "5,00,000"}).status_code == 302
    assert TreatmentPlant.objects.get(name_en="Dasherkandi").capacity_m3_day == 500_000
    with pytest.raises(ValidationError):
        volume_field().clean("10000")
