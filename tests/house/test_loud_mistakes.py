"""The fixtures of tests/conftest.py fail what they promise to fail."""

from __future__ import annotations

import datetime
import socket
from pathlib import Path

import pytest
from django.db import models
from django.template import Context, Engine
from django.template.base import Origin, Template

from tests.conftest import ROOT, DayFromMoment, OutsideConnection, UndefinedVariable


def render(text: str, place: Path, **context: object) -> str:
    """Renders a text as if it were the template file at that place."""
    return Template(text, origin=Origin(name=str(place)), engine=Engine()).render(Context(context))


def test_a_misspelt_variable_fails_in_our_templates_only() -> None:
    ours = ROOT / "tax/templates/planted.html"
    assert render("{{ holder.name }}", ours, holder={"name": "রহিম"}) == "রহিম"
    with pytest.raises(UndefinedVariable, match="holder.nmae"):
        render("{{ holder.nmae }}", ours, holder={"name": "রহিম"})
    assert render("{{ holder.nmae|default:'-' }}", ours, holder={}) == "-"
    assert render("{% if nothing %}x{% endif %}", ours) == ""
    assert render("{{ nothing }}", Path("/usr/lib/python3/site-packages/admin/base.html")) == ""


def test_a_moment_is_no_day() -> None:
    field = models.DateField(name="paid_on")
    assert field.to_python(datetime.date(2026, 7, 1)) == datetime.date(2026, 7, 1)
    with pytest.raises(DayFromMoment):
        field.to_python(datetime.datetime(2026, 7, 1, tzinfo=datetime.timezone.utc))


def test_no_test_talks_to_another_machine() -> None:
    with socket.socket() as door, pytest.raises(OutsideConnection):
        door.connect(("192.0.2.1", 80))
