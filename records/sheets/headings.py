"""Finding a table's headings among titles and notes, and its rows under them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from records.sheets.table import WHOLE_ROW, FileRefused, Grid, Merged, Sheet, SheetRow

# Titles and notes stand above a table, never a page of them.
_SEARCHED = 30
# 电话*, 统一社会信用代码（18位）, and line breaks that only make a heading narrow.
_HINT = re.compile(r"\([^()]*\)$")
_BESIDE = re.compile(r"[\s*:]")
# Two rows of headings, rarely three; where cells are merged further down, the cells below are not headings.
_MOST_HEADING_ROWS = 2
_AMOUNT = re.compile(r"[\d.,%]*[家个件条篇户]?")
_SUM = re.compile(r"(?:合|小|总|共)\s*计\W*")
_NOTE = re.compile(
    r"(?:注|备注|附注|说明|(?:填表|填报|制表|审核|复核|经办|联系|负责|打印|导出)(?:单位|说明|日期|时间|人|电话)?|单位负责人)"
    r"\s*\d*\s*[:：.、].*",
    re.DOTALL,
)


@dataclass(frozen=True)
class _Head:
    """Where the headings stand, from the first to the last row, the columns of those that are known, and how many
    columns the table has."""

    first: int
    last: int
    columns: Mapping[int, str]
    width: int

    def is_wide(self, one: Merged) -> bool:
        """Whether merged cells span the table, as a note does."""
        return one.last_column - one.first_column + 1 > max(1, self.width // 2)


def known_headings(rows: Sequence[Sequence[str]], known: Collection[str]) -> int:
    """How many of the known headings stand together in the best of the first rows."""
    return max((len(_columns(row, known)) for row in rows[:_SEARCHED]), default=0)


def table_of(grid: Grid, known: Collection[str]) -> Sheet | None:
    """A sheet as a table with the known headings; None where it holds nothing like one. Raises FileRefused
    where a heading stands twice."""
    head = _head(grid, known)
    if head is None:
        return None
    filled = _filled_down(grid, head)
    unreadable: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), why in grid.unreadable.items():
        unreadable[row][column] = why
    noted = {
        row for one in grid.merged if head.is_wide(one) for row in range(one.first_row, one.last_row + 1)
    }
    rows: list[SheetRow] = []
    notes: list[str] = []
    for index in range(head.last + 1, len(filled)):
        cells, line = filled[index], grid.lines[index]
        if not unreadable[index] and (why := _passed_over(head, cells, is_note=index in noted)):
            shown = next(cell for cell in cells if cell)
            notes.append(f"{grid.name} 第 {line} 行是{why}（“{shown[:20]}”），没有作为数据读取")
        elif (found := _row(grid, head, line, cells, unreadable[index])) is not None:
            rows.append(found)
    return Sheet(grid.name, tuple(head.columns.values()), rows, notes)


def _row(
    grid: Grid, head: _Head, line: int, cells: Sequence[str], errors: Mapping[int, str]
) -> SheetRow | None:
    unreadable = {head.columns[column]: why for column, why in errors.items() if column in head.columns}
    if grid.is_text and any(cells[head.width :]):
        unreadable[WHOLE_ROW] = f"有 {len(cells)} 格，表头只有 {head.width} 格：内容里有分隔符的，要加引号"
    named = {name: text for column, name in head.columns.items() if (text := _at(cells, column))}
    return SheetRow(line, named, unreadable) if named or unreadable else None


def _plain(heading: str) -> str:
    return _BESIDE.sub("", unicodedata.normalize("NFKC", heading)).casefold()


def _columns(row: Sequence[str], known: Collection[str]) -> dict[str, list[int]]:
    """The columns of each known heading; one with a hint behind it (电话（手机）) counts where none is without."""
    names = {_plain(name): name for name in known}
    exact: dict[str, list[int]] = defaultdict(list)
    hinted: dict[str, list[int]] = defaultdict(list)
    for column, heading in enumerate(row):
        plain = _plain(heading)
        if plain in names:
            exact[names[plain]].append(column)
        elif (bare := _HINT.sub("", plain)) in names:
            hinted[names[bare]].append(column)
    return {**hinted, **exact}


def _head(grid: Grid, known: Collection[str]) -> _Head | None:
    scores = [len(_columns(row, known)) for row in grid.rows[:_SEARCHED]]
    if not any(scores):
        return None
    first = scores.index(max(scores))
    last = max((one.last_row for one in grid.merged if one.first_row == first < one.last_row), default=first)
    last = first if last - first > _MOST_HEADING_ROWS else min(last, len(grid.rows) - 1)
    headings = list(_headings(grid, first, last))
    found = _columns(headings, known)
    if doubled := next((name for name, columns in found.items() if len(columns) > 1), None):
        places = "、".join(str(column + 1) for column in found[doubled])
        raise FileRefused(
            f"{grid.name} 第 {grid.lines[first]} 行：有几个“{doubled}”列（第 {places} 列），请只留一列"
        )
    columns = {columns[0]: name for name, columns in found.items()}
    return _Head(first, last, dict(sorted(columns.items())), len(headings))


def _headings(grid: Grid, first: int, last: int) -> Iterator[str]:
    """The headings; those of two rows (有效期 over 起 and 止) are put together."""
    width = max(len(row) for row in grid.rows[first : last + 1])
    above = {
        (one.first_row, column): one.first_column
        for one in grid.merged
        if first <= one.first_row < last and one.last_row <= last
        for column in range(one.first_column, min(one.last_column + 1, width))
    }
    for column in range(width):
        yield "".join(
            _at(grid.rows[index], above.get((index, column), column)) for index in range(first, last + 1)
        )


def _filled_down(grid: Grid, head: _Head) -> list[list[str]]:
    """The rows, with cells merged over several of them filled in each."""
    rows = [list(row) for row in grid.rows]
    for one in grid.merged:
        if one.first_row <= head.last or one.first_row >= len(rows) or head.is_wide(one):
            continue
        column, text = one.first_column, _at(rows[one.first_row], one.first_column)
        for index in range(one.first_row + 1, min(one.last_row + 1, len(rows))):
            rows[index] += [""] * (column + 1 - len(rows[index]))
            rows[index][column] = text
    return rows


def _at(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _passed_over(head: _Head, cells: Sequence[str], *, is_note: bool) -> str:
    """The kind of a row outside the table; "" for a row of the table or an empty row."""
    shown = [cell for cell in cells if cell]
    if not shown:
        return ""
    if all(_plain(_at(cells, column)) == _plain(name) for column, name in head.columns.items()):
        return "重复的表头"
    if _SUM.fullmatch(shown[0]) and all(_AMOUNT.fullmatch(cell) for cell in shown[1:]):
        return "合计"
    if all(map(_NOTE.fullmatch, shown)) or (is_note and len(shown) == 1):
        return "说明"
    return ""
