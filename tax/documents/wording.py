"""The words printed on bills (with those of every paper in imis.paper.wording), Bangla and English side by side.

They are the wording of official forms, not of the screen: they are fixed with the form, both languages stand in
one place to be proof-read together, and the typesetting processes need no translation machinery. Terms follow
the corporation's own usage (হোল্ডিং নম্বর, জমাদানের শেষ তারিখ, কথায় …).
"""

from __future__ import annotations

from imis.paper import wording as paper
from imis.paper.wording import LANGUAGES

__all__ = ["LANGUAGES", "own_use", "storey", "use", "words"]

_WORDS: dict[str, tuple[str, str]] = {
    # the three copies
    "copy_taxpayer": ("করদাতার কপি", "Taxpayer's copy"),
    "copy_bank": ("ব্যাংক কপি", "Bank copy"),
    "copy_office": ("অফিস কপি", "Office copy"),
    "cut_here": ("এখান থেকে কাটুন", "cut here"),
    # heading
    "branch": ("কর আদায় শাখা", "Collection branch"),
    "bill_title": ("পৌরকর / হোল্ডিং করের বিল", "Holding tax bill"),
    "fiscal_year": ("অর্থবছর", "Fiscal year"),
    "instalment": ("কিস্তি", "instalment"),
    "bill_no": ("বিল নং", "Bill no."),
    "issued_on": ("ইস্যুর তারিখ", "Issue date"),
    "due_on": ("জমাদানের শেষ তারিখ", "Last date"),
    # who and where
    "taxpayer": ("করদাতা", "Taxpayer"),
    "guardian": ("পিতা/স্বামীর নাম", "Father/husband"),
    "old_number": ("পুরাতন হোল্ডিং নং", "Old holding no."),
    "mahalla": ("মহল্লা", "Mahalla"),
    "road": ("রাস্তা / সড়ক", "Road"),
    "address": ("ঠিকানা", "Address"),
    # the sum
    "working": ("করের হিসাব যেভাবে হলো", "How the tax was worked out"),
    "own_use": ("নিজ ব্যবহার", "own use"),
    "more_steps": ("আরও {n}টি ধাপ সংযুক্তিতে দেখুন", "{n} more steps: see the annex"),
    "annex": ("সংযুক্তি: করের পূর্ণ হিসাব", "Annex: the full working"),
    "rule_set": ("প্রযোজ্য নিয়ম", "Rules applied"),
    "demand": ("এই বিলের দাবি", "Demand of this bill"),
    "taka": ("টাকা", "Taka"),
    "current": ("হাল / চলতি", "Current"),
    "arrears": ("বকেয়া", "Arrears"),
    "arrears_years": ("বকেয়া ({n} অর্থবছর)", "Arrears ({n} fiscal years)"),
    "surcharge": ("সারচার্জ", "Surcharge"),
    "advance": ("অগ্রিম থেকে সমন্বয়", "Settled from the advance"),
    "rebate": ("রিবেট / রেয়াত", "Rebate"),
    "rebate_by": ("রিবেট / রেয়াত ({day} তারিখের মধ্যে দিলে)", "Rebate (if paid by {day})"),
    "rounding": ("পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka"),
    "payable": ("সর্বমোট প্রদেয়", "Total payable"),
    "payable_short": ("সর্বমোট", "Total"),
    "arrears_by_year": ("বছরওয়ারি বকেয়া", "Arrears by year"),
    "principal": ("মূল কর", "Principal"),
    "total": ("মোট", "Total"),
    "and_before": ("{year} ও পূর্বের", "{year} and before"),
    # ways to pay
    "offers": ("যেভাবে পরিশোধ করতে পারেন", "Ways to pay"),
    "offer_rebate": ("রিবেট {rate}", "rebate {rate}"),
    "offer_by": ("{day} পর্যন্ত", "until {day}"),
    "where": ("কোথায় পরিশোধ করবেন", "Where to pay"),
    "where_text": (
        "নগর ভবনের কর আদায় শাখার কাউন্টার, ওয়ার্ডের আদায়কারী, অথবা কর্পোরেশনের নির্ধারিত ব্যাংক শাখা। টাকা দিয়ে রশিদ বুঝে নিন।",
        "At the counter of the collection branch in Nagar Bhaban, to the collector of your ward, or at a bank branch "
        "named by the corporation. Always ask for the receipt.",
    ),
    "after_year": (
        "অর্থবছর শেষে অপরিশোধিত করের উপর সারচার্জ যোগ হয়। এই বিলের পরে কোনো টাকা জমা দিয়ে থাকলে রশিদ দেখান।",
        "A surcharge is added to tax that is unpaid when its fiscal year ends. If you have paid since this bill was "
        "made, show the receipt.",
    ),
    # a quarter paid ahead
    "paid": ("পরিশোধিত", "Paid"),
    "paid_line": (
        "এই কিস্তি অগ্রিম পরিশোধিত: রশিদ নং {receipt}, তারিখ {day}। এই বিলে আর কিছু দিতে হবে না।",
        "This instalment was paid ahead: receipt no. {receipt} of {day}. Nothing is to be paid on this bill.",
    ),
    # room for hands
    "sign_collector": ("আদায়কারীর স্বাক্ষর", "Signature of the collector"),
    "sign_bank": ("ব্যাংকের সিল ও স্বাক্ষর", "Seal and signature of the bank"),
    "sign_officer": ("কর কর্মকর্তার স্বাক্ষর", "Signature of the tax officer"),
    "paid_on": ("জমার তারিখ", "Paid on"),
    "paid_amount": ("জমার পরিমাণ (টাকা)", "Amount paid (taka)"),
}


_USES: dict[str, tuple[str, str]] = {
    "residential": ("আবাসিক", "residential"),
    "commercial": ("বাণিজ্যিক", "commercial"),
    "industrial": ("শিল্প", "industrial"),
    "mixed": ("মিশ্র", "mixed"),
    "religious": ("ধর্মীয় প্রতিষ্ঠান", "religious institution"),
    "institutional": ("প্রতিষ্ঠান", "institution"),
    "vacant_land": ("খালি জায়গা", "vacant land"),
    "under_construction": ("নির্মাণাধীন", "under construction"),
}
_STRUCTURES: dict[str, tuple[str, str]] = {
    "pucca": ("পাকা", "pucca"),
    "semi_pucca": ("আধা পাকা", "semi-pucca"),
    "tin_shed": ("টিনশেড", "tin-shed"),
    "katcha": ("কাঁচা", "katcha"),
}


def use(code: str, lang: str) -> str:
    """The word for a use of a unit; a code unknown to this form is printed as it is."""
    return _USES.get(code, (code, code))[LANGUAGES.index(lang)]


def structure(code: str, lang: str) -> str:
    """The word for what a unit is built of; a code unknown to this form is printed as it is."""
    return _STRUCTURES.get(code, (code, code))[LANGUAGES.index(lang)]


def storey(number: int, lang: str) -> str:
    """A storey in words: 0 is the ground floor, which Bangla counts as the first; below it lies the basement."""
    if number <= 0:
        return (("ভূগর্ভস্থ তলা", "Basement") if number else ("নিচতলা", "Ground floor"))[LANGUAGES.index(lang)]
    return (f"{number + 1} তলা", f"Floor {number}")[LANGUAGES.index(lang)]


def own_use(lang: str) -> str:
    """What stands beside a storey that the owner uses."""
    return _WORDS["own_use"][LANGUAGES.index(lang)]


def words(lang: str) -> dict[str, str]:
    """Every printed word in `lang` ("bn" or "en"), by code; raises ValueError for another language."""
    return {**paper.words(lang), **{code: both[LANGUAGES.index(lang)] for code, both in _WORDS.items()}}
