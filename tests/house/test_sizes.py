"""A file fits on a few screens and a function on one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.sources import files, name, python_files

FILE_LINES = 300
FUNCTION_LINES = 40
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def oversized(text: str, label: str) -> Iterator[str]:
    """Says what is too long in one Python source."""
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        yield f"{label}: {lines} lines, at most {FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _FUNCTIONS) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{label}:{node.lineno} {node.name}: {length} lines, at most {FUNCTION_LINES}"


def test_python_files_and_functions_are_short() -> None:
    wrong = [line for path in python_files() for line in oversized(path.read_text(encoding="utf-8"), name(path))]
    assert not wrong, "\n".join(wrong)


def test_other_sources_are_short() -> None:
    sources = files("bin/*", ".ci/run", "*.sql", "*.html", "*.css", "*.js", "*.mjs", "*.typ")
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert not {label: lines for label, lines in long.items() if lines > FILE_LINES}


def test_the_check_bites() -> None:
    body = "\n".join(f"    x = {n}" for n in range(FUNCTION_LINES))
    assert list(oversized(f"def f() -> None:\n{body}\n", "planted")) == [
        f"planted:1 f: 41 lines, at most {FUNCTION_LINES}"
    ]
    assert list(oversized("x = 1\n" * (FILE_LINES + 1), "planted")) == [f"planted: 301 lines, at most {FILE_LINES}"]
    assert not list(oversized("x = 1\n" * FILE_LINES, "planted"))
