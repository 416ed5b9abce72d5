"""The page of a receipt: half a sheet, from the payload that was signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from imis import bangla
from imis.paper.figures import Figures
from imis.paper.qr import qr_code
from imis.paper.steps import Row, in_reading_order, row, step_row
from imis.paper.typeset import TEMPLATES, pdf
from imis.paper.wording import words

_CODE = re.compile(r"\d\d-\d{3}-\d{4}-\d\d$")  # ward, road, holding, suffix
_SIZES = (9, 14)  # more lines than these are set smaller, and smaller again


@dataclass(frozen=True)
class PrintedReceipt:
    """A receipt to print.

    `payload` is Receipt.payload (its `service` names the branch; a tax when it has none), `recorded_on` an ISO date in
    the city's time, `code` the text of the QR code (imis.ledger.services.receipt_address); `reversed_on` ("" while it
    stands) and `reason` say that it was undone.
    """

    number: str
    recorded_on: str
    payload: Mapping[str, Any]
    corporation: Mapping[str, str]
    code: str
    reversed_on: str = ""
    reason: str = ""


def typeset_receipt(receipt: PrintedReceipt, *, lang: str = "bn") -> bytes:
    """The PDF of a receipt (A5 landscape) in `lang` ("bn" or "en"); raises ValueError for another language."""
    page, said = receipt_page(receipt, lang), words(lang)
    data: dict[str, Any] = {
        "lang": lang,
        "words": said,
        "title": f"{page['title']} {page['number']}",
        "author": page["corporation"],
        "receipt": page,
    }
    return pdf(TEMPLATES / "receipt.typ", data, [qr_code(receipt.code, level="L")])


def receipt_page(receipt: PrintedReceipt, lang: str) -> Row:
    """The strings of a receipt in `lang`; the shape is what templates/receipt.typ lays out."""
    write, said = Figures(lang), words(lang)
    payload = receipt.payload
    rows = _rows(payload, said, write)
    return {
        "corporation": write.pick(receipt.corporation.get("name_bn"), receipt.corporation.get("name_en")),
        "title": said[f"receipt_title_{_service(payload)}"],
        "branch": said[f"branch_{_service(payload)}"],
        "number": write.code(receipt.number),
        "facts": [fact for fact in _facts(receipt, said, write) if fact[1]],
        "rows": rows,
        "size": 0 if len(rows) <= _SIZES[0] else 1 if len(rows) <= _SIZES[1] else 2,
        "amount": write.taka(payload["amount"]),
        "in_words": write.words(payload["amount"]),
        "reversed": _reversed(receipt, said, write),
    }


def _facts(receipt: PrintedReceipt, said: dict[str, str], write: Figures) -> list[list[str]]:
    payload = receipt.payload
    channel = said.get(f"channel_{payload.get('channel')}", write.text(payload.get("channel")))
    number, holding = payload.get("request_number", ""), payload["holding_number"]
    return [
        [said["received_from"], write.written(payload.get("payer_name"))],
        [said["request_no"], write.written(number, code=True)],
        [said[_called(holding)], write.written(holding if holding != number else "", code=True)],
        [said["ward"], write.text(payload.get("ward"))],
        [said["value_date"], write.day(payload["value_date"])],
        [said["recorded_on"], write.day(receipt.recorded_on)],
        [said["channel"], channel],
        [said["reference"], write.written(payload.get("reference"), code=True)],
    ]


def _called(holding: str) -> str:
    """What the holding is named by: its code; by its number on the road where it has no code yet."""
    return "holding_code" if _CODE.match(bangla.latin(holding)) else "holding_no"


def _service(payload: Mapping[str, Any]) -> str:
    return str(payload.get("service", "tax"))


def _rows(payload: Mapping[str, Any], said: dict[str, str], write: Figures) -> list[Row]:
    """What the money settled: the steps that were accepted, else the sums by kind."""
    steps = list(in_reading_order(payload.get("working", ())))
    if steps:
        # The price asked is said once where it is what was paid.
        paid = [step["result"] for step in steps if step["code"] == "paid"]
        return [step_row(step, write) for step in steps if step["code"] != "payable" or [step["result"]] != paid]
    lines = payload.get("lines", ())
    return [row(said[f"kind_{line['kind']}"], "", write.money(_signed(line))) for line in lines]


def _signed(line: Mapping[str, Any]) -> str:
    return str(-Decimal(line["amount"])) if line["kind"] == "rebate" else line["amount"]


def _reversed(receipt: PrintedReceipt, said: dict[str, str], write: Figures) -> Row | None:
    if not receipt.reversed_on:
        return None
    line = said["reversed_line"].format(day=write.day(receipt.reversed_on), reason=write.text(receipt.reason) or "—")
    return {"stamp": said["reversed"], "line": line}
