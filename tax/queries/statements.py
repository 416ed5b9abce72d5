"""The set-based statements of the tax, kept as files in tax/sql/ and filled with words at the first use."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from tax.rules.wording import words

_SQL = Path(__file__).resolve().parent.parent / "sql"


class _Labels:
    """`{label:code}` in a statement becomes the code and its words as a JSON fragment in a SQL string."""

    def __format__(self, code: str) -> str:
        return literal(label_json(code, words(code)))


def label_json(code: str, names: tuple[str, str]) -> str:
    """The first three members of a step's JSON, without braces."""
    label = {"code": code, "label_bn": names[0], "label_en": names[1]}
    return json.dumps(label, ensure_ascii=False)[1:-1]


def literal(text: str) -> str:
    """A text of ours (never a user's) as a SQL string inside a statement that is still to be given parameters."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


@lru_cache(maxsize=64)
def statement(name: str, **parts: str) -> str:
    """The statement in tax/sql/<name>.sql with its named parts and labels filled in."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8").format(label=_Labels(), **parts)
