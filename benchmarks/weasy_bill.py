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

from tax.documents.bill_pages import PrintedBill
from tax.documents.content import bill_page
from tax.documents.qr import QRCode, qr_code
from tax.documents.typeset import FONTS
from tax.documents.wording import words

_FACES = {"NotoSansBengali-Regular": 400, "NotoSansBengali-Bold": 700, "NotoSans-Latin-Regular": 400, "NotoSans-Latin-Bold": 700}
_STYLE = """
@page { size: A4; margin: 8mm 10mm 7mm }
body { font: 8.4pt/1.25 Bengali, Latin; color: #16211c; margin: 0 }
article { break-after: page; height: 281mm; position: relative }
table { border-collapse: collapse; table-layout: fixed; width: 100% } td { padding: 0; vertical-align: top }
h1 { font-size: 18pt; margin: 0; color: #0b4f3a } h2 { font-size: 9pt; margin: 1mm 0; color: #0b4f3a }
.copy { height: 169mm } .slip { height: 51mm; border-top: 1px dashed #5b6b64; margin-top: 3mm }
.sum td { border-bottom: 0.3pt solid #d5e0da; padding: 0.8mm 0 } .right { text-align: right } .quiet { color: #5b6b64; font-size: .84em }
.pay { background: #0b4f3a; color: #fff; font-weight: bold; padding: 1.5mm 2.4mm } .tag { background: #0b4f3a; color: #fff; padding: 1mm 2.6mm }
img { width: 19mm; height: 19mm } b { font-weight: bold } .box { border: 0.4pt solid #9db3a9; padding: 1.3mm 2.4mm }
"""


def SAME_TEXTS(bill: PrintedBill) -> list[str]:  # noqa: N802 - the list of what both engines must print
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
    page, code = bill_page(bill.snapshot, "bn"), _png(qr_code(bill.code))
    slips = "".join(_slip(page, said, said[copy], code) for copy in ("copy_bank", "copy_office"))
    return f"<article>{_taxpayer(page, said, code)}{slips}</article>"


def _taxpayer(page: dict[str, Any], said: dict[str, str], code: str) -> str:
    e = _escaped(page)
    arrears = _rows([[said["fiscal_year"], said["principal"], said["surcharge"], said["total"]], *e["arrears"]])
    offers = "".join(
        f"<td class=box><b>{o['label']}</b> <b>৳ {o['amount']}</b><br><span class=quiet>{o['note']}</span>" for o in e["offers"]
    )
    return f"""<section class=copy><table><tr><td><h1>{e['corporation']}</h1><b>{said['bill_title']}</b> {said['branch']}<br>
{said['fiscal_year']} <b>{e['year']}</b> · {e['quarter']}<td class=right><span class=tag>{said['copy_taxpayer']}</span>
{said['scan']} <img src="{code}"></table>{_facts(e, said)}
<table><tr><td><h2>{said['working']}</h2><table class=sum>{_sum(e['steps'])}</table>{said['rule_set']}: {e['rule_set']}
<td><h2>{said['demand']}</h2><table class=sum>{_sum(e['demand'])}</table><div class=pay>{said['payable']} ৳ {e['payable']}</div>
{said['due_on']} <b>{e['due_on']}</b><br>{said['issued_on']} {e['issued_on']}</table>
<h2>{said['arrears_by_year']}</h2><table>{arrears}</table><h2>{said['offers']}</h2><table><tr>{offers}</table>
<p>{said['in_words']}: <b>{e['in_words']}</b><p class=quiet>{said['where']}: {said['where_text']} {said['after_year']}
<p class=right>{said['sign_officer']}</section>"""


def _facts(e: dict[str, Any], said: dict[str, str]) -> str:
    left = [[said["taxpayer"], e["payer"]["name"]], [said["guardian"], e["payer"]["guardian"]], [said["address"], e["place"]["address"]]]
    right = [[said["bill_no"], e["number"]], [said["holding_no"], e["place"]["number"]], [said["holding_code"], e["place"]["code"]],
             [said["old_number"], e["place"]["old"]], [said["ward"], e["place"]["ward"]]]
    return f"<table><tr><td><table>{_rows(left)}</table><td><table>{_rows(right)}</table></table>"


def _slip(page: dict[str, Any], said: dict[str, str], caption: str, code: str) -> str:
    e = _escaped(page)
    return f"""<section class=slip><b>{e['corporation']}</b> {said['bill_title']} {said['fiscal_year']} {e['year']} · {e['quarter']}
<span class=tag>{caption}</span><table><tr><td>{_facts(e, said)}<td><table>{_rows(e['slip'])}</table><b>{said['payable_short']} ৳ {e['payable']}</b>
{said['due_on']} {e['due_on']}<td><img src="{code}"></table>{said['in_words']}: {e['in_words']}
<p class=right>{said['sign_collector']} · {said['sign_bank']}</section>"""


def _sum(rows: list[dict[str, Any]]) -> str:
    return "".join(
        f"<tr><td>{row['label']}<td class='right quiet'>{row['formula']}<td class=right>{row['amount']}" for row in rows
    )


def _rows(rows: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)


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
