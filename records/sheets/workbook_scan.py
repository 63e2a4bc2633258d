"""Scans a workbook before it is read: whether it fits into memory, and faults that its reader does not
report.

calamine reads files of WPS, Excel and exports tolerantly and fast; but it gives an empty text for an error
and for a formula that was never computed, and takes memory for the whole area between the first and the last
cell.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from lxml import etree

from records.sheets.grids import NOT_COMPUTED, Area, error_words
from records.sheets.package import BROKEN, check_package, main_part, parsed, sheet_parts
from records.sheets.table import FileRefused, Merged

_PLACE = re.compile(r"([A-Z]{1,3})\d{1,7}")
# An error; or a formula that was never computed, where an empty text is not its result.
_WITHOUT_VALUE = etree.XPath(
    "*[local-name()='c'][@t='e' or (*[local-name()='f'] and not(@t='str')"
    " and not(*[local-name()='v']/text()) and not(*[local-name()='is']))]"
)
_LAST_FILLED = etree.XPath("*[*[local-name()='v' or local-name()='is' or local-name()='f']][last()]")
_CHUNK = 1 << 18
_LONGEST_ROW = 1 << 23
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class SheetScan:
    """The scan of a sheet: by row and column from 0, why a cell has no readable value; and merged cells, where the
    reader tells of none."""

    unreadable: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)


def scan_workbook(name: str, content: bytes) -> dict[str, SheetScan]:
    """By sheet's name, the faults that its reader does not report. Raises FileRefused for a file that is not
    a workbook, too large, or hostile."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            check_package(name, package)
            return {
                sheet: _scan_part(f"{name} {sheet}", package, part)
                for sheet, part in _sheets(package).items()
            }
    except BROKEN as error:
        raise FileRefused(f"{name}：不是可读的 xlsx 文件（{error}）") from None


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """The parts of the worksheets by the sheets' names."""
    main = main_part(package, "xl/workbook.xml")
    parts = sheet_parts(package, main)
    found = {}
    for sheet in parsed(package.read(main)).iter("{*}sheet"):
        relation = sheet.get(_RELATION) or sheet.get(_STRICT_RELATION)
        if relation in parts:
            found[sheet.get("name", "")] = parts[relation]
    return found


def _scan_part(where: str, package: zipfile.ZipFile, part: str) -> SheetScan:
    scan = SheetScan()
    area = Area(where)
    with package.open(part) as content:
        for row, element in _rows(where, content):
            for cell in _WITHOUT_VALUE(element):
                scan.unreadable[row, _column(cell)] = _why(cell)
            if filled := _LAST_FILLED(element):
                area.hold(row, _column(filled[0]))
    return scan


def _rows(where: str, content: IO[bytes]) -> Iterator[tuple[int, etree._Element]]:
    """Each row with its number from 0; one that does not say where it stands follows the one before."""
    parser = etree.XMLPullParser(events=("end",), tag="{*}row", resolve_entities=False, no_network=True)
    row = -1
    since_row = 0
    while chunk := content.read(_CHUNK):
        parser.feed(chunk)
        since_row += len(chunk)
        for _, element in parser.read_events():
            since_row = 0
            row = int(element.get("r") or row + 2) - 1
            yield row, element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if since_row > _LONGEST_ROW:
            raise FileRefused(f"{where} 第 {row + 2} 行：一行过长")
    parser.close()


def _column(cell: etree._Element) -> int:
    place = _PLACE.fullmatch(cell.get("r") or "")
    if not place:
        return len(list(cell.itersiblings(preceding=True)))
    number = 0
    for letter in place[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _why(cell: etree._Element) -> str:
    if cell.get("t") == "e":
        return error_words(cell.findtext("{*}v") or "")
    return NOT_COMPUTED
