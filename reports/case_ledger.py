"""The ledger of cases 案件台账 as a workbook."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from records.figures.case_ledger import LedgerRow
from records.local_time import local_day
from records.models import SourceKind
from reports.workbook import Column, workbook

_MOST_QUOTES = 5
Cell = Callable[[LedgerRow], object]
# Each column with its cell. Columns about offices have a line for each office, so that they can be read side by side.
_COLUMNS: tuple[tuple[Column, Cell], ...] = (
    (Column("案件号", 8), lambda row: row.case.id),
    (Column("发现日期", 11), lambda row: _day(row.case.opened_at)),
    (Column("机构名称", 26), lambda row: row.institution.name),
    (Column("统一社会信用代码", 20), lambda row: row.institution.credit_code),
    (Column("辖区", 10), lambda row: row.institution.district),
    (Column("机构类别", 12), lambda row: row.institution.category or ""),
    (Column("所有制形式", 10), lambda row: row.institution.ownership or ""),
    (Column("来源", 9), lambda row: "公众号" if row.source.kind is SourceKind.ACCOUNT else "站点"),
    (Column("站点或公众号", 22), lambda row: row.source.name or row.source.address),
    (Column("网址", 34), lambda row: row.case.page.url),
    (Column("页面标题", 26), lambda row: row.case.judgement.snapshot.title or ""),
    (Column("违法用语", 30), lambda row: "；".join(row.quotes[:_MOST_QUOTES])),
    (Column("读作", 20), lambda row: "；".join(row.read_as[:_MOST_QUOTES])),
    (Column("违法情形", 22), lambda row: "；".join(row.rules)),
    (Column("违反条款", 32), lambda row: "；".join(row.law)),
    (Column("分值", 6), lambda row: row.case.score),
    (Column("状态", 10), lambda row: row.case.state.label),
    (Column("研判人", 10), lambda row: row.decided_by),
    (Column("研判日期", 11), lambda row: _day(row.decided_at)),
    (Column("研判理由", 20), lambda row: row.reason),
    (Column("转送部门", 18), lambda row: _lines(one.office.name for one in row.case.transfers)),
    (Column("转送日期", 11), lambda row: _lines(_day(one.transferred_at) for one in row.case.transfers)),
    (Column("办结期限", 11), lambda row: _lines(str(one.due_on) for one in row.case.transfers)),
    (Column("签收日期", 11), lambda row: _lines(_day(one.received_at) or "—" for one in row.case.transfers)),
    (Column("处置措施", 16), lambda row: _lines(measure for _, measure, _, _ in row.disposals)),
    (Column("处置日期", 11), lambda row: _lines(str(day or "—") for _, _, day, _ in row.disposals)),
    (Column("处置文书号", 18), lambda row: _lines(number or "—" for _, _, _, number in row.disposals)),
    (Column("核验结果", 12), lambda row: row.last_verified.outcome.label if row.last_verified else ""),
    (Column("核验日期", 11), lambda row: _day(row.last_verified.checked_at) if row.last_verified else ""),
)


def case_ledger(
    rows: Iterable[LedgerRow], name_of: Callable[[str], str], title: str, made: datetime
) -> bytes:
    """The workbook (xlsx). `name_of` names an actor of the log."""
    named = (replace(row, decided_by=name_of(row.decided_by)) if row.decided_by else row for row in rows)
    cells = [[number, *(cell(row) for _, cell in _COLUMNS)] for number, row in enumerate(named, 1)]
    columns = [Column("序号", 6), *(column for column, _ in _COLUMNS)]
    heading = ("医疗广告网络监测案件台账", title)
    notes = ("注：系统发现、尚未研判的为线索；立案由处置部门决定。",)
    return workbook("案件台账", columns, cells, made=made, heading=heading, notes=notes)


def _lines(words: Iterable[str]) -> str:
    return "\n".join(words)


def _day(moment: datetime | None) -> str:
    return str(local_day(moment)) if moment else ""
