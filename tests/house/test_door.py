"""bin/imis: clean POSIX sh, kind refusals, quoting that survives spaces and quotes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, name

_SCRIPTS = [ROOT / "bin/imis", ROOT / "bin/lock", *files("bin/lib/*.sh")]


def shell(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a POSIX shell text with arguments."""
    words = ["/bin/sh", "-euc", script, "sh", *arguments]
    return subprocess.run(words, cwd="/", capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("script", _SCRIPTS, ids=name)
def test_scripts_are_posix_and_clean(script: Path) -> None:
    assert subprocess.run(["/bin/sh", "-n", script], check=False).returncode == 0
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed; bin/imis test installs it where it may")
    done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_shell_functions_are_short() -> None:
    for script in _SCRIPTS:
        text = re.sub(r"<<-?'?([A-Z]+)'?\n.*?\n\1\n", "\n", script.read_text(encoding="utf-8"), flags=re.DOTALL)
        for function in re.findall(r"^(\w+\(\) \{\n.*?^\})", text, flags=re.DOTALL | re.MULTILINE):
            assert function.count("\n") < 40, f"{name(script)}: {function.splitlines()[0]}"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "no such command: fly"),
        (["demo", "--size", "huge"], "--size needs a whole number, not 'huge'"),
        (["demo", "--port", "http"], "--port needs a whole number, not 'http'"),
        (["demo", "--fast"], "demo does not know --fast"),
        (["reset", "now"], "reset knows only --yes"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_is_done(arguments: list[str], sentence: str) -> None:
    done = subprocess.run(
        [ROOT / "bin/imis", *arguments], cwd="/", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert sentence in done.stderr


def test_help_names_every_command() -> None:
    done = subprocess.run([ROOT / "bin/imis", "help"], cwd="/", capture_output=True, text=True, timeout=60, check=False)
    commands = re.findall(r"^command_([a-z]+)\(\)", (ROOT / "bin/imis").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(commands) == 8
    assert all(f"bin/imis {command}" in done.stdout for command in commands)


@pytest.mark.parametrize("text", ["plain", "with space", "it's", 'say "x"', "$HOME `id` \\", "নগর"])
def test_printed_settings_survive_the_shell(text: str) -> None:
    say = f'LOCAL=/nonexistent; . "{ROOT}/bin/lib/say.sh"; quoted "$1"'
    word = shell(say, text).stdout
    assert shell(f"printf %s {word}").stdout == text


def test_a_failing_step_names_its_log_and_stops(tmp_path: Path) -> None:
    script = f"""
        LOCAL='{tmp_path}'; . "{ROOT}/bin/lib/say.sh"; own_local_folder
        broken() {{ echo first; false; echo never; }}
        step trial "a trial" broken
        echo reached
    """
    done = shell(script)
    assert done.returncode == 1
    assert f"the whole log is {tmp_path}/log/trial.log" in done.stderr
    assert (tmp_path / "log/trial.log").read_text() == "first\n"
    assert "reached" not in done.stdout


def test_two_checkouts_have_two_sockets_short_enough() -> None:
    say = """. "$1/bin/lib/say.sh"; LOCAL=$2/.local; . "$1/bin/lib/system.sh"; . "$1/bin/lib/postgres.sh"
        IMIS_ROOT=$2; SERVER_USER=$(id -un); choose_socket_folder; echo "$SOCKET_DIR" """
    deep = "/" + "/".join(["a very long folder name"] * 12)
    one, other = (shell(say, str(ROOT), place).stdout.strip() for place in (deep, deep + "b"))
    assert one != other and one.startswith("/tmp/imis-")
    assert len(f"{one}/.s.PGSQL.5432") < 107
