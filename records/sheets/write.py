"""Tables written to files, so that text stays text: no program takes it for a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from records.sheets.cells import FORMULA_MARKS
from records.sheets.table import FileRefused

# The longest text of a workbook's cell; openpyxl would silently cut off the rest.
_LONGEST_CELL = 32_767
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")  # no cell may hold these


def write_xlsx(path: Path, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Write named sheets of headings and rows. Raises FileRefused for a text that no cell can hold."""
    from openpyxl import Workbook  # noqa: PLC0415 - half a second, and most commands write no workbook
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    tables = [(name, list(headings), list(rows)) for name, headings, rows in sheets]
    for name, headings, rows in tables:
        _check_lengths(name, headings, rows)
    book = Workbook(write_only=True)
    for name, headings, rows in tables:
        worksheet = book.create_sheet(name)
        for row in (headings, *rows):
            worksheet.append([put(WriteOnlyCell(worksheet), value) for value in row])
    book.save(path)


def _check_lengths(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    for line, row in enumerate(rows, 2):
        for heading, value in zip(headings, row, strict=True):
            if isinstance(value, str) and len(value) > _LONGEST_CELL:
                raise FileRefused(
                    f"{name} 第 {line} 行“{heading}”：有 {len(value)} 个字符，xlsx 的一格最多 {_LONGEST_CELL} 个，"
                    "请导出为 CSV 文件夹"
                )


def put(cell: Any, value: object) -> Any:  # noqa: ANN401 - openpyxl's kinds of cells have no common type
    """Put a value into a cell of openpyxl's, text as text, even with a leading "="; returns the cell."""
    if not isinstance(value, str):
        cell.value = value
        return cell
    written = _ILLEGAL.sub("", value)  # first: such a character may hide the mark behind it
    cell.value = written
    cell.data_type = "s"
    # Without it a program that opens the file makes a formula of it as soon as somebody edits the cell.
    if written.startswith(FORMULA_MARKS):
        cell.quotePrefix = True
    return cell


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write one table, with the byte order mark that spreadsheet programs look for."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in (headings, *rows):
            writer.writerow([_as_text(value) for value in row])


def _as_text(value: object) -> object:
    """The reader removes the apostrophe again, so that a written file reads back the same."""
    if not isinstance(value, str):
        return value
    written = _ILLEGAL.sub("", value)
    return f"'{written}" if written.startswith((*FORMULA_MARKS, "'")) else written
