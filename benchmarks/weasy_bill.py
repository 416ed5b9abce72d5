"""The same bill through WeasyPrint, for comparison only: `python -m benchmarks.weasy_bill IN.json OUT.pdf`.

A plain, fair page: fixed table layout, no scripts, no web fonts but the project's own, one font configuration for
the whole run. It is given one document for all pages, as a ward file would be.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from html import escape
from pathlib import Path
from typing import Any

from imis.paper.qr import QRCode, qr_code
from imis.paper.typeset import FONTS
from tax.documents.bill_pages import PrintedBill
from tax.documents.content import bill_page
from tax.documents.wording import words

_FACES = {
    "NotoSansBengali-Regular": 400,
    "NotoSansBengali-Bold": 700,
    "NotoSans-Latin-Regular": 400,
    "NotoSans-Latin-Bold": 700,
}
_STYLE = """
@page { size: A4; margin: 8mm 10mm 7mm }
body { font: 8.4pt/1.25 Bengali, Latin; color: #16211c; margin: 0 }
article { break-after: page; height: 281mm; position: relative }
table { border-collapse: collapse; table-layout: fixed; width: 100% } td { padding: 0; vertical-align: top }
h1 { font-size: 18pt; margin: 0; color: #0b4f3a } h2 { font-size: 9pt; margin: 1mm 0; color: #0b4f3a }
.copy { height: 169mm } .facts { border-top: 0.8pt solid #0b4f3a; border-bottom: 0.4pt solid #9db3a9 }
.cut { border-top: 0.6pt dashed #5b6b64; font-size: 6.4pt; text-align: center; height: 3mm; color: #5b6b64 }
.slip { height: 50mm } .sum td { border-bottom: 0.3pt solid #d5e0da; padding: 0.7mm 0 }
.right { text-align: right } .quiet { color: #5b6b64 } .small { color: #5b6b64; font-size: .84em }
.pay { background: #0b4f3a; color: #fff; font-weight: bold; padding: 1.5mm 2.4mm; border-radius: 0.8mm }
.tint { background: #edf4f0; padding: 1.1mm 2.4mm; border-radius: 0.8mm }
.tag { background: #0b4f3a; color: #fff; font-weight: bold; padding: 0.9mm 2.6mm; border-radius: 0.8mm }
.sign { border-top: 0.5pt dotted #16211c; font-size: .84em; color: #5b6b64; text-align: center }
img { width: 19mm; height: 19mm } .box { border: 0.4pt solid #9db3a9; padding: 1.3mm 2.4mm }
"""


def same_texts(bill: PrintedBill) -> list[str]:
    """Strings that must stand on the page of `bill`, whichever engine set it."""
    page = bill_page(bill.snapshot, "bn")
    texts = [page["corporation"], page["number"], page["payer"]["name"], page["payer"]["guardian"], page["in_words"]]
    texts += [page["place"]["address"], page["place"]["number"], page["due_on"], page["payable"]]
    texts += [step[part] for step in page["steps"] for part in ("label", "amount")]
    return texts + [row[part] for row in page["demand"] for part in ("label", "amount")]


def main(source: Path, out: Path) -> None:
    """Reads bills as tax.documents.chunk does and writes their PDF by WeasyPrint."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(
        f"@font-face {{ font-family: {'Bengali' if 'Bengali' in name else 'Latin'}; font-weight: {weight}; "
        f"src: url({(FONTS / name).with_suffix('.ttf').as_uri()}) }}"
        for name, weight in _FACES.items()
    )
    said = words("bn")
    articles = "".join(_article(PrintedBill(**row), said) for row in json.loads(source.read_text(encoding="utf-8")))
    html = HTML(string=f"<html lang=bn><body>{articles}</body></html>")
    html.write_pdf(out, stylesheets=[CSS(string=faces + _STYLE, font_config=fonts)], font_config=fonts)


def _article(bill: PrintedBill, said: dict[str, str]) -> str:
    page, code = _escaped(bill_page(bill.snapshot, "bn")), _png(qr_code(bill.code))
    bank = _slip(page, said, ("copy_bank", "paid_on", "sign_bank"), code)
    office = _slip(page, said, ("copy_office", "sign_collector", "sign_bank"), code)
    cut = f"<div class=cut>{said['cut_here']}</div>"
    return f"<article>{_taxpayer(page, said, code)}{cut}{bank}{cut}{office}</article>"


def _taxpayer(e: dict[str, Any], said: dict[str, str], code: str) -> str:
    left = f"<h2>{said['working']}</h2>{_sum(e['steps'])}<span class=small>{said['rule_set']}: {e['rule_set']}</span>"
    right = f"<h2>{said['demand']}</h2>{_sum(e['demand'])}{_payable(e, said)}"
    heads = [said[code] for code in ("fiscal_year", "principal", "surcharge", "total")]
    head = "<tr>" + "".join(f"<td class='small right'>{cell}" for cell in heads)
    arrears = f"<h2>{said['arrears_by_year']}</h2><table>{head}{_rows(e['arrears'])}</table>" if e["arrears"] else ""
    return f"""<section class=copy>{_heading(e, said, code)}<div class=facts>{_facts(e, said)}</div>
<table><tr><td>{left}<td>{right}</table>{arrears}{_offers(e, said)}
<div class=tint><span class=quiet>{said["in_words"]}:</span> <b>{e["in_words"]}</b></div>
<table><tr><td class=small><b>{said["where"]}</b>: {said["where_text"]}<br>{said["after_year"]}
<td class=sign>{said["sign_officer"]}</table></section>"""


def _heading(e: dict[str, Any], said: dict[str, str], code: str) -> str:
    return f"""<table><tr><td><h1>{e["corporation"]}</h1><b>{said["bill_title"]}</b>
<span class=quiet>{said["branch"]}</span><br>{said["fiscal_year"]} <b>{e["year"]}</b> · {e["quarter"]}
<td class=right><span class=tag>{said["copy_taxpayer"]}</span>
<br><span class=small>{said["scan"]}</span><td class=right><img src="{code}"></table>"""


def _payable(e: dict[str, Any], said: dict[str, str]) -> str:
    return f"""<div class=pay><table><tr><td>{said["payable"]}<td class=right>৳ {e["payable"]}</table></div>
<div class=tint><table><tr><td>{said["due_on"]}<td class=right><b>{e["due_on"]}</b>
<tr><td class=quiet>{said["issued_on"]}<td class=right>{e["issued_on"]}</table></div>"""


def _offers(e: dict[str, Any], said: dict[str, str]) -> str:
    boxes = "".join(
        f"<td class=box><b>{o['label']}</b> <b>৳ {o['amount']}</b><br><span class=small>{o['note']}</span>"
        for o in e["offers"]
    )
    return f"<h2>{said['offers']}</h2><table><tr>{boxes}</table>"


def _facts(e: dict[str, Any], said: dict[str, str]) -> str:
    left = [("taxpayer", e["payer"]["name"]), ("guardian", e["payer"]["guardian"]), ("address", e["place"]["address"])]
    right = [
        ("bill_no", e["number"]),
        ("holding_no", e["place"]["number"]),
        ("holding_code", e["place"]["code"]),
        ("old_number", e["place"]["old"]),
        ("ward", e["place"]["ward"]),
    ]
    columns = "".join(f"<td><table>{_named(rows, said)}</table>" for rows in (left, right))
    return f"<table><tr>{columns}</table>"


def _slip(e: dict[str, Any], said: dict[str, str], words_: tuple[str, str, str], code: str) -> str:
    caption, first, second = (said[word] for word in words_)
    rows = [
        ("bill_no", e["number"]),
        ("holding_no", f"{e['place']['number']} {e['place']['code']}"),
        ("ward", e["place"]["ward"]),
        ("taxpayer", e["payer"]["name"]),
        ("guardian", e["payer"]["guardian"]),
        ("address", e["place"]["address"]),
    ]
    return f"""<section class=slip><table><tr><td><b>{e["corporation"]}</b> <b>{said["bill_title"]}</b>
<span class=small>{said["fiscal_year"]} {e["year"]} · {e["quarter"]}</span>
<td class=right><span class=tag>{caption}</span></table>
<table class=facts><tr><td><table>{_named(rows, said)}</table><td><table>{_rows(e["slip"])}</table>
<div class=tint><b>{said["payable_short"]}</b> <b>৳ {e["payable"]}</b></div><span class=quiet>{said["due_on"]}</span>
<b>{e["due_on"]}</b><td class=right><img src="{code}"></table>
<table><tr><td class=small>{said["in_words"]}: {e["in_words"]}
<td class=sign>{first}<td class=sign>{second}</table></section>"""


def _named(rows: list[tuple[str, str]], said: dict[str, str]) -> str:
    return "".join(f"<tr><td class=quiet>{said[code]}<td><b>{value}</b>" for code, value in rows)


def _sum(rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        label, amount = ((f"<b>{row[part]}</b>" if row["strong"] else row[part]) for part in ("label", "amount"))
        lines.append(f"<tr><td>{label}<td class='right small'>{row['formula']}<td class=right>{amount}")
    return f"<table class=sum>{''.join(lines)}</table>"


def _rows(rows: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td class=right>{cell}" for cell in row) for row in rows)


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return escape(value) if isinstance(value, str) else value


def _png(code: QRCode) -> str:
    """The pixels as a data address of a PNG."""
    rows = b"".join(b"\0" + code.pixels[at : at + code.side] for at in range(0, len(code.pixels), code.side))
    head = struct.pack(">IIBBBBB", code.side, code.side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
