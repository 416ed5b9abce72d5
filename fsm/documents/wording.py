"""The words printed on the monthly report, Bangla and English side by side: fixed with the form."""

from __future__ import annotations

LANGUAGES = ("bn", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("পয়ঃবর্জ্য ব্যবস্থাপনার মাসিক প্রতিবেদন", "Monthly report of the sludge service"),
    "branch": ("কনজারভেন্সি শাখা", "Conservancy branch"),
    "as_at": ("প্রস্তুতের সময়", "As known on"),
    "whole_city": ("সমগ্র সিটি কর্পোরেশন", "Whole city corporation"),
    "wards": ("ওয়ার্ড {wards}", "Wards {wards}"),
    "indicators": ("সূচক", "Indicators"),
    "figures": ("মাসের সংখ্যা", "Figures of the month"),
    "indicator": ("সূচক", "Indicator"),
    "value": ("মান", "Value"),
    "counted": ("গণনা", "Counted"),
    "of": ("{whole} এর মধ্যে {part}", "{part} of {whole}"),
    "of_m3": ("{whole} ঘনমিটারের মধ্যে {part} ঘনমিটার", "{part} of {whole} m³"),
    "how": ("যেভাবে গণনা করা হয়", "How it is counted"),
    "response": ("আবেদনে সাড়ার হার", "Response efficiency"),
    "response_how": (
        "এই মাসে করা আবেদনের (পরিদর্শনের আগে প্রত্যাখ্যাত বা বাতিল বাদে) মধ্যে প্রস্তুতের সময় পর্যন্ত যেগুলোর ট্যাংক খালি হয়েছে।",
        "Of the requests made in this month, less those rejected or cancelled before a visit: those whose tank was "
        "empty when this report was made.",
    ),
    "median": ("সাড়া দিতে সময়, মধ্যমা", "Response time, median"),
    "ninetieth": ("সাড়া দিতে সময়, ৯০তম শতাংশক", "Response time, 90th centile"),
    "hours": ("{n} ঘণ্টা", "{n} hours"),
    "time_how": ("আবেদন থেকে ট্যাংক খালি হওয়া পর্যন্ত।", "From the request until the tank was empty."),
    "by_volume": ("নিরাপদ অপসারণ, আয়তনে", "Safe desludging, by volume"),
    "by_volume_how": (
        "এই মাসে রওনা হওয়া বর্জ্যের মধ্যে শোধনাগারে যা গৃহীত হয়েছে।",
        "Of the sludge that left in this month: what a treatment plant received.",
    ),
    "by_trips": ("নিরাপদ অপসারণ, ট্রিপে", "Safe desludging, by trips"),
    "by_trips_how": (
        "এই মাসে রওনা হওয়া ট্রিপের মধ্যে যেগুলো শোধনাগারে পৌঁছেছে।",
        "Of the trips that left in this month: those that arrived at a treatment plant.",
    ),
    "collection": ("পয়ঃবর্জ্য সংগ্রহের অনুপাত", "Sludge collection ratio"),
    "collection_how": (
        "অপসারিত বর্জ্য ÷ (পয়ঃনালা-সংযোগহীন {people} জন × {rates})।",
        "Sludge taken ÷ ({people} people without a sewer × {rates}).",
    ),
    "rate_term": ("মাথাপিছু দিনে {rate} মিলি × {days} দিন", "{rate} ml a head a day × {days} days"),
    "uncounted": (
        "যেসব ওয়ার্ডের জনসংখ্যা জানা নেই, তাদের মানুষ ও বর্জ্য কোনোটিই গণনা করা হয়নি: {wards}।",
        "Neither people nor sludge is counted of the wards whose population is not stated: {wards}.",
    ),
    "collection_how_short": (
        "অপসারিত বর্জ্য ÷ পয়ঃনালা-সংযোগহীন মানুষের উৎপাদিত বর্জ্য।",
        "Sludge taken ÷ sludge made by the people without a sewer.",
    ),
    "no_requests": ("এই মাসে গণনার মতো আবেদন নেই", "No request of this month to count"),
    "nothing_emptied": ("এই মাসে কিছু অপসারিত হয়নি", "Nothing was taken in this month"),
    "no_trips": ("এই মাসে কোনো ট্রিপ রওনা হয়নি", "No trip left in this month"),
    "no_population": ("পয়ঃনালা-সংযোগহীন জনসংখ্যা জানা নেই", "The population without a sewer is not stated"),
    "no_rate": ("প্রতিটি দিনের মাথাপিছু বর্জ্যের হার জানা নেই", "The sludge a head is not stated for every day"),
    "requests": ("আবেদন", "Requests"),
    "dropped": ("পরিদর্শনের আগে প্রত্যাখ্যাত বা বাতিল", "Rejected or cancelled before a visit"),
    "emptyings": ("খালি করা ট্যাংক", "Tanks emptied"),
    "failed": ("ব্যর্থ পরিদর্শন", "Failed visits"),
    "trips": ("ট্রিপ", "Trips"),
    "emptied": ("অপসারিত (ঘনমিটার)", "Taken (m³)"),
    "on_way": ("পথে (ঘনমিটার)", "On the way (m³)"),
    "received": ("গৃহীত (ঘনমিটার)", "Received (m³)"),
    "difference": ("পার্থক্য (ঘনমিটার)", "Difference (m³)"),
    "difference_how": (
        "পার্থক্য = পৌঁছানো ট্রিপগুলোর গৃহীত − অপসারিত; ঋণাত্মক মানে যত রওনা হয়েছিল তার চেয়ে কম পৌঁছেছে।",
        "Difference = received less taken, of the trips that arrived; negative means less came than left.",
    ),
    "account": (
        "হিসাব: অপসারিত {emptied} − এখনো পথে {on_way} {sign} পার্থক্য {difference} = গৃহীত {received} ঘনমিটার।",
        "The account: taken {emptied} − still on the way {on_way} {sign} difference {difference} "
        "= received {received} m³.",
    ),
    "fees": ("ধার্য ফি (টাকা)", "Fees asked (taka)"),
    "paid": ("আদায় (টাকা)", "Fees received (taka)"),
    "by_ward": ("ওয়ার্ডভিত্তিক", "By ward"),
    "by_provider": ("সেবাদাতাভিত্তিক", "By provider"),
    "by_plant": ("শোধনাগারভিত্তিক", "By treatment plant"),
    "ward": ("ওয়ার্ড", "Ward"),
    "provider": ("সেবাদাতা", "Provider"),
    "plant": ("শোধনাগার", "Treatment plant"),
    "total": ("মোট", "Total"),
    "nothing": ("এই মাসে কিছু নেই।", "Nothing in this month."),
    "cut": (
        "শতকরা হার এক দশমিক পর্যন্ত কেটে লেখা, কখনো বাড়িয়ে নয়।",
        "Percentages are cut to one decimal and never rounded up.",
    ),
    "page": ("পৃষ্ঠা", "Page"),
}
_MONTHS = (
    ("জানুয়ারি", "January"), ("ফেব্রুয়ারি", "February"), ("মার্চ", "March"), ("এপ্রিল", "April"), ("মে", "May"),
    ("জুন", "June"), ("জুলাই", "July"), ("আগস্ট", "August"), ("সেপ্টেম্বর", "September"), ("অক্টোবর", "October"),
    ("নভেম্বর", "November"), ("ডিসেম্বর", "December"),
)  # fmt: skip


def words(lang: str) -> dict[str, str]:
    """Every printed word in `lang` ("bn" or "en"), by code; raises ValueError for another language."""
    return {code: both[LANGUAGES.index(lang)] for code, both in _WORDS.items()}


def month_name(month: int, lang: str) -> str:
    """The name of a month."""
    return _MONTHS[month - 1][LANGUAGES.index(lang)]
