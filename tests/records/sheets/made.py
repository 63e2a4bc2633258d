"""Tables as offices make them, for the tests of their reader."""

import io
import zipfile
from collections.abc import Callable, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from records.sheets.read import read_tables
from records.sheets.table import Sheet, TableFile

KNOWN = ("代码", "名称", "电话", "有效期起", "有效期止")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(
    rows: Sequence[Sequence[object]], change: Callable[[Worksheet], object] = lambda _: None
) -> bytes:
    """A workbook of one sheet, changed by hand where a test wants it."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rewritten(content: bytes, change: Callable[[str], str], part: str = SHEET) -> bytes:
    """The workbook with the XML of a part changed, as other programs write it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            new.writestr(member.filename, change(data.decode()).encode() if member.filename == part else data)
    return made.getvalue()


def read(content: bytes, name: str = "表.xlsx") -> Sheet:
    """The one table of a file."""
    (sheet,) = read_tables(TableFile(name, content), KNOWN).sheets
    return sheet


def read_text(text: str, encoding: str = "utf-8") -> Sheet:
    """The table of a CSV file."""
    return read(text.encode(encoding), "表.csv")


def cells(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    """The rows by line."""
    return [(row.line, dict(row.cells)) for row in sheet.rows]
