"""A table in a file as importers see it: rows by their headings, and every fault by line and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 20_000_000
WHOLE_ROW = "整行"


class FileRefused(Exception):
    """The file cannot be read at all; the message says why, in Chinese."""


@dataclass(frozen=True)
class TableFile:
    """An uploaded file: its name, whose ending says little, and its bytes."""

    name: str
    content: bytes

    @classmethod
    def of(cls, path: Path) -> "TableFile":
        """The file at a path, as far as its size matters. Raises FileRefused."""
        if not path.is_file():
            raise FileRefused(f"{path}：没有这个文件")
        with path.open("rb") as file:
            return cls(path.name, file.read(MOST_BYTES + 1))


@dataclass(frozen=True)
class RowFault:
    """A fault of one row: where, and why in Chinese."""

    sheet: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.line} 行“{self.column}”：{self.reason}"


@dataclass(frozen=True)
class SheetRow:
    """A row: its cells as clean text by heading, those that are filled, and the unreadable ones, by heading.

    `line` is the row's number as spreadsheet programs count.
    """

    line: int
    cells: Mapping[str, str]
    unreadable: Mapping[str, str]

    def faults(self, sheet: str) -> Iterator[RowFault]:
        """The unreadable cells of the row; with any, the row must not be used."""
        yield from (RowFault(sheet, self.line, column, why) for column, why in self.unreadable.items())


@dataclass(frozen=True)
class Sheet:
    """A table: its headings as the importer names them, its rows, and a description of the rows that were
    skipped."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[SheetRow]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Tables:
    """The tables of a file, and in words which of its sheets were not read."""

    sheets: Sequence[Sheet]
    notes: Sequence[str] = ()


@dataclass
class ImportResult:
    """The result of an import: rows added, updated, unchanged, the faults of those left out, and the skipped
    rows."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Rows that are in the registry now."""
        return self.added + self.updated + self.unchanged

    @property
    def bad_rows(self) -> int:
        """Rows that were left out, each counted once."""
        return len({(fault.sheet, fault.line) for fault in self.faults})


@dataclass(frozen=True)
class Merged:
    """Merged cells: the first and the last row and column, counted from 0, both included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Grid:
    """A sheet before its headings are known: clean text, row by row from the first, and the unreadable cells,
    by row and column counted from 0. `lines` are the rows' numbers as spreadsheet programs count."""

    name: str
    lines: Sequence[int]
    rows: Sequence[Sequence[str]]
    unreadable: Mapping[tuple[int, int], str]
    merged: Sequence[Merged] = ()
    # Text has no columns of its own: a surplus cell is a sign of a comma that should have been quoted.
    is_text: bool = False
