"""Workbooks in binary parts (.xlsb): scanned for faults that calamine does not report, then read by it.

calamine gives an empty text for an error, tells of no merged cells, and passes over cells of short forms, which Excel reads
but does not write.
"""

import io
import zipfile
from collections.abc import Iterator
from struct import error, unpack_from

from records.sheets.grids import Area, error_words
from records.sheets.package import BROKEN, check_package, main_part, sheet_parts
from records.sheets.table import FileRefused, Grid, Merged
from records.sheets.workbook import read_scanned
from records.sheets.workbook_scan import SheetScan

# Numbers of records (MS-XLSB § 2.3.2).
_ROW, _BLANK, _ERROR, _LAST_CELL, _SHEET, _MERGED = 0, 1, 3, 11, 156, 176
_ERRORS = {_ERROR, _LAST_CELL}  # typed, and of a formula
_UNREAD = {*range(12, 19), 62}
_ERROR_NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_SEVEN_BITS, _MORE = 0x7F, 0x80


def read_binary_workbook(name: str, content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook, and in words which were not read. Raises FileRefused."""
    return read_scanned(name, content, _scanned(name, content), "xlsb")


def _scanned(name: str, content: bytes) -> dict[str, SheetScan]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            check_package(name, package)
            main = main_part(package, "xl/workbook.bin")
            parts = sheet_parts(package, main)
            return {
                sheet: _scan(f"{name} {sheet}", package.read(parts[relation]))
                for sheet, relation in _sheets(package.read(main))
                if relation in parts
            }
    except (*BROKEN, error, IndexError) as broken:
        raise FileRefused(f"{name}：不是可读的 xlsb 文件（{broken}）") from None


def _sheets(content: bytes) -> Iterator[tuple[str, str]]:
    """The names of the sheets, and the numbers of their parts."""
    for kind, record in _records(content):
        if kind == _SHEET:
            relation, end = _text(record, 8)
            yield _text(record, end)[0], relation


def _text(record: bytes, at: int) -> tuple[str, int]:
    """A text and the place behind it."""
    (length,) = unpack_from("<I", record, at)
    if length > len(record):  # no text, or a damaged one
        return "", at + 4
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le"), end


def _scan(where: str, content: bytes) -> SheetScan:
    scan, area, row = SheetScan(), Area(where), 0
    for kind, record in _records(content):
        if kind == _ROW:
            (row,) = unpack_from("<I", record)
        elif kind in _UNREAD:
            raise FileRefused(f"{where} 第 {row + 1} 行：有不能读取的单元格，请另存为 .xlsx")
        elif kind == _MERGED:
            first, last, left, right = unpack_from("<4I", record)
            scan.merged.append(Merged(first, left, last, right))
        elif _BLANK < kind <= _LAST_CELL:
            (column,) = unpack_from("<I", record)
            area.hold(row, column)
            if kind in _ERRORS:
                scan.unreadable[row, column] = error_words(_ERROR_NAMES.get(record[8], ""))
    return scan


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part: number, length and bytes of each (MS-XLSB § 2.1.4)."""
    at = 0
    while at < len(content):
        kind, at = content[at], at + 1
        if kind & _MORE:
            kind, at = kind & _SEVEN_BITS | (content[at] & _SEVEN_BITS) << 7, at + 1
        length = 0
        for place in range(4):
            byte, at = content[at], at + 1
            length |= (byte & _SEVEN_BITS) << 7 * place
            if not byte & _MORE:
                break
        yield kind, content[at : at + length]
        at += length
