"""The words printed on every paper and on receipts, Bangla and English side by side.

They are the wording of official forms, not of the screen: they are fixed with the form, both languages stand in
one place to be proof-read together, and the typesetting processes need no translation machinery.
"""

from __future__ import annotations

LANGUAGES = ("bn", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "branch_tax": ("কর আদায় শাখা", "Collection branch"),
    "holding_no": ("হোল্ডিং নম্বর", "Holding number"),
    "holding_code": ("হোল্ডিং কোড", "Holding code"),
    "ward": ("ওয়ার্ড নং", "Ward no."),
    "in_words": ("কথায়", "In words"),
    "scan": ("যাচাই করতে স্ক্যান করুন", "Scan to verify"),
    "receipt_title_tax": ("কর আদায়ের রশিদ", "Receipt for tax paid"),
    "receipt_no": ("রশিদ নং", "Receipt no."),
    "received_from": ("জমাদানকারী", "Received from"),
    "received_amount": ("আদায়", "Received"),
    "value_date": ("পরিশোধের তারিখ", "Paid on"),
    "recorded_on": ("রেকর্ডের তারিখ", "Recorded on"),
    "channel": ("মাধ্যম", "Paid through"),
    "reference": ("সূত্র", "Reference"),
    "channel_counter": ("কাউন্টার", "Counter"),
    "channel_collector": ("আদায়কারী", "Collector"),
    "channel_bank": ("ব্যাংক", "Bank"),
    "channel_online": ("অনলাইন", "Online"),
    "settles": ("যা পরিশোধিত হলো", "What it settles"),
    "kind_principal": ("মূল কর", "Principal"),
    "kind_rebate": ("রিবেট / রেয়াত", "Rebate"),
    "kind_surcharge": ("সারচার্জ", "Surcharge"),
    "kind_rounding": ("পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka"),
    "kind_advance": ("অগ্রিম", "Advance"),
    "amount": ("পরিমাণ (টাকা)", "Amount (taka)"),
    "total_received": ("সর্বমোট আদায়", "Total received"),
    "reversed": ("বাতিলকৃত", "Reversed"),
    "reversed_line": ("{day} তারিখে বাতিল: {reason}", "Reversed on {day}: {reason}"),
    "sign_cashier": ("গ্রহণকারীর স্বাক্ষর ও সিল", "Signature and seal of the receiver"),
    "receipt_signed": (
        "এই রশিদ ডিজিটাল স্বাক্ষরযুক্ত; কিউআর কোড স্ক্যান করে সত্যতা যাচাই করা যায়।",
        "This receipt is digitally signed; scan the code to verify it.",
    ),
    # other services that take money
    "branch_sludge": ("কনজারভেন্সি শাখা", "Conservancy branch"),
    "receipt_title_sludge": ("পয়ঃবর্জ্য অপসারণ ফির রশিদ", "Receipt for a sludge fee"),
    "request_no": ("আবেদন নং", "Request no."),
}


def words(lang: str) -> dict[str, str]:
    """Every printed word in `lang` ("bn" or "en"), by code; raises ValueError for another language."""
    return {code: both[LANGUAGES.index(lang)] for code, both in _WORDS.items()}
