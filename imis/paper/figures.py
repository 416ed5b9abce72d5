"""How one language writes money, numbers, days, years and free text on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from imis import bangla

_LATIN_LETTER = re.compile("[A-Za-z]")
_NUMBER = re.compile(r"(?<![\d.,/-])[0-9]+(?:\.[0-9]+)?(?![\d,/-])")
# Signs that turn the direction of writing could make a name or a number read as another.
_DIRECTIONS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BREAK, _LONGEST = "\u200b", 24  # a zero-width space after so many letters
_QUARTER_MONTHS = {
    1: ("জুলাই–সেপ্টেম্বর", "July–September"),
    2: ("অক্টোবর–ডিসেম্বর", "October–December"),
    3: ("জানুয়ারি–মার্চ", "January–March"),
    4: ("এপ্রিল–জুন", "April–June"),
}


@dataclass(frozen=True)
class Figures:
    """Writes figures in `lang`: "bn" with Bangla digits, "en" with Latin ones."""

    lang: str

    def pick(self, bn: str | None, en: str | None) -> str:
        """The text of the language, or the other one when it is missing."""
        first, second = (bn, en) if self.lang == "bn" else (en, bn)
        return first or second or ""

    def text(self, value: object) -> str:
        """Free text with its digits in the language's script (12/ক → ১২/ক)."""
        plain = bangla.latin("" if value is None else value).translate(_DIRECTIONS)
        return bangla.digits(plain) if self.lang == "bn" else plain

    def written(self, value: object, *, code: bool = False) -> str:
        """Text that people wrote: one line of words, none too long to be broken at the edge of its column."""
        words = (self.code(value) if code else self.text(value)).split()
        return " ".join(_BREAK.join(word[at : at + _LONGEST] for at in range(0, len(word), _LONGEST)) for word in words)

    def code(self, value: object) -> str:
        """A number that people copy: left as it is when it holds Latin letters, for half-turned it is in no script."""
        plain = "" if value is None else str(value)
        return plain.translate(_DIRECTIONS) if _LATIN_LETTER.search(plain) else self.text(plain)

    def money(self, amount: str) -> str:
        """Taka with two decimals, lakh grouping, a true minus sign."""
        return bangla.grouped(Decimal(amount), self.lang, paisa=True).replace("-", "−")

    def taka(self, amount: str) -> str:
        """Taka as a sum to pay: whole where it is whole, else with its paisa."""
        return bangla.grouped(Decimal(amount), self.lang).replace("-", "−")

    def result(self, value: object) -> str:
        """The result of a step: money when it is a number, else text."""
        try:
            return self.money(str(value))
        except InvalidOperation:
            return self.text(value)

    def formula(self, value: object) -> str:
        """A written sum with its numbers grouped and idle .00 left out: 147264.00 × 16 % → ১,৪৭,২৬৪ × ১৬%."""
        plain = bangla.latin("" if value is None else value).replace(" %", "%")
        return _NUMBER.sub(lambda found: self._number(found.group()), plain)

    def _number(self, digits: str) -> str:
        whole, _, part = digits.partition(".")
        grouped = bangla.grouped(int(whole), self.lang) if len(whole) > 3 else self.text(whole)
        return grouped if not part.strip("0") else f"{grouped}.{self.text(part)}"

    def percent(self, rate: str) -> str:
        """A percentage such as "7.50" as ৭.৫%."""
        return self.text(f"{Decimal(rate).normalize():f}%")

    def day(self, iso: str) -> str:
        """An ISO date as ২২/১১/২০২২খ্রিঃ or 22/11/2022; "" stays empty."""
        return bangla.date_in(date.fromisoformat(iso), self.lang) if iso else ""

    def year(self, start: int) -> str:
        """A fiscal year by the year in which it begins: ২০২২-২৩."""
        return bangla.fiscal_year_in(int(start), self.lang)

    def quarter(self, start: int, quarter: int) -> str:
        """An instalment with its months: ২য় কিস্তি (অক্টোবর–ডিসেম্বর ২০২৬)."""
        months = self.pick(*_QUARTER_MONTHS[quarter])
        year = self.text(start if quarter <= 2 else start + 1)
        return f"{bangla.ordinal(quarter, self.lang)} {self.pick('কিস্তি', 'instalment')} ({months} {year})"

    def words(self, amount: str) -> str:
        """Taka in words, with a capital where the script has one."""
        said = bangla.words(Decimal(amount), self.lang)
        return said[:1].upper() + said[1:]
