"""A sheet's values put together as a grid of clean text, whatever format they come from, within an area that fits into
memory."""

from collections.abc import Iterable, Mapping, Sequence

from records.sheets.cells import CellRefused, cell_text
from records.sheets.table import FileRefused, Grid, Merged

MOST_CELLS = 1_000_000
MOST_COLUMNS = 1_000
NOT_COMPUTED = "单元格是公式，没有计算结果，请在表格软件中打开、保存后再导入"


def error_words(shown: str) -> str:
    """Why a cell that holds an error has no value."""
    return f"单元格是错误值 {shown}".strip()


def hidden_words(sheet: str) -> str:
    """A note that a hidden sheet was not read."""
    return f"工作表“{sheet}”是隐藏的，没有读取"


class Area:
    """The area between the first and the last filled cell of a sheet, as it grows."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._first, self._last, self._columns = -1, -1, 0

    def hold(self, row: int, column: int, last_row: int = -1) -> None:
        """Count a filled cell, repeated down to `last_row`. Raises FileRefused where the area grows too large."""
        self._first = row if self._first < 0 else min(self._first, row)
        self._last = max(self._last, row, last_row)
        self._columns = max(self._columns, column + 1)
        if self._columns > MOST_COLUMNS:
            raise FileRefused(
                f"{self._where} 第 {row + 1} 行：第 {column + 1} 列还有内容，最多 {MOST_COLUMNS} 列"
            )
        if (self._last + 1 - self._first) * self._columns > MOST_CELLS:
            raise FileRefused(
                f"{self._where} 第 {self._last + 1} 行：表格超过 {MOST_CELLS // 10_000} 万格，"
                "请删去表格之外的内容，或拆成几个文件"
            )


def grid_of(
    name: str,
    values: Iterable[Sequence[object]],
    faults: Mapping[tuple[int, int], str],
    merged: Sequence[Merged],
) -> Grid:
    """The grid of a sheet's values, row by row from the first; "" and None are empty cells. `faults` are cells
    that have no value, and why. Raises FileRefused where too many cells are merged."""
    if sum(one.last_row - one.first_row for one in merged) > MOST_CELLS:
        raise FileRefused(f"{name}：合并的单元格太多，请取消合并")
    unreadable = dict(faults)
    rows: list[list[str]] = []
    for index, cells in enumerate(values):
        row = []
        for column, value in enumerate(cells):
            try:
                row.append("" if value is None or value == "" else cell_text(value))
            except CellRefused as refused:
                row.append("")
                unreadable[index, column] = str(refused)
        rows.append(row)
    last_bad = max((row for row, _ in unreadable), default=-1)
    rows += [[] for _ in range(last_bad + 1 - len(rows))]
    return Grid(name, range(1, len(rows) + 1), rows, unreadable, merged)
