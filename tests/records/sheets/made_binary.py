"""Workbooks in binary parts (.xlsb), written record by record (MS-XLSB), since no library writes them."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack

_TYPES = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DAY_FORMAT = 14


@dataclass(frozen=True)
class Error:
    """An error in a cell, by its code; `of_formula` where a formula has it."""

    code: int
    of_formula: bool = False


@dataclass(frozen=True)
class Day:
    """A day, as programs count them, in a cell of that format."""

    number: float


@dataclass(frozen=True)
class Short:
    """A cell that follows the one before without naming its column."""

    text: str


Cell = str | float | bool | Error | Day | Short | None


@dataclass(frozen=True)
class BinarySheet:
    """A sheet: rows from the first; merged cells as first and last row, first and last column, from 0."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    is_hidden: bool = False


def binary_workbook(*sheets: BinarySheet) -> bytes:
    """A workbook of these sheets."""
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.bin"/>'
        for number in range(1, len(sheets) + 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.bin"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_PACKAGE.replace("http://schemas.", "application/vnd.")}"/>'
        f'<Default Extension="bin" ContentType="{_TYPES}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}{styles}'
        "</Relationships>",
        "xl/workbook.bin": _book(sheets),
        "xl/styles.bin": _styles(),
    }
    for number, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.bin"] = _sheet(sheet)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return made.getvalue()


def _record(kind: int, content: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return number + length + bytes([size]) + content


def _text(text: str) -> bytes:
    return pack("<I", len(text)) + text.encode("utf-16-le")


def _book(sheets: Sequence[BinarySheet]) -> bytes:
    bundles = b"".join(
        _record(156, pack("<II", int(sheet.is_hidden), number) + _text(f"rId{number}") + _text(sheet.name))
        for number, sheet in enumerate(sheets, 1)
    )
    return _record(131) + _record(143) + bundles + _record(144) + _record(132)


def _styles() -> bytes:
    """Two formats of cells: any, and days."""
    formats = b"".join(
        _record(47, pack("<HHHHHBBHH", 0, number, 0, 0, 0, 0, 0, 0, 0)) for number in (0, _DAY_FORMAT)
    )
    return _record(278) + _record(617, pack("<I", 2)) + formats + _record(618) + _record(279)


def _sheet(sheet: BinarySheet) -> bytes:
    rows = b"".join(
        _record(0, pack("<II", number, 0) + bytes(17)) + b"".join(map(_cell, range(len(row)), row))
        for number, row in enumerate(sheet.rows)
    )
    width = max(map(len, sheet.rows))
    merged = b"".join(_record(176, pack("<4I", *one)) for one in sheet.merged)
    size = _record(148, pack("<4I", 0, len(sheet.rows) - 1, 0, width - 1))
    return _record(129) + size + _record(145) + rows + _record(146) + merged + _record(130)


def _cell(column: int, value: Cell) -> bytes:
    place = pack("<II", column, 1 if isinstance(value, Day) else 0)
    if value is None:
        return _record(1, place)
    if isinstance(value, Error):
        return _record(11 if value.of_formula else 3, place + bytes([value.code]) + bytes(10))
    if isinstance(value, Short):
        return _record(17, place[4:] + _text(value.text))
    if isinstance(value, bool):
        return _record(4, place + bytes([value]))
    if isinstance(value, Day):
        return _record(5, place + pack("<d", value.number))
    return (
        _record(6, place + _text(value)) if isinstance(value, str) else _record(5, place + pack("<d", value))
    )
