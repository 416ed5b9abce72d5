"""Turns silent mistakes into failures, for every test.

An undefined variable in one of our templates, a moment stored as a day, and a connection beyond
this machine are mistakes that Django or Python would swallow; here each raises with a sentence.
"""

from __future__ import annotations

import datetime
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.template.base import FilterExpression, Variable, VariableDoesNotExist
from hypothesis import settings
from whitenoise.base import WhiteNoise

from tests import transactional

ROOT = Path(__file__).resolve().parent.parent
_DEFAULT_FILTERS = {"default", "default_if_none"}

settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


class UndefinedVariable(AssertionError):
    """A template of ours names a variable that its view does not give."""


class DayFromMoment(AssertionError):
    """A datetime was given to a DateField: its day depends on the time zone, so say which."""


class OutsideConnection(AssertionError):
    """A test reached for another machine."""


def _is_ours(template: Any) -> bool:
    origin = Path(str(getattr(getattr(template, "origin", None), "name", "")))
    return origin.is_relative_to(ROOT) and not origin.is_relative_to(ROOT / ".local")


def _must_exist(expression: FilterExpression, context: Any) -> bool:
    if not isinstance(expression.var, Variable) or not _is_ours(context.render_context.template):
        return False
    return not _DEFAULT_FILTERS & {function.__name__ for function, _ in expression.filters}


def pytest_configure(config: pytest.Config) -> None:
    """The pyproj that is locked for Python 3.10 tries an array of one point as a point first, and numpy complains."""
    if sys.version_info < (3, 11):
        complaint = "Conversion of an array with ndim > 0 to a scalar"
        config.addinivalue_line("filterwarnings", f"ignore:{complaint}:DeprecationWarning:pyproj")


@pytest.fixture(autouse=True, scope="session")
def undefined_template_variables_fail() -> Iterator[None]:
    """`{{ misspelt }}` prints nothing in production; here it raises. Write `|default:""` where absence is meant."""
    original = FilterExpression.resolve

    def resolve(self: FilterExpression, context: Any, ignore_failures: bool = False) -> Any:
        if not ignore_failures and _must_exist(self, context):
            try:
                self.var.resolve(context)
            except VariableDoesNotExist as missing:
                place = context.render_context.template.origin.name
                raise UndefinedVariable(f"{{{{ {self.token} }}}} in {place}: {missing}") from None
        return original(self, context, ignore_failures)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FilterExpression, "resolve", resolve)
        yield


@pytest.fixture(autouse=True, scope="session")
def moments_are_not_days() -> Iterator[None]:
    """Django cuts a datetime given to a DateField at the current zone's midnight; here it raises."""
    original = models.DateField.to_python

    def to_python(self: models.DateField, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            raise DayFromMoment(f"{self} was given {value!r}; pass a date")
        return original(self, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.DateField, "to_python", to_python)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_outside_connections() -> Iterator[None]:
    """Tests talk to this machine only, so that they pass on a closed network and disturb nobody."""
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise OutsideConnection(f"connection to {address}")
        original(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_are_listed_once() -> Iterator[None]:
    """Every test client makes the middleware anew, which lists hundreds of files: most of a small test's time."""
    original = WhiteNoise.update_files_dictionary
    listed: dict[tuple[str, str], dict[str, Any]] = {}

    def update(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in listed:
            original(self, root, prefix)
            listed[root, prefix] = dict(self.files)
        self.files.update(listed[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", update)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; skips where a clone stands alone."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: real survey data lie beside the checkout only in the workshop and in CI")
    return folder


transactional.install()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database; what migrations put into it comes back after every test that commits."""
    with django_db_blocker.unblock():
        transactional.keep_reference_rows()
    yield
    with django_db_blocker.unblock():
        transactional.end_other_sessions()
