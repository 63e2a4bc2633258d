"""The ledger of cases 案件台账 as a workbook."""

from collections.abc import Callable, Iterable
from datetime import datetime

from records.figures.case_ledger import LedgerRow
from records.local_time import local_day
from records.models import SourceKind
from reports.workbook import Column, workbook

COLUMNS = (
    *(
        Column("序号", 6),
        Column("案件号", 8),
        Column("发现日期", 11),
        Column("机构名称", 26),
        Column("统一社会信用代码", 20),
    ),
    *(
        Column("辖区", 10),
        Column("机构类别", 12),
        Column("所有制形式", 10),
        Column("来源", 9),
        Column("站点或公众号", 22),
    ),
    *(
        Column("网址", 34),
        Column("页面标题", 26),
        Column("违法用语", 30),
        Column("违法情形", 22),
        Column("违反条款", 32),
    ),
    *(
        Column("分值", 6),
        Column("状态", 10),
        Column("研判人", 10),
        Column("研判日期", 11),
        Column("研判理由", 20),
    ),
    *(Column("转送部门", 18), Column("转送日期", 11), Column("办结期限", 11), Column("签收日期", 11)),
    *(
        Column("处置措施", 16),
        Column("处置日期", 11),
        Column("处置文书号", 18),
        Column("核验结果", 12),
        Column("核验日期", 11),
    ),
)
_MOST_QUOTES = 5


def case_ledger(
    rows: Iterable[LedgerRow], name_of: Callable[[str], str], title: str, made: datetime
) -> bytes:
    """The workbook (xlsx). `name_of` names an actor of the log."""
    cells = [_cells(number, row, name_of) for number, row in enumerate(rows, 1)]
    heading = ("医疗广告网络监测案件台账", title)
    notes = ("注：系统发现、尚未研判的为线索；立案由处置部门决定。",)
    return workbook("案件台账", COLUMNS, cells, made=made, heading=heading, notes=notes)


def _cells(number: int, row: LedgerRow, name_of: Callable[[str], str]) -> list[object]:
    case, source = row.case, row.case.page.source
    owner, verified = source.institution, row.last_verified
    return [
        *(number, case.id, _day(case.opened_at), owner.name, owner.credit_code),
        *(owner.district, owner.category or "", owner.ownership or ""),
        *("公众号" if source.kind is SourceKind.ACCOUNT else "站点", source.name or source.address),
        *(case.page.url, case.judgement.snapshot.title or "", "；".join(row.quotes[:_MOST_QUOTES])),
        *("；".join(row.rules), "；".join(row.law), case.score, case.state.label),
        *(name_of(row.decided_by) if row.decided_by else "", _day(row.decided_at), row.reason),
        _lines(one.office.name for one in case.transfers),
        _lines(_day(one.transferred_at) for one in case.transfers),
        _lines(str(one.due_on) for one in case.transfers),
        _lines(_day(one.received_at) or "—" for one in case.transfers),
        _lines(measure for _, measure, _, _ in row.disposals),
        _lines(str(day or "—") for _, _, day, _ in row.disposals),
        _lines(number or "—" for _, _, _, number in row.disposals),
        *(verified.outcome.label if verified else "", _day(verified.checked_at) if verified else ""),
    ]


def _lines(words: Iterable[str]) -> str:
    """A line for each office, so that the columns can be read side by side."""
    return "\n".join(words)


def _day(moment: datetime | None) -> str:
    return str(local_day(moment)) if moment else ""
