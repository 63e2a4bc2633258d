"""Workbooks of older programs (.xls) and of WPS (.et, which holds the same), by xlrd."""

import io
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import xlrd

from records.sheets.cells import CellRefused
from records.sheets.grids import Area, error_words, grid_of, hidden_words
from records.sheets.table import FileRefused, Grid, Merged

_IN_PACKAGES = 80  # the version from which text is Unicode
_CHINESE = "gb18030"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_NO_DAY = "日期超出了表格软件能表示的范围"


def read_old_workbook(name: str, content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook, and in words which were not read. Raises FileRefused."""
    if _PASSWORD in content:
        raise FileRefused(f"{name}：加了密码，请去掉密码后另存再导入")
    book = _opened(name, content)
    grids, notes = [], []
    for sheet in book.sheets():
        if sheet.visibility:
            notes.append(hidden_words(sheet.name))
        else:
            grids.append(_grid(name, book, sheet))
    return grids, notes


def _opened(name: str, content: bytes) -> xlrd.Book:
    def with_encoding(encoding: str | None) -> xlrd.Book:
        return xlrd.open_workbook(
            logfile=io.StringIO(),
            file_contents=content,
            encoding_override=encoding,
            formatting_info=True,  # tells of merged cells
            ragged_rows=True,
        )

    try:
        book = with_encoding(None)
        # Old exports name no encoding.
        names_none = book.biff_version < _IN_PACKAGES and not book.codepage
        return with_encoding(_CHINESE) if names_none else book
    except Exception as error:  # xlrd raises anything on damaged files
        if "encrypted" in str(error):
            raise FileRefused(f"{name}：加了密码，请去掉密码后另存再导入") from None
        reason = str(error) or type(error).__name__
        raise FileRefused(f"{name}：不是可读的 xls 文件，请打开后另存为 .xlsx（{reason[:100]}）") from None


def _grid(name: str, book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    area = Area(f"{name} {sheet.name}")
    faults: dict[tuple[int, int], str] = {}
    rows = []
    for row in range(sheet.nrows):
        values = []
        for column, (kind, value) in enumerate(_cells(sheet, row)):
            try:
                values.append(_value(book, kind, value))
            except CellRefused as refused:
                values.append("")
                faults[row, column] = str(refused)
            if values[-1] != "" or (row, column) in faults:
                area.hold(row, column)
        rows.append(values)
    merged = [
        Merged(first, left, end - 1, right - 1)
        for first, end, left, right in sheet.merged_cells  # the ends are not included
    ]
    return grid_of(sheet.name, rows, faults, merged)


def _cells(sheet: xlrd.sheet.Sheet, row: int) -> Iterator[tuple[int, Any]]:
    return zip(sheet.row_types(row), sheet.row_values(row), strict=True)


def _value(book: xlrd.Book, kind: int, value: Any) -> object:  # noqa: ANN401 - xlrd has no types
    if kind == xlrd.XL_CELL_ERROR:
        raise CellRefused(error_words(xlrd.error_text_from_code.get(value, "")))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        return _day(book, value)
    return "" if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} else value


def _day(book: xlrd.Book, value: float) -> datetime | time:
    try:
        found: datetime = xlrd.xldate_as_datetime(value, book.datemode)
    except (ValueError, OverflowError):
        raise CellRefused(_NO_DAY) from None
    return found.time().replace(microsecond=0) if 0 <= value < 1 else found
