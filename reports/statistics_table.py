"""The statistics table as the authority asks for it, as a workbook and as a document."""

from collections.abc import Sequence
from datetime import datetime

from docx.enum.text import WD_ALIGN_PARAGRAPH

from records.figures.period import Period
from records.figures.statistics_table import Statistics, StatisticsCell
from reports.documents import as_bytes, begin_wide_pages, new_document, table
from reports.workbook import Column, workbook

TITLE = "医疗广告整治工作统计表"
_FIRST, _OTHER = 26, 12
_NOTE = "注：案件按发现日期计入本期，数字为导出时所处的状态；空格为没有填写。"


def statistics_workbook(found: Statistics, period: Period, place: str, made: datetime) -> bytes:
    """The table (xlsx); numbers are numbers, those typed by hand too."""
    columns = [Column("项目", _FIRST), *(Column(one.title, _OTHER) for one in found.columns)]
    rows = [[row.title, *map(_number, cells)] for row, cells in found.rows]
    heading = (TITLE, f"{place}　{period.title}")
    return workbook("统计表", columns, rows, made=made, heading=heading, notes=(_NOTE,))


def statistics_document(found: Statistics, period: Period, place: str, made: datetime) -> bytes:
    """The table (docx), on landscape pages."""
    document = new_document(TITLE, made)
    begin_wide_pages(document, from_start=True)
    document.add_paragraph(f"{place}　{period.title}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    head = ("项目", *(one.title for one in found.columns))
    rows = [(row.title, *_shown(cells)) for row, cells in found.rows]
    table(document, head, rows, [2.2, *(1.0 for _ in found.columns)])
    document.add_paragraph(_NOTE)
    return as_bytes(document)


def _number(cell: StatisticsCell) -> object:
    if isinstance(cell.value, str):
        return float(cell.value) if "." in cell.value else int(cell.value)
    return "" if cell.value is None else cell.value


def _shown(cells: Sequence[StatisticsCell]) -> list[str]:
    return ["" if cell.value is None else str(cell.value) for cell in cells]
