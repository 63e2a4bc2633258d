"""Tables in files: CSV (UTF-8 or GB18030) and xlsx, as sheets of headings and rows; what an import made of them."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


class FileRefused(Exception):
    """The file cannot be read at all; the message says why, in Chinese."""


@dataclass(frozen=True)
class SheetRow:
    """A row as it stands in the file. `line` counts from 1, with the headings as line 1."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A table: its headings and, read as they are asked for, its rows."""

    name: str
    headings: tuple[str, ...]
    rows: Iterator[SheetRow]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row: where, and why in Chinese."""

    sheet: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.line} 行“{self.column}”：{self.reason}"


@dataclass
class ImportResult:
    """What an import did: rows added, updated, unchanged, and the faults of those left out."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Rows that are in the registry now."""
        return self.added + self.updated + self.unchanged

    @property
    def bad_rows(self) -> int:
        """Rows that were left out, each counted once."""
        return len({(fault.sheet, fault.line) for fault in self.faults})


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a CSV or xlsx file that are not empty; raises FileRefused."""
    if not path.is_file():
        raise FileRefused(f"{path}：没有这个文件")
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    if path.suffix.lower() == ".xlsx":
        return _read_xlsx(path)
    raise FileRefused(f"{path}：只能导入 .csv 或 .xlsx 文件")


def _read_csv(path: Path) -> list[Sheet]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise FileRefused(f"{path}：第 {line} 行既不是 UTF-8 也不是 GB18030 编码") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    return _sheet(path.stem, _numbered(reader))


def _numbered(reader: Any) -> Iterator[tuple[int, Sequence[Any]]]:  # noqa: ANN401 - csv's reader has no public type
    first = 1
    for row in reader:
        yield first, row
        first = reader.line_num + 1  # a quoted cell may hold line breaks


def _read_xlsx(path: Path) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, and most commands read no workbook
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise FileRefused(f"{path}：不是可读的 xlsx 文件（{error}）") from None
    sheets: list[Sheet] = []
    for worksheet in book.worksheets:
        sheets += _sheet(worksheet.title, enumerate(worksheet.iter_rows(values_only=True), 1))
    return sheets


def _sheet(name: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> list[Sheet]:
    first = next(rows, None)
    if first is None:
        return []
    headings = tuple(str(cell if cell is not None else "").strip() for cell in first[1])
    return [Sheet(name, headings, _rows(headings, rows))]


def _rows(headings: tuple[str, ...], rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[SheetRow]:
    for line, cells in rows:
        if any(cell not in (None, "") for cell in cells):
            named = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}
            yield SheetRow(line, named)


def cell_text(cell: object) -> str:
    """A cell's text without blanks around it; a day as 2026-01-31, a whole number without its fraction."""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def write_xlsx(path: Path, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Write named sheets of headings and rows."""
    from openpyxl import Workbook  # noqa: PLC0415 - as above

    book = Workbook(write_only=True)
    for name, headings, rows in sheets:
        worksheet = book.create_sheet(name)
        worksheet.append(list(headings))
        for row in rows:
            worksheet.append(list(row))
    book.save(path)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write one table, with the byte order mark that spreadsheet programs look for."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
