"""The monthly report as PDF and as a workbook with real numbers."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from fsm.documents.content import report_page
from fsm.documents.wording import words
from fsm.queries.report import Line, Report
from imis.paper.figures import Figures
from imis.paper.typeset import pdf

TEMPLATE = Path(__file__).resolve().parent / "templates" / "report.typ"
_HEAD = PatternFill("solid", fgColor="EDF4F0")
_NUMBERS = ("trips", "emptied", "on_way", "received", "difference")


def report_pdf(report: Report, *, lang: str = "bn") -> bytes:
    """The PDF (A4) of a report in `lang` ("bn" or "en"); ValueError for another language."""
    page = report_page(report, lang, settings.CORPORATION[f"name_{lang}"])
    data: dict[str, Any] = {
        "lang": lang,
        "words": words(lang),
        "title": f"{page['title']}, {page['period']}",
        "author": page["corporation"],
        "report": page,
    }
    return pdf(TEMPLATE, data)


def report_xlsx(report: Report, *, lang: str = "bn") -> bytes:
    """The workbook of a report: indicators with their definitions, then a sheet for wards, providers and plants.

    Figures are numbers, so that they can be added up; an indicator without a figure says why.
    """
    said, page = words(lang), report_page(report, lang, settings.CORPORATION[f"name_{lang}"])
    book = Workbook()
    sheet = book.active
    sheet.title = said["indicators"]
    for line in (
        page["corporation"],
        page["title"],
        page["period"],
        page["scope"],
        f"{said['as_at']}: {page['as_at']}",
    ):
        _add(sheet, [line])
    sheet.append([])
    _head(sheet, [said["indicator"], said["value"], said["counted"], said["how"]])
    for row, value, look in zip(page["indicators"], _values(report), _looks(said), strict=True):
        _add(sheet, [row["name"], "–" if value is None else value, row["counted"], row["how"]], look)
    sheet.append([])
    _head(sheet, [said["figures"], said["value"]])
    for row, number in zip(page["figures"], _plain(report), strict=True):
        _add(sheet, [row["name"], "–" if number is None else number])
    sheet.append([])
    for note in page["notes"]:
        _add(sheet, [note])
    _widths(sheet, [38, 16, 44, 90])
    sheet["A1"].font = sheet["A2"].font = Font(bold=True, size=13)
    _tables(book, report, said, lang)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tables(book: Any, report: Report, said: dict[str, str], lang: str) -> None:
    write = Figures(lang)
    for title, first, lines, columns in (
        ("by_ward", "ward", report.by_ward, ("requests", "emptyings", *_NUMBERS)),
        ("by_provider", "provider", report.by_provider, _NUMBERS),
        ("by_plant", "plant", report.by_plant, _NUMBERS),
    ):
        sheet = book.create_sheet(said[title])
        _head(sheet, [said[first], *(said[name] for name in columns)])
        for line in lines:
            _add(sheet, [write.pick(line.name_bn, line.name_en), *(_number(line, name) for name in columns)])
        _widths(sheet, [28, *([18] * len(columns))])
        sheet.freeze_panes = "A2"


def _add(sheet: Any, values: list[Any], look: str = "#,##0.00") -> None:
    """A row in which text stays text: a provider's name beginning with = must not become a formula."""
    sheet.append(values)
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
        elif isinstance(cell.value, Decimal):
            cell.number_format = look


def _looks(said: dict[str, str]) -> list[str]:
    """How the value of each indicator is shown, in the order of content.indicator_rows."""
    share, hours = '0.0"%"', f'0.0"{said["hours"].format(n="")}"'
    return [share, hours, hours, share, share, share]


def _number(line: Line, name: str) -> int | Decimal | str:
    value = getattr(line, name)
    return "–" if value is None else value


def _values(report: Report) -> list[Decimal | None]:
    """In the order of content.indicator_rows: shares in per cent, times in hours."""
    response = report.response
    return [
        response.efficiency.percent,
        response.median_hours,
        response.ninetieth_hours,
        report.by_volume.percent,
        report.by_trips.percent,
        report.collection.percent,
    ]


def _plain(report: Report) -> list[int | Decimal | None]:
    """In the order of content.figure_rows."""
    return [
        report.response.requests,
        report.response.dropped,
        report.emptyings,
        report.failed_visits,
        report.fees,
        report.paid,
        report.trips,
        report.emptied,
        report.on_way,
        report.received,
        report.difference,
    ]


def _head(sheet: Any, titles: list[str]) -> None:
    sheet.append(titles)
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _widths(sheet: Any, widths: list[int]) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
