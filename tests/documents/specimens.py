"""Snapshots of bills and receipts with honest sums, in the shape that the tax freezes; for tests and benchmarks."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from imis import bangla

GIVEN = "রহিমা করিম সুলতানা মোস্তাফিজুর শ্রীকান্ত হৃদয় কৃষ্ণা জ্যোৎস্না আব্দুল্লাহ্ রুক্মিণী ঊর্মিলা ঐশ্বর্য তৌহিদ ক্ষিতীশ জাহাঙ্গীর".split()
FAMILY = "চৌধুরী ভট্টাচার্য্য বন্দ্যোপাধ্যায় হোসেন শেখ বিশ্বাস মণ্ডল খাতুন সর্দার মৃধা গাজী ইসলাম রহমান".split()
MAHALLAS = [("টুটপাড়া", "Tutpara"), ("বয়রা", "Boyra"), ("সোনাডাঙ্গা", "Sonadanga"), ("মিস্ত্রীপাড়া", "Mistripara")]
ROADS = [
    ("কে.ডি.এ. এভিনিউ", "KDA Avenue"),
    ("খান জাহান আলী রোড", "Khan Jahan Ali Road"),
    ("শামসুর রহমান রোড", "Shamsur Rahman Road"),
]
HEADS = [
    ("holding_tax", "হোল্ডিং কর", "Holding tax", Decimal("0.07")),
    ("conservancy", "পরিচ্ছন্নতা রেইট", "Conservancy rate", Decimal("0.04")),
    ("street_light", "সড়ক বাতি রেইট", "Street-light rate", Decimal("0.03")),
    ("water", "পানি রেইট", "Water rate", Decimal("0.02")),
]
WHOLE = ("holding_tax", "পৌরকর / হোল্ডিং কর", "Municipal / holding tax", Decimal("0.16"))
_PAISA = Decimal("0.01")


def _money(value: Decimal) -> str:
    return str(value.quantize(_PAISA, ROUND_HALF_UP))


def snapshot(n: int = 7, *, arrears: int = 2, heads: int = 1, units: int = 2, rent: str = "6.50") -> dict[str, Any]:
    """The frozen print of bill `n`: `units` storeys of let and own use, `arrears` unpaid years, `heads` charges."""
    steps, annual = _steps(n, units, Decimal(rent))
    charges = HEADS[:heads] if heads > 1 else [WHOLE]
    lines = [(code, bn, en, (annual * rate / 4).quantize(_PAISA, ROUND_HALF_UP)) for code, bn, en, rate in charges]
    rate = sum((charge[3] for charge in charges), Decimal(0))
    yearly = (annual * rate).quantize(_PAISA, ROUND_HALF_UP)
    steps.append(_step("yearly_tax", "বার্ষিক কর", "Yearly tax", f"{_money(annual)} × {rate * 100:f}%", yearly))
    amounts = _amounts(sum((line[3] for line in lines), Decimal(0)), yearly, arrears)
    return {
        "corporation": {"name_bn": "খুলনা সিটি কর্পোরেশন", "name_en": "Khulna City Corporation"},
        "bill": {
            "number": f"22-2026-1-{n:06d}",
            "fiscal_year": 2026,
            "quarter": 1,
            "issued_on": "2026-07-15",
            "due_on": "2026-09-30",
        },
        "holding": _holding(n),
        "payer": {
            "name_bn": f"{GIVEN[n % len(GIVEN)]} {FAMILY[n // 3 % len(FAMILY)]}",
            "guardian": f"মৃত {GIVEN[(n * 7 + 3) % len(GIVEN)]} {FAMILY[n // 3 % len(FAMILY)]}",
        },
        "assessment": {
            "id": n,
            "annual_value": _money(annual),
            "gross_rent": steps[units]["result"],
            "yearly_tax": _money(yearly),
            "rule_set": "KCC-2026",
            "steps": steps,
        },
        "lines": [{"head": c, "name_bn": bn, "name_en": en, "amount": _money(a)} for c, bn, en, a in lines],
        "arrears": [
            {"fiscal_year": 2025 - k, "principal": _money(yearly), "surcharge": _money(yearly * Decimal("0.15"))}
            for k in range(arrears)
        ],
        "amounts": {code: _money(value) for code, value in amounts.items()},
        "working": _working(amounts, yearly, arrears),
        "offers": _offers(amounts, yearly, arrears),
    }


def _holding(n: int) -> dict[str, Any]:
    mahalla, road = MAHALLAS[n % len(MAHALLAS)], ROADS[n % len(ROADS)]
    return {
        "id": n,
        "code": f"22-{n % 40:03d}-{n:04d}-00",
        "number": bangla.digits(f"{n}/ক"),
        "ward": 22,
        "mahalla_bn": mahalla[0],
        "mahalla_en": mahalla[1],
        "road_bn": road[0],
        "road_en": road[1],
        "old_number": bangla.digits(f"{n + 11}/১"),
    }


def _step(code: str, bn: str, en: str, formula: str, result: Decimal) -> dict[str, Any]:
    return {"code": code, "label_bn": bn, "label_en": en, "formula": formula, "result": _money(result)}


def _steps(n: int, units: int, rent: Decimal) -> tuple[list[dict[str, Any]], Decimal]:
    steps, gross, owner = [], Decimal(0), Decimal(0)
    for storey in range(units):
        area = Decimal(640 + (n * 37 + storey * 90) % 900)
        yearly = area * rent * 12
        own = storey % 2 == 0
        use = ("নিজ ব্যবহার", "own use") if own else ("ভাড়া", "let")
        steps.append(
            _step(
                "unit",
                f"{bangla.digits(storey + 1)} তলা, আবাসিক, {use[0]}",
                f"Storey {storey + 1}, residential, {use[1]}",
                f"{area} × {rent} × 12",
                yearly,
            )
        )
        gross += yearly
        owner += yearly if own else Decimal(0)
    first = gross * 5 / 6
    relief = owner * 5 / 6 * Decimal("0.40")
    annual = (first - relief).quantize(_PAISA, ROUND_HALF_UP)
    steps += [
        _step("gross_rent", "বার্ষিক ভাড়া", "Annual rent", "", gross),
        _step("maintenance", "রক্ষণাবেক্ষণ (২ মাস)", "Maintenance (2 months)", f"{_money(gross)} ÷ 6", -gross / 6),
        _step("first_value", "১ম বার্ষিক মূল্যায়ন", "1st annual valuation", "", first),
        _step("owner_relief", "নিজ ব্যবহারের রেয়াত", "Own-use relief", f"{_money(owner * 5 / 6)} × 40%", -relief),
        _step("interest", "গৃহ নির্মাণ ঋণের সুদ", "Building-loan interest", "", Decimal(0)),
        _step("annual_value", "প্রকৃত বার্ষিক মূল্যায়ন", "Actual annual value", "", annual),
    ]
    return steps, annual


def _amounts(principal: Decimal, yearly: Decimal, arrears: int) -> dict[str, Decimal]:
    old = yearly * arrears
    surcharge = old * Decimal("0.15")
    rebate = (principal * Decimal("0.05")).quantize(_PAISA, ROUND_HALF_UP)
    exact = principal + old + surcharge.quantize(_PAISA, ROUND_HALF_UP) - rebate
    payable = exact.quantize(Decimal(1), ROUND_HALF_UP)
    return {
        "principal": principal,
        "arrears": old,
        "surcharge": surcharge,
        "rebate": rebate,
        "rounding": payable - exact,
        "payable": payable,
    }


def _working(amounts: dict[str, Decimal], yearly: Decimal, arrears: int) -> list[dict[str, Any]]:
    return [
        _step("quarter", "এই কিস্তি", "This instalment", f"{_money(yearly)} ÷ 4", amounts["principal"]),
        _step("arrears", "বকেয়া", "Arrears", f"{arrears} × {_money(yearly)}", amounts["arrears"]),
        _step("surcharge", "সারচার্জ", "Surcharge", f"{_money(amounts['arrears'])} × 15%", amounts["surcharge"]),
        _step("rebate", "রিবেট", "Rebate", f"{_money(amounts['principal'])} × 5%", amounts["rebate"]),
    ]


def _offers(amounts: dict[str, Decimal], yearly: Decimal, arrears: int) -> list[dict[str, Any]]:
    year = (amounts["arrears"] + amounts["surcharge"] + yearly * Decimal("0.90")).quantize(Decimal(1), ROUND_HALF_UP)
    return [
        {
            "code": "quarter",
            "label_bn": "শুধু এই কিস্তি",
            "label_en": "This instalment only",
            "quarters": 1,
            "rate": "5",
            "payable": _money(amounts["payable"]),
            "pay_by": "2026-09-30",
        },
        {
            "code": "year",
            "label_bn": "সারা বছরের ৪ কিস্তি একসাথে",
            "label_en": "The whole year at once",
            "quarters": 4,
            "rate": "10",
            "payable": _money(year),
            "pay_by": "2026-09-30",
        },
    ]


def hard_snapshot() -> dict[str, Any]:
    """The bill that breaks a careless page: long names and address, four heads, fourteen unpaid years, crores."""
    hard = snapshot(1234, arrears=14, heads=4, units=6, rent="48750.25")
    hard["payer"]["name_bn"] = (
        "আলহাজ্ব মোহাম্মদ মোস্তাফিজুর রহমান চৌধুরী ওরফে বাদশা মিয়া, বেগম ঊর্মিলা ভট্টাচার্য্য বন্দ্যোপাধ্যায় ও জ্যোৎস্না রাণী মণ্ডল গং"
    )
    hard["payer"]["guardian"] = "মৃত আলহাজ্ব মাওলানা মোহাম্মদ শামসুদ্দীন আহমেদ চৌধুরী ওরফে সোনা মিয়া সর্দার"
    hard["holding"].update(
        number="১২/ক-৩(নতুন), ১২/খ, ০০ডি-৩৮৫",
        old_number="৩১/৩, ৩১/৪ ও ১৩F২ (সাবেক)",
        road_bn="বীর মুক্তিযোদ্ধা শহীদ শেখ আবু নাসের স্টেডিয়াম সংলগ্ন দ্বিতীয় বাইপাস সংযোগ সড়ক",
        road_en="Link road of the second bypass beside the Bir Muktijoddha Shaheed Sheikh Abu Naser Stadium",
        mahalla_bn="পশ্চিম বানিয়াখামার কৃষ্ণনগর আবাসিক এলাকা",
        mahalla_en="West Baniakhamar Krishnanagar Residential Area",
    )
    hard["offers"].insert(
        1,
        {
            "code": "arrears",
            "label_bn": "শুধু বকেয়া ও সারচার্জ",
            "label_en": "Arrears and surcharge only",
            "quarters": 0,
            "rate": "0",
            "payable": hard["amounts"]["arrears"],
            "pay_by": "",
        },
    )
    return hard


def receipt_payload(*, lines: int = 3) -> dict[str, Any]:
    """A signed payload as a counter payment leaves it: `lines` years of arrears with surcharge, then this quarter."""
    old = [
        {
            **_step("arrears", "বকেয়া (পূর্ববর্তী বছর)", "Arrears of an earlier year", "", Decimal("4480.00")),
            "inputs": {"fiscal_year": 2025 - k},
        }
        for k in range(lines)
    ]
    sum_old = Decimal(4480) * lines
    surcharge = sum_old * Decimal("0.15")
    exact = sum_old + surcharge + Decimal("1120.00") - Decimal("56.00")
    payable = exact.quantize(Decimal(1), ROUND_HALF_UP)
    working = [
        *old,
        _step("surcharge", "সারচার্জ", "Surcharge", f"{_money(sum_old)} × 15 %", surcharge),
        _step("current", "হাল কিস্তি", "Current instalment", "1120.00", Decimal("1120.00")),
        _step("rebate", "রিবেট (বাদ)", "Rebate (deducted)", "1120.00 × 5 %", Decimal("56.00")),
        _step("paid", "পরিশোধিত", "Paid", _money(payable), payable),
    ]
    return {
        "amount": _money(payable),
        "holding_number": "22-007-0007-00",
        "ward": 22,
        "value_date": "2026-08-14",
        "channel": "counter",
        "reference": "C-2026-000123",
        "payer_name": "জ্যোৎস্না বন্দ্যোপাধ্যায়",
        "lines": [{"kind": "principal", "amount": _money(sum_old + Decimal("1064.00"))}],
        "working": working,
    }
