"""Scans a workbook before it is read: whether it fits into memory, and faults that its reader does not
report.

calamine reads files of WPS, Excel and exports tolerantly and fast; but it gives an empty text for an error
and for a formula that was never computed, and takes memory for the whole area between the first and the last
cell.
"""

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from lxml import etree

from records.sheets.table import FileRefused

MOST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_CELLS = 1_000_000
MOST_COLUMNS = 1_000
# Errors of unpacking and parsing malformed content.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.LxmlError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
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
    """The scan of a sheet: by row and column from 0, why a cell has no readable value."""

    unreadable: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_workbook(name: str, content: bytes) -> dict[str, SheetScan]:
    """By sheet's name, the faults that its reader does not report. Raises FileRefused for a file that is not
    a workbook, too large, or hostile."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_sizes(name, package)
            return {
                sheet: _scan_part(f"{name} {sheet}", package, part)
                for sheet, part in _sheets(package).items()
            }
    except _BROKEN as error:
        raise FileRefused(f"{name}：不是可读的 xlsx 文件（{error}）") from None


def _check_sizes(name: str, package: zipfile.ZipFile) -> None:
    members = package.infolist()
    if len(members) > MOST_PARTS:  # each costs time, an empty one too
        raise FileRefused(f"{name}：压缩包内超过 {MOST_PARTS} 个部分，不是表格软件存的文件")
    if len({member.filename.casefold() for member in members}) < len(members):
        raise FileRefused(f"{name}：压缩包内有重名的部分，不是表格软件存的文件")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise FileRefused(f"{name}：解压后超过 {MOST_UNPACKED // 1_000_000} MB，请拆成几个文件")
    # The sizes are declared by the file; since only so much is read, a larger part fails its checksum.
    if broken := package.testzip():
        raise FileRefused(f"{name}：文件已损坏（{broken}）")


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """The parts of the worksheets by the sheets' names."""
    root = _parsed(package.read("_rels/.rels"))
    targets = (one.get("Target", "") for one in root if one.get("Type", "").endswith("/officeDocument"))
    main = next(targets, "xl/workbook.xml").lstrip("/")
    folder, file = posixpath.split(main)
    relations = {
        one.get("Id"): one
        for one in _parsed(package.read(posixpath.join(folder, "_rels", f"{file}.rels")))
        if one.get("Type", "").endswith("/worksheet")
    }
    found = {}
    for sheet in _parsed(package.read(main)).iter("{*}sheet"):
        relation = relations.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION))
        if relation is not None:
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[sheet.get("name", "")] = posixpath.normpath(part)
    return found


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _scan_part(where: str, package: zipfile.ZipFile, part: str) -> SheetScan:
    scan = SheetScan()
    first_row, last_row, columns = 1 << 20, 0, 0
    with package.open(part) as content:
        for row, element in _rows(where, content):
            for cell in _WITHOUT_VALUE(element):
                scan.unreadable[row, _column(cell)] = _why(cell)
            if not (filled := _LAST_FILLED(element)):
                continue
            first_row, last_row = min(first_row, row), max(last_row, row)
            columns = max(columns, _column(filled[0]) + 1)
            if columns > MOST_COLUMNS:
                raise FileRefused(f"{where} 第 {row + 1} 行：第 {columns} 列还有内容，最多 {MOST_COLUMNS} 列")
            if (last_row + 1 - first_row) * columns > MOST_CELLS:
                raise FileRefused(
                    f"{where} 第 {row + 1} 行：表格超过 {MOST_CELLS // 10_000} 万格，"
                    "请删去表格之外的内容，或拆成几个文件"
                )
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
        return f"单元格是错误值 {cell.findtext('{*}v') or ''}".strip()
    return "单元格是公式，没有计算结果，请在表格软件中打开、保存后再导入"
