"""The audit log speaks: every act, thing and detail that any app records has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from fsm.models import (
    Containment,
    CrewMember,
    Population,
    Provider,
    SludgeRate,
    State,
    Tariff,
    TreatmentPlant,
    Vehicle,
)
from holdings.intake.registry import intakes
from holdings.models import SurveyRow
from imis import titles, words
from imis.templatetags import imis_text
from layers.catalogue import LAYERS
from layers.exports.files import FORMATS
from layers.spec import Audience
from tests.imis.test_language import APPS, ROOT

# What writes an audit row, and what hands an action on to one of these.
_WRITERS = {"record", "_record", "_audit", "note", "added", "_office_step"}
_ROW = {"by", "at", "action", "object_type", "object_id", "ward", "first", "then"}
_CODE = re.compile("[a-z]+(_[a-z]+)+")


def audited() -> Iterator[ast.Call]:
    """The calls of every app that write an audit row."""
    for path in (path for app in (*APPS, "demo") for path in (ROOT / app).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in _WRITERS:
                yield call


def constants(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def recorded_actions() -> set[str]:
    """Actions stand under their keyword, or as a code handed on by place."""
    found: set[str] = set()
    for call in audited():
        found |= {code for argument in call.args for code in constants(argument) if _CODE.fullmatch(code)}
        found |= set().union(*(constants(given.value) for given in call.keywords if given.arg == "action"), set())
    return found


def recorded_objects() -> set[str]:
    """Kinds of object: said with the row, or the model of a row that is added together with its audit row."""
    said = [given.value for call in audited() for given in call.keywords if given.arg == "object_type"]
    return set().union(*map(constants, said))


def recorded_details() -> set[str]:
    """The names under which any app tells details of an act: keywords of the calls that write an audit row."""
    return {given.arg for call in audited() for given in call.keywords if given.arg} - _ROW


def test_each_audited_act_has_words() -> None:
    named = {"add_sludge_vehicle", "verify_request", "take_payment", "activate_user", "measure_reach", "apply_intake"}
    assert named <= recorded_actions()
    assert recorded_actions() - words.ACTIONS.keys() == set(), "add them to imis/words.py"
    assert recorded_objects() - words.OBJECTS.keys() == set(), "add them to imis/words.py"
    added = {model.__name__.lower() for model in (Containment, *fleet_models())}
    assert added - words.OBJECTS.keys() == set(), "add them to imis/words.py"


def fleet_models() -> list[type]:
    """Models whose rows fsm.services.fleet adds under the name of their table."""
    return [CrewMember, Population, Provider, SludgeRate, Tariff, TreatmentPlant, Vehicle]


def test_each_detail_of_an_act_has_words() -> None:
    handed_on = {"first", "raised", "proposed", "unchanged", "skipped", "roles", "all_wards", "ward_numbers", "after"}
    handed_on |= {"active", "username", "password", "staff", "superuser", "metres", "format", "applied", "rejected"}
    assert {"amount", "reason", "wards", "devices", "volume", "trip", "filtered"} <= recorded_details()
    assert (recorded_details() | handed_on) - words.DETAILS.keys() == set(), "add them to imis/words.py"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Channel: Counter|Amount: ৳\xa01,23,456|Day of payment: 22/11/2026|Fiscal year: 2026-27|Instalment: 2nd"
            "|Left out: no tax to pay: 3; issued before: 1020|Before: Roles: Cashier; All wards: no|unheard: of"
            "|Before: ৳\xa0640",
        ),
        (
            "bn",
            "মাধ্যম: কাউন্টার|টাকা: ৳\xa0১,২৩,৪৫৬|পরিশোধের তারিখ: ২২/১১/২০২৬খ্রিঃ|অর্থবছর: ২০২৬-২৭|কিস্তি: ২য়",
        ),
    ],
)
def test_details_are_told_in_words(language: str, said: str) -> None:
    details = {
        "channel": "counter", "amount": "123456.00", "value_date": "2026-11-22", "fiscal_year": 2026, "quarter": 2,
        "skipped": {"no_tax": 3, "billed_before": 1020}, "before": {"roles": ["cashier"], "all_wards": False},
        "unheard": "of",
    }  # fmt: skip
    with translation.override(language):
        told = "|".join(f"{what}: {value}" for what, value in imis_text.detail_words(details))
        told += "|" + "|".join(f"{what}: {value}" for what, value in imis_text.detail_words({"before": "640.00"}))
    assert told.startswith(said), told


def test_codes_that_stand_for_a_thing_are_told_in_words() -> None:
    with translation.override("bn"):
        assert (
            imis_text.title_in("all", "sewer") == "সব"
            and imis_text.title_in("summaries", "layers") == "সমগ্র শহরের যোগফল"
        )
        assert imis_text.title_in("bills 2021-22 Q1", "demo") == "বিল ২০২১-২২, ১ম কিস্তি"
        assert imis_text.title_in("finished", "demo") == "সমাপ্ত"
        assert imis_text.title_in("FS-2627-000001", "sludge_request") == "FS-2627-000001"
        assert dict(imis_text.detail_words({"kind": "water_mains"})) == {"ধরন": "পানির পাইপলাইন"}


def test_every_layer_and_kind_of_file_has_its_own_title_in_the_audit_log() -> None:
    assert {layer.name: str(layer.title) for layer in LAYERS}.items() <= {
        code: str(said) for code, said in titles.TITLES["layers"].items()
    }.items()
    assert {band.name for layer in LAYERS for band in layer.bands} <= titles.TITLES["layers"].keys()
    assert {intake.kind: str(intake.title) for intake in intakes().values()} == {
        code: str(said) for code, said in words.VALUES["kind"].items()
    }
    assert FORMATS.keys() == words.VALUES["format"].keys()
    assert {audience.schema for audience in Audience} == words.VALUES["audience"].keys()
    assert {str(code): str(said) for code, said in SurveyRow.Decision.choices} == {
        code: str(said) for code, said in words.VALUES["decision"].items()
    }


def test_states_of_a_request_are_told_as_its_own_app_tells_them() -> None:
    assert {str(code): str(label) for code, label in State.choices} == {
        code: str(said) for code, said in words.VALUES["state"].items()
    }
