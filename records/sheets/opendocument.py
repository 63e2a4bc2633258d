"""Tables of OpenDocument (.ods), as LibreOffice and WPS write them."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import IO

from lxml import etree

from records.sheets.grids import NOT_COMPUTED, Area, error_words, grid_of, hidden_words
from records.sheets.package import BROKEN, check_package
from records.sheets.table import FileRefused, Grid, Merged

CONTENT = "content.xml"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SHOWN_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_CHUNK = 1 << 18
_LONGEST_ROW = 1 << 23
_MOST_REPEATED = 1 << 24  # any number of rows that a program writes
_TIME = re.compile(r"PT(\d{1,7})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_TRUTH = {"of:=TRUE()": True, "of:=FALSE()": False}
_HOURS = 24


@dataclass
class _Read:
    """A table as it is read."""

    name: str
    is_hidden: bool
    area: Area
    rows: list[list[object]] = field(default_factory=list)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    next_row: int = 0


def read_opendocument(name: str, content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible tables of a document, and in words which were not read. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            check_package(name, package)
            if b"encryption-data" in _part(package, "META-INF/manifest.xml"):
                raise FileRefused(f"{name}：加了密码，请去掉密码后另存再导入")
            with package.open(CONTENT) as part:
                tables = list(_tables(name, part))
    except BROKEN as error:
        raise FileRefused(f"{name}：不是可读的 ods 文件（{error}）") from None
    grids = [grid_of(one.name, one.rows, one.faults, one.merged) for one in tables if not one.is_hidden]
    return grids, [hidden_words(one.name) for one in tables if one.is_hidden]


def _part(package: zipfile.ZipFile, part: str) -> bytes:
    with suppress(KeyError):
        return package.read(part)
    return b""


def _tables(where: str, content: IO[bytes]) -> Iterator[_Read]:
    hidden: set[str] = set()
    table: _Read | None = None
    for event, element in _elements(where, content):
        if element.tag == f"{_STYLE}style":
            if any(one.get(f"{_TABLE}display") == "false" for one in element):
                hidden.add(element.get(f"{_STYLE}name", ""))
        elif element.tag == f"{_TABLE}table":
            parent = element.getparent()
            if parent is None or parent.tag != f"{_OFFICE}spreadsheet":
                continue  # a table in a cell, or a copy of a linked one
            if event == "start":
                name = element.get(f"{_TABLE}name", "")
                is_hidden = element.get(f"{_TABLE}style-name") in hidden
                table = _Read(name, is_hidden, Area(f"{where} {name}"))
            elif table is not None:
                yield table
                table = None
        elif event == "end" and table is not None and not table.is_hidden:
            _take_row(table, element)


def _elements(where: str, content: IO[bytes]) -> Iterator[tuple[str, etree._Element]]:
    """The beginnings and ends of tables, and the ends of rows and styles."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=(f"{_TABLE}table", f"{_TABLE}table-row", f"{_STYLE}style"),
        resolve_entities=False,
        no_network=True,
    )
    since_row = 0
    while chunk := content.read(_CHUNK):
        parser.feed(chunk)
        since_row += len(chunk)
        for event, element in parser.read_events():
            since_row = 0
            if event == "end" or element.tag == f"{_TABLE}table":
                yield event, element
            if event == "end":
                element.clear()
        if since_row > _LONGEST_ROW:
            raise FileRefused(f"{where}：一行过长")
    parser.close()


def _take_row(table: _Read, element: etree._Element) -> None:
    """Keep a row as often as it is repeated; empty ones only where others follow."""
    row, times = table.next_row, _times(element, "number-rows-repeated")
    table.next_row = row + times
    values: list[object] = []
    faults: dict[int, str] = {}
    column = 0
    for cell in element:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        across = _times(cell, "number-columns-repeated")
        value, fault = _value(cell) if cell.tag == f"{_TABLE}table-cell" else ("", "")
        if value != "" or fault:
            table.area.hold(row, column + across - 1, row + times - 1)
            values += [""] * (column - len(values)) + [value] * across
            faults |= dict.fromkeys(range(column, column + across), fault) if fault else {}
        _take_merged(table, cell, row, column)
        column += across
    if values:
        table.rows += [[] for _ in range(row - len(table.rows))]
        table.rows += [list(values) for _ in range(times)]
        table.faults |= {(row + down, at): why for down in range(times) for at, why in faults.items()}


def _take_merged(table: _Read, cell: etree._Element, row: int, column: int) -> None:
    down, across = _times(cell, "number-rows-spanned"), _times(cell, "number-columns-spanned")
    if down > 1 or across > 1:
        table.merged.append(Merged(row, column, row + down - 1, column + across - 1))


def _times(element: etree._Element, attribute: str) -> int:
    written = element.get(f"{_TABLE}{attribute}", "1")
    return min(int(written), _MOST_REPEATED) if written.isdecimal() and len(written) <= 9 else 1


def _value(cell: etree._Element) -> tuple[object, str]:
    """A cell's value, and why it has none."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    shown = cell.get(f"{_OFFICE}string-value") or _words(cell)
    if cell.get(_SHOWN_TYPE) == "error":
        return "", error_words(shown)
    formula = cell.get(f"{_TABLE}formula", "")
    if formula and not kind and not shown:
        return "", NOT_COMPUTED
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true", ""
    if kind in {"float", "currency", "percentage"}:
        number = float(cell.get(f"{_OFFICE}value", ""))
        return _TRUTH.get(formula, number), ""
    with suppress(ValueError):  # days beyond those of Python are taken as they are shown
        if kind == "date":
            return datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", "")).replace(microsecond=0), ""
        if kind == "time" and (found := _TIME.fullmatch(cell.get(f"{_OFFICE}time-value", ""))):
            hours, minutes, seconds = map(int, found.groups())
            if hours < _HOURS:
                return time(hours, minutes, seconds), ""
            return timedelta(hours=hours, minutes=minutes, seconds=seconds), ""
    return shown, ""


def _words(cell: etree._Element) -> str:
    """The paragraphs of a cell, without the comments on it."""
    return "\n".join("".join(_pieces(part)) for part in cell if part.tag == f"{_TEXT}p")


def _pieces(part: etree._Element) -> Iterator[str]:
    if part.tag == f"{_TEXT}s":
        yield " " * min(int(part.get(f"{_TEXT}c") or 1), 1000)
    elif part.tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
        yield "\t" if part.tag.endswith("tab") else "\n"
    elif part.tag in {f"{_TEXT}ruby-text", f"{_OFFICE}annotation"}:
        return
    else:
        yield part.text or ""
        for inner in part:
            yield from _pieces(inner)
            yield inner.tail or ""
