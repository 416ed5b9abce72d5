"""Logs are JSON lines that name nobody."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from imis.log import formatter, masked
from imis.roles import Role
from tests.imis.fresh_settings import environment

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the root logger's handler would write."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_line_is_json_with_level_logger_and_time(lines: Lines) -> None:
    logging.getLogger("tax.run").warning("issued %s bills", 12, extra={"ward": 22})
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"], line["ward"]) == ("issued 12 bills", "warning", "tax.run", 22)
    assert line["timestamp"].endswith("Z")


def test_personal_data_are_masked_wherever_they_hide(lines: Lines) -> None:
    logging.getLogger("x").error(
        "payer called 01712345678 from karim@example.org",
        extra={
            "owner_name": "আব্দুল করিম",
            "mobile": "০১৭১২৩৪৫৬৭৮",
            "password": "river-Lantern-mango-48",
            "details": {"payer": "Karim", "texts": ["call +8801712345678", "NID 1990123456789"], "amount": "1520.00"},
            "nid_in_number": 19901234567890123,
        },
    )
    structlog.get_logger("y").error("saved", guardian="Rahim", holding="0123/A", ward=3)
    written = json.dumps(lines(), ensure_ascii=False)
    for secret in ("1712345678", "karim", "Karim", "করিম", "১৭১২৩৪৫৬৭৮", "Lantern", "1990123456789", "Rahim"):
        assert secret not in written, secret
    assert "1520.00" in written and "0123/A" in written and "payer called" in written


def test_an_exception_tells_its_place_and_not_its_text(lines: Lines) -> None:
    try:
        raise ValueError("duplicate key (mobile)=(01712345678) for Karim")
    except ValueError:
        logging.getLogger("x").exception("failed")
    (line,) = lines()
    assert line["exception"] == "ValueError" and "test_logs.py" in line["at"][-1]
    assert "Karim" not in json.dumps(line)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("01712345678", "***"),
        ("+880 1712-345678", "***"),
        ("০১৭১২-৩৪৫৬৭৮", "***"),
        ("8801712345678", "***"),
        ("job 9f12345678901a-1234567890ab", "job 9f12345678901a-1234567890ab"),
        ("/holdings/search?q=Karim", "/holdings/search?***"),
        ("receipt 2026-000123 of 1,64,375.00", "receipt 2026-000123 of 1,64,375.00"),
        ("bill 20260001234", "bill 20260001234"),
    ],
)
def test_masking(text: str, left: str) -> None:
    assert masked(text) == left


def test_failed_sign_ins_leave_no_name_in_the_log(lines: Lines, person: Any, client: Client) -> None:
    person(Role.CASHIER)
    for _n in range(6):
        client.post("/sign-in/", {"username": "cashier", "password": "nonsense-secret"})
    client.get("/no-such-page/?q=Karim")
    written = json.dumps(lines())
    assert "nonsense-secret" not in written and "Karim" not in written
    assert lines(), "something was logged at all"


def test_each_request_has_an_id_that_its_lines_carry(lines: Lines, client: Client, db: None) -> None:
    given = client.get("/no-such-page/", headers={"X-Request-ID": "abcdef0123456789"})
    assert given["X-Request-ID"] == "abcdef0123456789"
    assert {line.get("request_id") for line in lines()} == {"abcdef0123456789"}
    made = client.get("/health", headers={"X-Request-ID": "bad id\twith spaces"})
    assert len(made["X-Request-ID"]) == 32


def test_the_process_itself_logs_json_to_standard_error() -> None:
    code = (
        "import django, logging; django.setup();"
        "logging.getLogger('django.request').error('call 01712345678', extra={'status_code': 500})"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    line = json.loads(done.stderr.splitlines()[-1])
    assert line["event"] == "call ***" and line["status_code"] == 500
