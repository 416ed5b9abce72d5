"""The problem report of a file as CSV and XLSX, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from holdings.queries.survey import ReportRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def headings() -> list[str]:
    """The columns of the report."""
    return [
        _("Row"),
        _("Problem"),
        _("Stops the row"),
        _("Field"),
        _("Value"),
        _("What is wrong"),
        _("What to do"),
        _("Decision"),
        _("State"),
    ]


def cells(row: ReportRow) -> list[str | int]:
    """One line of the report."""
    stops = _("yes") if row.blocking else _("no")
    line: list[str | int] = [
        row.number,
        row.told.title,
        stops,
        row.told.field,
        row.value,
        row.told.sentence,
        row.told.remedy,
        row.decision,
        row.outcome,
    ]
    return [_harmless(cell) for cell in line]


def csv_text(rows: Iterable[ReportRow]) -> str:
    """The report as CSV, UTF-8 with a byte order mark, so that Excel reads the Bangla."""
    return "".join(["\ufeff", _line(headings()), *(_line(cells(row)) for row in rows)])


def xlsx_bytes(rows: Iterable[ReportRow]) -> bytes:
    """The report as a workbook with a frozen, filterable heading."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Problems"))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", (8, 26, 12, 18, 26, 60, 60, 24, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    from openpyxl.cell import WriteOnlyCell

    head = [WriteOnlyCell(sheet, value=word) for word in headings()]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    count = 1
    for row in rows:
        sheet.append(cells(row))
        count += 1
    sheet.auto_filter.ref = f"A1:I{count}"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _line(values: list[str] | list[str | int]) -> str:
    sink = io.StringIO()
    csv.writer(sink).writerow(values)
    return sink.getvalue()


def _harmless(value: str | int) -> str | int:
    # A cell of the survey must not become a formula of the spreadsheet.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
