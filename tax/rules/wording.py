"""The words of each step, by message key, in Bangla and English; terms follow the glossary.

They stand here and not in the translation files because an explanation is frozen with its words in both
languages: the paper of last year must read as it read then.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "yearly_tax": ("বার্ষিক কর", "Yearly tax"),
    "gross_rent": ("বার্ষিক ভাড়া", "Annual rent"),
    "unit_rent": ("তলার বার্ষিক ভাড়া", "Annual rent of a storey"),
    "maintenance": ("রক্ষণাবেক্ষণ (বাদ)", "Maintenance (deducted)"),
    "first_value": ("১ম বার্ষিক মূল্যায়ন", "First annual valuation"),
    "owner_base": ("নিজ ব্যবহারের অংশের মূল্যায়ন", "Value of what the owner uses"),
    "owner_relief": ("নিজ ব্যবহারের রেয়াত (বাদ)", "Relief for own use (deducted)"),
    "loan_interest": ("গৃহ নির্মাণ ঋণের সুদ (বাদ)", "Building-loan interest (deducted)"),
    "net_value": ("রেয়াতের পর মূল্যায়ন", "Value after reliefs"),
    "annual_value": ("প্রকৃত বার্ষিক মূল্যায়ন", "Actual annual value"),
    "charge": ("কর", "Tax"),
    "exemption": ("অব্যাহতি (বাদ)", "Exemption (deducted)"),
    "quarter": ("চলতি কিস্তি", "Current instalment"),
    "arrears": ("বকেয়া (পূর্ববর্তী বছর)", "Arrears of an earlier year"),
    "overdue": ("বকেয়া কিস্তি (চলতি বছর)", "Overdue instalments of this year"),
    "current": ("হাল কিস্তি", "Current instalment"),
    "begun": ("শুরু হওয়া কিস্তি", "Instalment that has begun"),
    "future": ("অগ্রিম কিস্তি", "Instalments paid ahead"),
    "surcharge": ("সারচার্জ", "Surcharge"),
    "rebate": ("রিবেট (বাদ)", "Rebate (deducted)"),
    "rounding": ("পূর্ণ টাকায় সমন্বয়", "Rounding to whole taka"),
    "payable": ("সর্বমোট প্রদেয়", "Total payable"),
    "part_payment": ("আংশিক পরিশোধ", "Part payment"),
    "advance": ("অগ্রিম জমা", "Kept as advance"),
    "paid": ("পরিশোধিত", "Paid"),
    "offer.arrears": ("পূর্ববর্তী বছরের বকেয়া", "Arrears of earlier years"),
    "offer.overdue": ("সকল বকেয়া", "Everything overdue"),
    "offer.current": ("চলতি কিস্তি পর্যন্ত", "Everything due up to this instalment"),
    "offer.begun": ("শুরু হওয়া কিস্তি পর্যন্ত", "With the instalment that has begun"),
    "offer.next_two": ("চলতি ও পরবর্তী দুই কিস্তি", "This instalment and the next two"),
    "offer.year": ("বছরের অবশিষ্ট সব কিস্তি", "The rest of the year"),
}


def words(code: str) -> tuple[str, str]:
    """Bangla and English of a message key. KeyError for an unknown key: nothing is printed without words."""
    return WORDS[code]
