"""What a bill says: the frozen snapshot of a bill turned into the strings of one page.

Only the snapshot speaks here (tax.models.Bill.snapshot), so a bill printed again in ten years says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from imis.paper.figures import Figures
from tax.documents import room
from tax.documents.steps import Row, in_reading_order, row, step_row
from tax.documents.wording import words

Snapshot = dict[str, Any]

# Room on the page: what does not fit is summed (old arrears) or moved to an annex page (steps).
STEPS_ON_PAGE = 17
ARREARS_ON_PAGE = 16
OFFERS_ON_PAGE = 4


def bill_page(snapshot: Snapshot, lang: str) -> Row:
    """The strings of one bill in `lang`; the shape is what templates/bill.typ lays out."""
    write, said = Figures(lang), words(lang)
    steps = [step_row(step, write) for step in in_reading_order(snapshot["assessment"]["steps"])]
    shown = _shown(steps, said, write)
    arrears = _arrears(snapshot["arrears"], said, write)
    told, demand, fitting = room.fitting(shown, _demand(snapshot, said, write), arrears)
    return {
        **_heading(snapshot, write),
        "payer": _payer(snapshot, write),
        "place": _place(snapshot, said, write),
        "demand": demand,
        "slip": _slip(snapshot, said, write),
        "steps": told,
        "annex": steps if len(steps) > len(shown) else [],
        "arrears": arrears,
        "offers": [_offer(offer, said, write) for offer in snapshot["offers"][:OFFERS_ON_PAGE]],
        "payable": write.taka(snapshot["amounts"]["payable"]),
        "in_words": write.words(snapshot["amounts"]["payable"]),
        "rule_set": write.code(snapshot["assessment"]["rule_set"]),
        "long": room.is_long(snapshot["payer"], snapshot["holding"]),
        **fitting,
    }


def paid_line(paid: Mapping[str, str] | None, lang: str) -> str | None:
    """What stands in place of the ways to pay on a bill of a quarter that was paid ahead."""
    if paid is None:
        return None
    write = Figures(lang)
    return words(lang)["paid_line"].format(receipt=write.code(paid["receipt"]), day=write.day(paid["on"]))


def _heading(snapshot: Snapshot, write: Figures) -> Row:
    bill, corporation = snapshot["bill"], snapshot["corporation"]
    return {
        "corporation": write.pick(corporation["name_bn"], corporation["name_en"]),
        "number": write.code(bill["number"]),
        "year": write.year(bill["fiscal_year"]),
        "quarter": write.quarter(bill["fiscal_year"], bill["quarter"]),
        "issued_on": write.day(bill["issued_on"]),
        "due_on": write.day(bill["due_on"]),
    }


def _payer(snapshot: Snapshot, write: Figures) -> Row:
    payer = snapshot["payer"]
    return {"name": write.written(payer["name_bn"]), "guardian": write.written(payer.get("guardian")) or "—"}


def _place(snapshot: Snapshot, said: dict[str, str], write: Figures) -> Row:
    holding = snapshot["holding"]
    mahalla = write.written(write.pick(holding.get("mahalla_bn"), holding.get("mahalla_en")))
    road = write.written(write.pick(holding.get("road_bn"), holding.get("road_en")))
    return {
        "number": write.written(holding["number"], code=True),
        "code": write.code(holding.get("code")),
        "old": write.written(holding.get("old_number"), code=True) or "—",
        "ward": write.text(holding["ward"]),
        "address": ", ".join(filter(None, [road, mahalla])) or "—",
    }


def _shown(steps: list[Row], said: dict[str, str], write: Figures) -> list[Row]:
    """The steps that fit: the end of the sum always, the first units, and a line that points to the annex."""
    if len(steps) <= STEPS_ON_PAGE:
        return steps
    tail = steps[-(STEPS_ON_PAGE - 5) :]
    head = steps[:4]
    left_out = len(steps) - len(head) - len(tail)
    return [*head, row(said["more_steps"].format(n=write.text(left_out)), "", ""), *tail]


def _demand(snapshot: Snapshot, said: dict[str, str], write: Figures) -> list[Row]:
    """Rows of the demand: each head, then what is added and taken away; parts that are nil are left out."""
    amounts = snapshot["amounts"]
    formulas = {row["code"]: write.formula(row.get("formula")) for row in snapshot["working"]}
    rows = [
        row(write.pick(line["name_bn"], line["name_en"]), _share(line, snapshot, write), write.money(line["amount"]))
        for line in snapshot["lines"]
    ]
    labels = _amount_labels(snapshot, said, write)
    for code in ("arrears", "surcharge", "advance", "rebate", "rounding"):
        # Bills frozen before credit was known of have no "advance".
        amount = Decimal(amounts.get(code, "0"))
        if amount:
            signed = -amount if code in ("advance", "rebate") else amount
            rows.append(row(labels[code], formulas.get(code, ""), write.money(str(signed))))
    return rows


def _share(line: Row, snapshot: Snapshot, write: Figures) -> str:
    """How the quarter follows from the year ("৩,১৪১.৬০ ÷ ৪"), where the year's charge is on the bill and it does."""
    if len(snapshot["lines"]) == 1:
        yearly = snapshot["assessment"]["yearly_tax"]
    else:
        charges = (step for step in snapshot["assessment"]["steps"] if step["code"] == "charge")
        yearly = next((c["result"] for c in charges if c.get("inputs", {}).get("head") == line["head"]), "0")
    # The four quarters of a year differ by a paisa at most: largest remainder.
    follows = abs(Decimal(yearly) / 4 - Decimal(line["amount"])) < Decimal("0.01")
    return write.formula(f"{yearly} ÷ 4") if follows else ""


def _amount_labels(snapshot: Snapshot, said: dict[str, str], write: Figures) -> dict[str, str]:
    years = len(snapshot["arrears"])
    arrears = said["arrears"] if years < 2 else said["arrears_years"].format(n=write.text(years))
    return {code: said[code] for code in ("surcharge", "advance", "rebate", "rounding")} | {"arrears": arrears}


def _slip(snapshot: Snapshot, said: dict[str, str], write: Figures) -> list[list[str]]:
    """The five amounts of the bank's and the office's copy, always all five, so that a clerk finds each there.

    What was settled from the advance is the sixth, only where there was any.
    """
    amounts = snapshot["amounts"]
    rows = [[said["current"], write.money(amounts["principal"])]]
    rows += [[said[code], write.money(amounts[code])] for code in ("arrears", "surcharge")]
    if Decimal(amounts.get("advance", "0")):
        rows.append([said["advance"], write.money(str(-Decimal(amounts["advance"])))])
    rows.append([said["rebate"], write.money(str(-Decimal(amounts["rebate"])))])
    rows.append([said["rounding"], write.money(amounts["rounding"])])
    return rows


def _arrears(years: Iterable[Row], said: dict[str, str], write: Figures) -> list[list[str]]:
    """Newest year first: [year, principal, surcharge, total]; years beyond the room are summed in the last row."""
    newest = sorted(years, key=lambda row: -int(row["fiscal_year"]))
    own, rest = newest[:ARREARS_ON_PAGE], newest[ARREARS_ON_PAGE:]
    rows = [_arrears_row(write.year(row["fiscal_year"]), [row], write) for row in own]
    if rest:
        label = said["and_before"].format(year=write.year(own[-1]["fiscal_year"]))
        rows[-1] = _arrears_row(label, [own[-1], *rest], write)
    return rows


def _arrears_row(label: str, years: list[Row], write: Figures) -> list[str]:
    principal = sum((Decimal(row["principal"]) for row in years), Decimal(0))
    surcharge = sum((Decimal(row["surcharge"]) for row in years), Decimal(0))
    return [label, *(write.money(str(amount)) for amount in (principal, surcharge, principal + surcharge))]


def _offer(offer: Row, said: dict[str, str], write: Figures) -> Row:
    notes = []
    if Decimal(offer.get("rate") or "0"):
        notes.append(said["offer_rebate"].format(rate=write.percent(offer["rate"])))
    if offer.get("pay_by"):
        notes.append(said["offer_by"].format(day=write.day(offer["pay_by"])))
    return {
        "label": write.text(write.pick(offer["label_bn"], offer["label_en"])),
        "note": " · ".join(notes),
        "amount": write.taka(offer["payable"]),
    }
