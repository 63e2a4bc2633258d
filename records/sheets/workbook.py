"""Workbooks (xlsx) as spreadsheet programs and exports write them."""

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from records.sheets.cells import CellRefused, cell_text
from records.sheets.table import FileRefused, Grid, Merged
from records.sheets.workbook_scan import MOST_CELLS, SheetScan, scan_workbook


def read_workbook(name: str, content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook, and in words which were not read. Raises FileRefused."""
    scans = scan_workbook(name, content)
    grids, notes = [], []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ is not SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible is not SheetVisibleEnum.Visible:
                    notes.append(f"工作表“{sheet.name}”是隐藏的，没有读取")
                    continue
                found = book.get_sheet_by_name(sheet.name)
                grids.append(_grid(found, scans.get(sheet.name, SheetScan())))
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(f"{name}：不是可读的 xlsx 文件（{error}）") from None
    return grids, notes


def _grid(sheet: CalamineSheet, scan: SheetScan) -> Grid:
    unreadable = dict(scan.unreadable)
    rows = []
    for index, cells in enumerate(_rows(sheet)):
        row = []
        for column, value in enumerate(cells):
            try:
                row.append("" if value == "" else cell_text(value))
            except CellRefused as refused:
                row.append("")
                unreadable[index, column] = str(refused)
        rows.append(row)
    if sum(last[0] - first[0] for first, last in sheet.merged_cell_ranges or ()) > MOST_CELLS:
        raise FileRefused(f"{sheet.name}：合并的单元格太多，请取消合并")
    last_bad = max((row for row, _ in unreadable), default=-1)
    rows += [[] for _ in range(last_bad + 1 - len(rows))]
    merged = [Merged(first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ()]
    return Grid(sheet.name, range(1, len(rows) + 1), rows, unreadable, merged)


def _rows(sheet: CalamineSheet) -> Iterator[list[object]]:
    """The rows from the first of the sheet, each from its first column."""
    if sheet.start is None:
        return
    before: list[object] = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield before + list(row)
