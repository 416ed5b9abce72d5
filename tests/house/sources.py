"""The project's own files, as every house test means them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_FOREIGN = {".git", ".local", ".venv", "node_modules", "vendor", "__pycache__", ".mypy_cache", ".ruff_cache"}
#: Folders at the top that are not Django apps.
_NO_APPS = {"tests", "benchmarks", "docs", "bin", "deploy", "requirements"}


@cache
def _everything() -> tuple[Path, ...]:
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(set(below) - _FOREIGN)
        found += [Path(folder) / item for item in sorted(names)]
    return tuple(found)


def files(*patterns: str) -> list[Path]:
    """Own files whose path from the top matches a pattern (`*` crosses folders), less what tools put there."""
    return [path for path in _everything() if any(fnmatch(name(path), pattern) for pattern in patterns)]


def python_files() -> list[Path]:
    """Own Python without migrations, which Django writes."""
    return [path for path in files("*.py") if "migrations" not in path.parts]


def app_files() -> list[Path]:
    """Python that runs in production or fills the demo city."""
    return [path for path in python_files() if path.relative_to(ROOT).parts[0] not in _NO_APPS]


@cache
def packages() -> tuple[str, ...]:
    """Top packages of the application, for example tax."""
    return tuple(sorted({path.relative_to(ROOT).parts[0] for path in app_files() if path.parent != ROOT}))


def name(path: Path) -> str:
    """The path as a person would say it."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imported(path: Path) -> frozenset[str]:
    """Dotted names of the modules that a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return frozenset(found)


def run(
    program: str, *arguments: str | Path, cwd: Path = ROOT, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program of this virtual environment (ruff, mypy, …) and returns what it said."""
    path = Path(sys.executable).parent / program
    words = [str(path), *map(str, arguments)]
    return subprocess.run(words, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=600, check=False)
