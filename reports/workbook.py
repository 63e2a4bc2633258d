"""A table as a workbook ready to read and print: widths, wrapped cells, a head on each page, A4."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from records.sheets.write import put
from reports.reproducible_zip import timeless

_LINE = Side(style="thin", color="FF8A9499")
EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEAD = PatternFill("solid", fgColor="E8EDEE")
_LONGEST_CELL = 32_767
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl's times have no zone


@dataclass(frozen=True)
class Column:
    """A column: its title, its width in characters of the body font, and whether it holds numbers."""

    title: str
    width: float
    number_format: str = ""


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    made: datetime | None = None,
    heading: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """One sheet (xlsx): lines of `heading` over the table, `notes` under it. The same rows make the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    fill_sheet(book.create_sheet(title[:31]), columns, rows, heading, notes)
    return workbook_bytes(book, made)


def fill_sheet(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    heading: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write a table into an empty sheet, and set up how it is printed."""
    for number, text in enumerate(heading, 1):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(columns))
        cell = put(sheet.cell(number, 1), text)
        cell.font = Font(size=16 if number == 1 else 11, bold=number == 1)
        cell.alignment = Alignment(horizontal="center")
    head = len(heading) + 1
    for index, column in enumerate(columns, 1):
        cell = put(sheet.cell(head, index), column.title)
        cell.font, cell.fill, cell.border = Font(bold=True), HEAD, EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    for number, row in enumerate(rows, head + 1):
        for index, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            shown: object = value[:_LONGEST_CELL] if isinstance(value, str) else value
            cell = put(sheet.cell(number, index), shown)
            cell.border = EDGE
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            if column.number_format:
                cell.number_format = column.number_format
    for number, note in enumerate(notes, head + len(rows) + 1):
        put(sheet.cell(number, 1), note)
    sheet.freeze_panes = f"A{head + 1}"
    if rows:
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(columns))}{head + len(rows)}"
    wide = sum(column.width for column in columns) > 90
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape" if wide else "portrait", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"
    footer = sheet.oddFooter
    assert footer is not None, "openpyxl gives each sheet one"
    footer.center.text = "第 &P 页，共 &N 页"


def workbook_bytes(book: Workbook, made: datetime | None) -> bytes:
    """The book's bytes; their time stamp is `made`, not now."""
    content = io.BytesIO()
    book.save(content)
    properties = book.properties
    properties.created = properties.modified = (made or _EPOCH).replace(tzinfo=None, microsecond=0)
    return timeless(content.getvalue(), {"docProps/core.xml": tostring(properties.to_tree())})
