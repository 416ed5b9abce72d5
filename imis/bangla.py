"""Bangla digits, lakh grouping, amounts in words, dates, and the fold used to match text.

Print uses Bangla digits, input is accepted in both scripts (tax-rules.md §7). Nothing here knows Django,
so rules, documents and templates share one spelling.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_LATIN_DIGITS = "0123456789"
_BANGLA_DIGITS = "০১২৩৪৫৬৭৮৯"
_TO_BANGLA = str.maketrans(_LATIN_DIGITS, _BANGLA_DIGITS)
_TO_LATIN = str.maketrans(_BANGLA_DIGITS, _LATIN_DIGITS)

# Zero-width joiner, non-joiner, space, word joiner and byte order mark: seen by nobody, typed by many.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_KHANDA_TA_OLD = "\u09a4\u09cd\u200d"  # how ৎ was written before Unicode 4.1
_RA_AS_DOTTED_BA = "\u09ac\u09bc"  # র typed as ব with a dot

_SAID_BN = (
    "শূন্য এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ এগারো বারো তেরো চৌদ্দ পনেরো ষোল সতেরো আঠারো উনিশ "
    "বিশ একুশ বাইশ তেইশ চব্বিশ পঁচিশ ছাব্বিশ সাতাশ আটাশ ঊনত্রিশ ত্রিশ একত্রিশ বত্রিশ তেত্রিশ চৌত্রিশ "
    "পঁয়ত্রিশ ছত্রিশ সাঁইত্রিশ আটত্রিশ ঊনচল্লিশ চল্লিশ একচল্লিশ বিয়াল্লিশ তেতাল্লিশ চুয়াল্লিশ পঁয়তাল্লিশ "
    "ছেচল্লিশ সাতচল্লিশ আটচল্লিশ ঊনপঞ্চাশ পঞ্চাশ একান্ন বায়ান্ন তিপ্পান্ন চুয়ান্ন পঞ্চান্ন ছাপ্পান্ন সাতান্ন "
    "আটান্ন ঊনষাট ষাট একষট্টি বাষট্টি তেষট্টি চৌষট্টি পঁয়ষট্টি ছেষট্টি সাতষট্টি আটষট্টি ঊনসত্তর সত্তর "
    "একাত্তর বাহাত্তর তিয়াত্তর চুয়াত্তর পঁচাত্তর ছিয়াত্তর সাতাত্তর আটাত্তর ঊনআশি আশি একাশি বিরাশি তিরাশি "
    "চুরাশি পঁচাশি ছিয়াশি সাতাশি আটাশি ঊননব্বই নব্বই একানব্বই বিরানব্বই তিরানব্বই চুরানব্বই পঁচানব্বই "
    "ছিয়ানব্বই সাতানব্বই আটানব্বই নিরানব্বই"
)
_SAID_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_UNDER_HUNDRED = _SAID_BN.split()
_UNDER_TWENTY_EN = _SAID_EN.split()
_TENS_EN = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = (
    (10_000_000, " কোটি", " crore"),
    (100_000, " লাখ", " lakh"),
    (1_000, " হাজার", " thousand"),
    (100, "শত", " hundred"),
)
_ORDINALS = {1: ("১ম", "1st"), 2: ("২য়", "2nd"), 3: ("৩য়", "3rd"), 4: ("৪র্থ", "4th")}


def digits(text: object) -> str:
    """`text` with Latin digits turned into Bangla ones; the rest is untouched."""
    return str(text).translate(_TO_BANGLA)


def latin(text: object) -> str:
    """`text` with Bangla digits turned into Latin ones, as parsers need them."""
    return str(text).translate(_TO_LATIN)


def fold(text: str) -> str:
    """The form in which two spellings of the same Bangla text are equal; for matching, never for print.

    NFC (which writes য় ড় ঢ় as letter and dot, and ো ৌ as one sign), the old ৎ and the dotted ব as the letters they
    stand for, digits Latin, invisible joiners dropped.
    """
    plain = unicodedata.normalize("NFC", text.replace(_KHANDA_TA_OLD, "ৎ")).translate(_INVISIBLE)
    return unicodedata.normalize("NFC", plain.replace(_RA_AS_DOTTED_BA, "র")).translate(_TO_LATIN)


def grouped(amount: Decimal | int | str, lang: str = "bn", *, paisa: bool = False) -> str:
    """Taka in lakh grouping: "১,৬৪,৩৭৫" or, for any other `lang`, "1,64,375".

    Two decimals are written when `paisa` is true or the amount has paisa: an amount is never rounded away in print.
    """
    value = _paisa(amount)
    whole, part = f"{abs(value):.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    text = ",".join([*pairs, tail])
    if paisa or part != "00":
        text = f"{text}.{part}"
    return _written(f"-{text}" if value < 0 else text, lang)


def words(amount: Decimal | int | str, lang: str = "bn") -> str:
    """Taka in words: "এক লাখ চৌষট্টি হাজার তিনশত পঁচাত্তর টাকা মাত্র"; paisa and a minus sign are said too."""
    value = _paisa(amount)
    whole, part = divmod(int(abs(value) * 100), 100)
    taka, paisa, only, minus = ("টাকা", "পয়সা", "মাত্র", "ঋণাত্মক") if lang == "bn" else ("taka", "paisa", "only", "minus")
    said = [minus] if value < 0 else []
    if whole or not part:
        said += [number_words(whole, lang), taka]
    if part:
        said += [number_words(part, lang), paisa]
    return " ".join([*said, only])


def number_words(number: int, lang: str = "bn") -> str:
    """A whole number in words, by hundred, thousand, lakh and crore: 123 → "একশত তেইশ"."""
    if number < 0:
        return f"{'ঋণাত্মক' if lang == 'bn' else 'minus'} {number_words(-number, lang)}"
    if number < 100:
        return _UNDER_HUNDRED[number] if lang == "bn" else _under_hundred_en(number)
    for size, name_bn, name_en in _SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            said = number_words(count, lang) + (name_bn if lang == "bn" else name_en)
            return f"{said} {number_words(rest, lang)}" if rest else said
    raise AssertionError(number)  # pragma: no cover - the last scale is a hundred


def date_bn(day: date) -> str:
    """A day as the corporation prints it: ২২/১১/২০২২খ্রিঃ."""
    return f"{digits(f'{day:%d/%m/%Y}')}খ্রিঃ"


def date_in(day: date, lang: str) -> str:
    """A day in the language: ২২/১১/২০২২খ্রিঃ or 22/11/2022."""
    return date_bn(day) if lang == "bn" else f"{day:%d/%m/%Y}"


def fiscal_year_in(start_year: int, lang: str = "bn") -> str:
    """The fiscal year that begins in `start_year`: ২০২২-২৩ or 2022-23."""
    return _written(f"{start_year}-{(start_year + 1) % 100:02d}", lang)


def ordinal(number: int, lang: str = "bn") -> str:
    """১ম, ২য়, ৩য়, ৪র্থ: the ordinals of the four instalments; raises KeyError beyond them."""
    return _ORDINALS[number][0 if lang == "bn" else 1]


def _paisa(amount: Decimal | int | str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _written(text: str, lang: str) -> str:
    return digits(text) if lang == "bn" else text


def _under_hundred_en(number: int) -> str:
    if number < 20:
        return _UNDER_TWENTY_EN[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS_EN[tens]}-{_UNDER_TWENTY_EN[ones]}" if ones else _TENS_EN[tens]
