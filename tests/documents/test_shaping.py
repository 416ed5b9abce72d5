"""Bangla is shaped by the engine, not drawn letter by letter: conjuncts, reph, vowel signs before their letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typst

from imis.paper.typeset import FONTS
from tax.documents.bill_pages import PrintedBill, typeset_bills
from tax.documents.wording import words
from tests.documents.pages import joined, texts_of
from tests.documents.specimens import snapshot

_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
_SOURCE = (
    "#set page(width: auto, height: auto, margin: 2pt)\n"
    '#set text(font: ("Noto Sans Bengali", "Noto Sans"), lang: "bn", fallback: false)\n#sys.inputs.text'
)


def outlines(text: str) -> list[str]:
    """The glyph outlines drawn for `text`, in order: an SVG names each different glyph once and refers to it."""
    svg = typst.compile(_SOURCE.encode(), format="svg", font_paths=_FONTS, sys_inputs={"text": text})
    assert isinstance(svg, bytes)
    return re.findall(r'xlink:href="#(g[0-9A-F]+)"', svg.decode())


# An engine that shapes draws each of these as one glyph; unshaped there would be as many as letters.
@pytest.mark.parametrize("text", ["ক্ষ", "জ্ঞ", "ঞ্চ", "ষ্ণ", "ন্দ্র", "স্ত্র", "ক্ক", "হ্ম", "ক্র", "ত্র", "ত্ত্ব"])
def test_conjuncts_become_one_shape(text: str) -> None:
    assert len(outlines(text)) == 1


def test_reph_stands_over_the_letter_after_it() -> None:
    (letter,) = outlines("ক")
    drawn = outlines("র্ক")
    assert len(drawn) == 2 and drawn[0] == letter


@pytest.mark.parametrize(("text", "letter", "sign"), [("কি", "ক", "ি"), ("কে", "ক", "ে"), ("বৈ", "ব", "ৈ")])
def test_signs_written_before_their_letter_are_drawn_before_it(text: str, letter: str, sign: str) -> None:
    (alone,) = outlines(letter)
    drawn = outlines(text)
    assert len(drawn) == 2 and drawn[1] == alone, f"{sign} is drawn after {letter}"


def test_signs_on_both_sides_enclose_their_letter() -> None:
    (alone,) = outlines("ক")
    assert [glyph == alone for glyph in outlines("কো")] == [False, True, False]


@pytest.mark.parametrize(
    ("one", "other"), [("\u09dc", "\u09a1\u09bc"), ("\u09dd", "\u09a2\u09bc"), ("\u09df", "\u09af\u09bc")]
)
def test_both_encodings_of_dotted_letters_look_the_same(one: str, other: str) -> None:
    assert outlines(one) == outlines(other)


def test_no_letter_of_the_forms_is_missing_from_the_fonts() -> None:
    printed = sorted(set("".join([*words("bn").values(), *words("en").values(), "৳×÷−"])))
    (missing,) = outlines("\u4e00")  # a letter that neither font has
    assert [letter for letter in printed if missing in outlines(f"ক{letter}")] == []


def test_hundreds_of_names_and_the_hard_texts_of_a_shaping_engine_can_be_searched() -> None:
    lines = (Path(__file__).parent / "data" / "bangla_texts.txt").read_text(encoding="utf-8").splitlines()[1:]
    some = lines[:: len(lines) // 12]
    bills = [{**snapshot(n), "payer": {"name_bn": text, "guardian": ""}} for n, text in enumerate(some)]
    pages = texts_of(typeset_bills([PrintedBill(one, "x") for one in bills]))
    assert [text for text, page in zip(some, pages, strict=True) if joined(text) not in page] == []
    source = _SOURCE.replace("#sys.inputs.text", '#for one in sys.inputs.text.split("|") [#one \\ ]')
    made = typst.compile(source.encode(), format="pdf", font_paths=_FONTS, sys_inputs={"text": "|".join(lines)})
    (page,) = texts_of(made)
    assert len(lines) > 600 and [text for text in lines if joined(text) not in page] == []
