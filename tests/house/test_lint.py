"""Ruff and mypy read pyproject.toml, and each rule named there bites on a planted line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.sources import ROOT, run


def ruff_codes(text: str, place: str) -> set[str]:
    """Codes that ruff reports for a source text as if it stood at that place."""
    done = run(
        "ruff",
        "check",
        "--no-cache",
        "--output-format",
        "concise",
        "--stdin-filename",
        str(ROOT / place),
        "-",
        stdin=text,
    )
    return {line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith(place)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("from django.db.models.signals import post_save\n\nx = post_save\n", "TID251"),
        ("from django.db import models\n\nx = models.FloatField()\n", "TID251"),
        ("from django.contrib.gis.db import models\n\nx = models.FloatField()\n", "TID251"),
        ("import random\n\nx = random.random()\n", "TID251"),
        ("import os\n\nx = os.environ\n", "TID251"),
        ("from . import models\n\nx = models\n", "TID252"),
        ("from datetime import datetime\n\nx = datetime.now()\n", "DTZ005"),
        ("from datetime import date\n\nx = date.today()\n", "DTZ011"),
        ("import subprocess\n\nsubprocess.run('ls', shell=True)\n", "S602"),
        ("def f(x=[]):\n    return x\n", "B006"),
        ("print('hello')\n", "T201"),
        (
            "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(11)) + "    return 0\n",
            "C901",
        ),
    ],
)
def test_a_planted_line_is_refused(text: str, code: str) -> None:
    assert code in ruff_codes(text, "tax/planted.py")


def test_clean_code_passes() -> None:
    assert ruff_codes('"""Nothing wrong."""\n', "tax/planted.py") == set()


def test_the_generator_may_draw_but_not_send_signals() -> None:
    assert "T201" in ruff_codes("print('hello')\n", "demo/planted.py")
    assert ruff_codes("import random\n\nx = random.Random(7).random()\n", "demo/planted.py") == set()


def mypy_says(folder: Path, text: str) -> str:
    """What mypy says about a module under the project's own configuration."""
    planted = folder / "planted.py"
    planted.write_text(text, encoding="utf-8")
    done = run("mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache", planted)
    return done.stdout + done.stderr


def test_mypy_refuses_an_unannotated_function_and_knows_django(tmp_path: Path) -> None:
    said = mypy_says(
        tmp_path,
        "from imis.models import User\n\n\ndef f(x):\n    return x\n\n\n"
        "def g(user: User) -> int:\n    return user.username\n",
    )
    assert "[no-untyped-def]" in said
    assert 'expected "int"' in said
