"""The bill on paper: every string in the text layer, the codes readable, nothing overlaps, people write no markup."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from imis.bangla import latin
from tax.documents.bill_pages import PrintedBill, typeset_bills
from tax.documents.content import ARREARS_ON_PAGE, STEPS_ON_PAGE, bill_page
from tax.documents.wording import LANGUAGES, words
from tests.documents.pages import boxes, codes_on, joined, pictures, texts_of
from tests.documents.specimens import hard_snapshot, snapshot

CODE = "https://imis.example/verify/bill/22-2026-1-000007/ABCDEFGHIJKLMNOP"
MM = 72 / 25.4
CUTS = (172.6 + 8, 228.3 + 8)  # mm from the top of the sheet to the dashed lines
# What breaks a page that pastes text into its source, and what breaks a careless column.
NASTY = [
    '#import "x": y',
    "*bold* _it_ `raw`",
    'a "quoted" \\ back\\\\slash',
    "line\nbreak\r\nand\ttab",
    "$x^2$ @ref <label>",
    "// comment /* more */",
    "[#panic()]",
    "= heading",
    "#{1/0}",
    "\u202e উল্টো",
    "A" * 150,
    "ক" * 150,
    "<b>&amp;</b>",
]


def made(*snapshots: dict[str, Any], lang: str = "bn") -> bytes:
    return typeset_bills([PrintedBill(one, CODE) for one in snapshots], lang=lang)


def strings(value: Any) -> list[str]:
    """All text inside a page's content."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, (list, tuple)):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "one",
    [
        snapshot(),
        snapshot(8, arrears=0, units=1),
        snapshot(9, arrears=4, heads=4, units=4),
        snapshot(10, arrears=5),
        hard_snapshot(),
    ],
    ids=["usual", "no-arrears", "few-years", "more-years", "hard"],
)
def test_every_string_of_the_content_is_in_the_text_layer(one: dict[str, Any], lang: str) -> None:
    page = texts_of(made(one, lang=lang))
    missing = [text for text in strings(bill_page(one, lang)) if joined(text) not in page[0]]
    assert (len(page), missing) == (1, [])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_copies_with_their_captions_and_amounts(lang: str) -> None:
    (page,) = texts_of(made(snapshot(), lang=lang))
    said, content = words(lang), bill_page(snapshot(), lang)
    for caption in ("copy_taxpayer", "copy_bank", "copy_office", "sign_collector", "sign_officer", "in_words", "where"):
        assert joined(said[caption]) in page, caption
    for text in (content["number"], content["payer"]["name"], content["due_on"], "৳" + content["payable"]):
        assert page.count(joined(text)) >= 3, text


def test_the_printed_demand_adds_up_to_the_total() -> None:
    for one in (snapshot(), snapshot(9, arrears=4, heads=4), hard_snapshot()):
        page = bill_page(one, "bn")
        amounts = [latin(row["amount"]).replace(",", "").replace("−", "-") for row in page["demand"]]
        assert sum(map(Decimal, amounts)) == Decimal(latin(page["payable"]).replace(",", ""))


@pytest.mark.parametrize("credit", ["900.00", ""], ids=["part", "all"])
def test_what_was_settled_from_the_advance_is_printed_on_each_copy_and_the_sum_still_adds_up(credit: str) -> None:
    one = snapshot(arrears=0)
    amounts = one["amounts"]
    taken = Decimal(credit or amounts["principal"])
    left = Decimal(amounts["principal"]) - taken
    rebate = (left * 5 / 100).quantize(Decimal("0.01"))
    payable = (left - rebate).quantize(Decimal(1))
    amounts |= {"advance": str(taken), "rebate": str(rebate), "payable": f"{payable}.00"}
    amounts |= {"rounding": str(payable - left + rebate)}
    page = bill_page(one, "en")
    for rows in ([(row["label"], row["amount"]) for row in page["demand"]], page["slip"]):
        said = {label: Decimal(amount.replace(",", "").replace("−", "-")) for label, amount in rows}
        assert said["Settled from the advance"] == -taken
        assert sum(said.values()) == payable
    (text,) = texts_of(made(one))
    assert text.count(joined("অগ্রিম থেকে সমন্বয়")) == 3
    _assert_clear(made(one))
    # Nobody reads of credit where there was none.
    assert joined("অগ্রিম থেকে সমন্বয়") not in texts_of(made(snapshot()))[0]


@pytest.mark.parametrize("one", [snapshot(), hard_snapshot()], ids=["usual", "hard"])
def test_each_copy_carries_a_code_that_a_scanner_reads_from_the_page(one: dict[str, Any]) -> None:
    (picture,) = pictures(made(one))
    assert codes_on(picture) == [CODE] * 3


@pytest.mark.parametrize("text", NASTY)
def test_what_people_wrote_stays_text(text: str) -> None:
    one = snapshot()
    one["payer"] = {"name_bn": text, "guardian": text}
    one["holding"].update(number=text[:40], old_number=text[:40], road_bn=text[:120], mahalla_bn=text[:80])
    (page,) = texts_of(made(one))
    shown = joined(bill_page(one, "bn")["payer"]["name"])
    assert page.count(shown) >= 3


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("years", [0, 3, 4, 5, 14, 40])
@pytest.mark.parametrize("units", [1, 6, 60])
def test_nothing_is_printed_over_anything_else(years: int, units: int, lang: str) -> None:
    one = hard_snapshot()
    body = snapshot(1, arrears=years, units=units, heads=4, rent="48750.25")
    body |= {"payer": one["payer"], "holding": one["holding"], "offers": one["offers"]}
    _assert_clear(made(body, lang=lang))


def test_the_longest_texts_of_the_register_fit() -> None:
    one = hard_snapshot()
    one["payer"] = {"name_bn": ("মোস্তাফিজুর রহমান " * 9)[:150], "guardian": ("শ্রীকান্ত ভট্টাচার্য্য " * 9)[:150]}
    road, mahalla = ("দ্বিতীয় বাইপাস " * 9)[:120], ("কৃষ্ণনগর " * 9)[:80]
    one["holding"].update(number=("১২/ক-৩ " * 9)[:40], road_bn=road, mahalla_bn=mahalla)
    _assert_clear(made(one))


def _assert_clear(pdf: bytes) -> None:
    """Each word inside the sheet's margins, none across a cut but its caption, none over another."""
    captions = {word for lang in LANGUAGES for word in words(lang)["cut_here"].split()}
    found = [box for box in boxes(pdf) if box[4] not in captions]
    assert len(found) > 100
    for left, top, right, bottom, word in found:
        assert left >= 9 * MM and right <= 201.5 * MM, word
        assert top >= 6 * MM and bottom <= 291 * MM, word
        assert not any(top < cut * MM - 4 and bottom > cut * MM + 4 for cut in CUTS), word
    # Glyph boxes are as high as the font's longest letters; its body is the middle of it.
    inner = [(a + 0.4, b + 0.3 * (d - b), c - 0.4, d - 0.3 * (d - b), w) for a, b, c, d, w in found if w.strip()]
    inner.sort(key=lambda box: box[1])
    for place, (left, top, right, bottom, word) in enumerate(inner):
        for other in inner[place + 1 :]:
            if other[1] >= bottom:
                break
            assert other[0] >= right or other[2] <= left, (word, other[4], top, other[1])


def test_many_steps_go_to_an_annex_and_none_is_lost() -> None:
    one = snapshot(5, units=60)
    page = bill_page(one, "bn")
    assert len(page["steps"]) == STEPS_ON_PAGE and len(page["annex"]) == 60 + 7
    first, *annex = texts_of(made(one))
    assert all(joined(step["amount"]) in "".join(annex) for step in page["annex"])
    assert joined(words("bn")["annex"]) in annex[0] and joined("প্রকৃত বার্ষিক মূল্যায়ন") in first


def test_old_arrears_are_summed_not_dropped() -> None:
    page = bill_page(snapshot(5, arrears=ARREARS_ON_PAGE + 4), "en")
    each = snapshot(5, arrears=1)["arrears"][0]["principal"]
    assert len(page["arrears"]) == ARREARS_ON_PAGE and page["arrears"][-1][0] == "2010-11 and before"
    assert page["arrears"][-1][1].replace(",", "") == f"{float(each) * 5:.2f}"


def test_nested_steps_are_read_leaves_first_with_their_storey() -> None:
    leaf = {"code": "unit_rent", "label_bn": "x", "label_en": "x", "formula": "100.00 × 6.50 × 12", "result": "7800.00"}
    one = snapshot()
    units: list[dict[str, Any]] = [
        {"storey": 0, "use": "residential", "occupancy": "owner"},
        {"storey": 2, "use": "mixed"},
        {"storey": 0, "use": "commercial", "structure": "tin_shed"},
        {"storey": 0, "use": "vacant_land", "structure": "katcha"},
    ]
    leaves = [{**leaf, "inputs": unit} for unit in units]
    rent = {"code": "gross_rent", "label_bn": "বার্ষিক ভাড়া", "label_en": "Annual rent", "formula": "7800.00"}
    one["assessment"]["steps"] = [{**rent, "result": "7800.00", "steps": leaves}]
    lines = [(step["label"], step["formula"]) for step in bill_page(one, "bn")["steps"]]
    assert lines == [
        ("নিচতলা, আবাসিক, নিজ ব্যবহার", "১০০ × ৬.৫০ × ১২"),
        ("৩ তলা, মিশ্র", "১০০ × ৬.৫০ × ১২"),
        ("নিচতলা, বাণিজ্যিক, টিনশেড", "১০০ × ৬.৫০ × ১২"),
        ("নিচতলা, খালি জায়গা", "১০০ × ৬.৫০ × ১২"),
        ("বার্ষিক ভাড়া", ""),
    ]


def test_a_formula_without_room_beside_its_label_takes_a_line_of_its_own() -> None:
    one, rent = snapshot(), "497063.24"
    owner = {"code": "owner_base", "label_bn": "নিজ ব্যবহারের অংশের মূল্যায়ন", "label_en": "Value of what the owner uses"}
    shares = {**owner, "formula": f"414219.37 × 210264.34 ÷ {rent}", "result": "175220.28", "inputs": {}}
    one["assessment"]["steps"] = [shares]
    found = {word: box for *box, word in boxes(made(one, lang="en"))}
    first, last = found["4,14,219.37"], found["4,97,063.24"]
    # Both ends of the formula stand on one line, under the label and at the right of its column.
    assert first[1] == last[1] > found["Value"][1] and 85 * MM < last[2] < 100 * MM


def test_another_language_is_refused_and_both_have_every_word() -> None:
    with pytest.raises(ValueError):
        made(snapshot(), lang="fr")
    assert words("bn").keys() == words("en").keys()
    assert all(words(lang)[code].strip() for lang in LANGUAGES for code in words(lang))


def test_the_same_bill_gives_the_same_page_in_the_fonts_of_the_project() -> None:
    faces = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([A-Za-z-]+)", made(snapshot())))
    assert faces == {b"NotoSansBengali-Regular", b"NotoSansBengali-Bold", b"NotoSans-Regular"}
    assert texts_of(made(snapshot())) == texts_of(made(snapshot()))
