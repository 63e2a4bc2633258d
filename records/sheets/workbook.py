"""Workbooks (xlsx) as spreadsheet programs and exports write them."""

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from records.sheets.grids import grid_of, hidden_words
from records.sheets.table import FileRefused, Grid, Merged
from records.sheets.workbook_scan import SheetScan, scan_workbook


def read_workbook(name: str, content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook, and in words which were not read. Raises FileRefused."""
    return read_scanned(name, content, scan_workbook(name, content), "xlsx")


def read_scanned(
    name: str, content: bytes, scans: dict[str, SheetScan], kind: str
) -> tuple[list[Grid], list[str]]:
    """The visible sheets of a workbook whose faults are known. Raises FileRefused."""
    grids, notes = [], []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ is not SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible is not SheetVisibleEnum.Visible:
                    notes.append(hidden_words(sheet.name))
                    continue
                found = book.get_sheet_by_name(sheet.name)
                grids.append(_grid(found, scans.get(sheet.name, SheetScan())))
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(f"{name}：不是可读的 {kind} 文件（{error}）") from None
    return grids, notes


def _grid(sheet: CalamineSheet, scan: SheetScan) -> Grid:
    merged = [Merged(first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ()]
    return grid_of(sheet.name, _rows(sheet), scan.unreadable, [*merged, *scan.merged])


def _rows(sheet: CalamineSheet) -> Iterator[list[object]]:
    """The rows from the first of the sheet, each from its first column."""
    if sheet.start is None:
        return
    before: list[object] = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield before + list(row)
