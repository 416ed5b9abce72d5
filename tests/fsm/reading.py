"""Reads pages and fills in their forms as a browser does."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.utils.translation import override

from imis.templatetags.imis_text import figures


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode())))


def shown(number: str) -> str:
    """A number as a Bangla page writes it."""
    with override("bn"):
        return figures(number)


def filled(answer: Any, action: str, **typed: Any) -> dict[str, Any]:
    """The fields of the form with this address as a browser would send them, with what a person typed."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", answer.content.decode(), re.S)
    body = next(inner for tag, inner in forms if f'action="{action}"' in tag or (not action and "method=\"post\"" in tag
                and "action=" not in tag))  # fmt: skip
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", body):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and not (kind and kind[1] in ("checkbox", "radio", "file") and "checked" not in tag):
            data[name[1]] = unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        data[name] = chosen[1] if chosen else ""
    return {**data, **typed}
