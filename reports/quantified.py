"""医疗乱象专项整治行动工作量化统计表 as a workbook: one sheet for each of the campaign's two groups of institutions.

The rows are kinds of misconduct (families of rules), the columns their outcomes. A case with findings of
several kinds counts in each of their rows and once in the last row, so that the last row is not the sum of
the others.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from records.cases.stages import STAGES
from records.figures.case_figures import CaseFact, FigureRow, by, total
from records.figures.period import Period
from records.models import DisposalResult, Level
from records.sheets.write import put
from records.visits.coverage import GroupCoverage
from reports.reproducible_zip import timeless

TITLE = "医疗乱象专项整治行动工作量化统计表"
PARTS = {Level.PUBLIC_SECONDARY: "（一）二级以上公立医疗机构", Level.OTHER: "（二）其他医疗机构"}
COLUMNS = (
    "违法违规情形",
    "涉及机构数",
    *(stage.title for stage in STAGES.values()),
    *(result.label for result in DisposalResult),
)
_LINE = Side(style="thin")
_EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="E8EDEE")


@dataclass(frozen=True)
class QuantifiedPart:
    """One part of the table: its group of institutions, how they are covered, and the rows, the last for all."""

    level: Level
    coverage: GroupCoverage
    rows: Sequence[FigureRow]


def quantified_parts(
    facts: Sequence[CaseFact],
    coverage: Mapping[Level, GroupCoverage],
    families: Mapping[str, str],
    period: Period,
) -> list[QuantifiedPart]:
    """The table's two parts. `families` are the kinds of misconduct, by id, in the order of the lists; each
    has its row, even an empty one."""
    parts = []
    days = {"since": period.first.isoformat(), "until": period.last.isoformat()}
    for level in PARTS:
        of_level = [fact for fact in facts if fact.level is level]
        wanted = {**days, "level": level.value}
        found = {
            row.wanted["family"]: row
            for row in by(
                of_level, "family", lambda fact: fact.families, lambda key: families.get(key, key), wanted
            )
        }
        named = {**families, **{key: row.title for key, row in found.items() if key not in families}}
        rows = [found.get(key) or total([], title, {**wanted, "family": key}) for key, title in named.items()]
        parts.append(
            QuantifiedPart(level, coverage[level], [*rows, total(of_level, "合计（按案件）", wanted)])
        )
    return parts


def cells(row: FigureRow) -> Iterator[int]:
    """A row's numbers, in the order of COLUMNS after the first."""
    yield row.institutions
    yield from (row.counts[name] for name in STAGES)
    yield from (row.results[result] for result in DisposalResult)


def quantified_workbook(parts: Sequence[QuantifiedPart], period: Period, place: str, made: datetime) -> bytes:
    """The workbook (xlsx). `place` is the district, or all; `made` its time of creation."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for part in parts:
        _fill(book.create_sheet(PARTS[part.level][3:]), part, period, place)
    content = io.BytesIO()
    book.save(content)
    properties = book.properties
    properties.created = properties.modified = made.replace(tzinfo=None, microsecond=0)
    return timeless(content.getvalue(), {"docProps/core.xml": tostring(properties.to_tree())})


def _fill(sheet: Worksheet, part: QuantifiedPart, period: Period, place: str) -> None:
    width = len(COLUMNS)
    share = f"{part.coverage.share:.1%}"
    lines = (
        (TITLE, Font(size=16, bold=True)),
        (PARTS[part.level], Font(size=12, bold=True)),
        (f"{place}　{period.title}", Font(size=11)),
        (
            f"辖区内机构 {part.coverage.institutions} 家，本期已巡查 {part.coverage.seen} 家，覆盖率 {share}",
            Font(size=11),
        ),
    )
    for number, (text, font) in enumerate(lines, 1):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=width)
        cell = put(sheet.cell(number, 1), text)
        cell.font, cell.alignment = font, Alignment(horizontal="center")
    head = len(lines) + 1
    for column, title in enumerate(COLUMNS, 1):
        cell = put(sheet.cell(head, column), title)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for number, row in enumerate(part.rows, head + 1):
        is_last = row is part.rows[-1]
        values: list[str | int] = [row.title, *cells(row)]
        for column, value in enumerate(values, 1):
            cell = put(sheet.cell(number, column), value)
            cell.border, cell.font = _EDGE, Font(bold=is_last)
    note = "注：一案有多种情形的，各情形分别计入，合计按案件只计一次；数字为导出时案件所处状态。"
    put(sheet.cell(head + len(part.rows) + 1, 1), note)
    sheet.column_dimensions["A"].width = 26
    for column in range(2, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 11
    sheet.freeze_panes = f"B{head + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth = "landscape", 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
