"""Tables as text (CSV): in any encoding and with any separator."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from records.sheets.cells import CellRefused, csv_text
from records.sheets.table import FileRefused, Grid

_SEPARATORS = (",", "\t", ";", "|", "，", "；")
_NAMED_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[^\S\t\n]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_HEAD = 30
# Scores how many headings a row of titles matches; given by the reader.
Score = Callable[[Sequence[Sequence[str]]], int]


def read_csv(name: str, content: bytes, score: Score) -> Grid:
    """The table of a CSV file. `score` says how well the first rows match the reader's headings: it decides
    between encodings and between separators. Raises FileRefused naming the line."""
    text = _decoded(name, content, score)
    separator, first = _separator(text, score)
    lines: list[int] = []
    rows: list[list[str]] = []
    unreadable: dict[tuple[int, int], str] = {}
    for line, cells in _parsed(name, text, separator, first):
        row = []
        for column, cell in enumerate(cells):
            try:
                row.append(csv_text(cell))
            except CellRefused as refused:
                row.append("")
                unreadable[len(rows), column] = str(refused)
        lines.append(line)
        rows.append(row)
    return Grid(name, lines, rows, unreadable, is_text=True)


def _decoded(name: str, content: bytes, score: Score) -> str:
    """The text: by its mark, or in the first encoding that fits and shows the headings."""
    readable = []
    broken_at = 0
    for encoding in _encodings(content):
        try:
            readable.append(content.decode(encoding))
        except UnicodeDecodeError as error:
            broken_at = max(broken_at, error.start)
    known = [text for text in readable if _score_of(text, score)]
    # One broken byte makes a UTF-8 file no GB18030 file, though its bytes can be taken for one.
    if not readable or (not known and _score_of(content.decode("utf-8", "replace"), score)):
        line = content[:broken_at].count(b"\n") + 1
        raise FileRefused(f"{name}：第 {line} 行有不能识别的字符，编码既不是 UTF-8 也不是 GB18030 或 UTF-16")
    return (known or readable)[0].removeprefix("\ufeff")


def _encodings(content: bytes) -> Sequence[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if b"\0" in content[:4096]:
        # The separators' and line ends' upper bytes are zero; where they stand tells the order.
        even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
        return ("utf-16-le",) if odd > even else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _separator(text: str, score: Score) -> tuple[str, int]:
    """The separator, and where the table begins in the text."""
    if named := _NAMED_SEPARATOR.match(text):
        return named[1], named.end()
    best = max(_SEPARATORS, key=lambda separator: score(_beginning(text, separator)))
    return best, 0


def _score_of(text: str, score: Score) -> int:
    return score(_beginning(text, _separator(text, score)[0]))


def _beginning(text: str, separator: str) -> list[list[str]]:
    """The first rows, as far as they can be read."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in islice(csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=separator), _HEAD):
            rows.append(row)  # one by one: those before an error count
    return rows


def _parsed(name: str, text: str, separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    before = text[:first].count("\n") + (first > 0 and "\n" not in text[:first])
    reader = csv.reader(io.StringIO(text[first:], newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            # A quotation mark that is never closed would swallow the rows behind it.
            long = "field larger" in str(error)
            reason = "有一格过长" if long else "引号不成对，或者引号之后还有内容"
            raise FileRefused(f"{name}：从第 {before + line} 行起不能读：{reason}") from None
        if row is None:
            return
        yield before + line, row
        line = reader.line_num + 1  # a quoted cell may hold line breaks
