"""A ledger of corrections goes out with the self-check, is completed, and comes back whole or not at all."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from records.database import reading, transaction
from records.models import AuditEntry, Institution
from records.sanctions.corrections import LedgerRefused, list_corrections, take_ledger
from records.sheets.table import FileRefused, TableFile
from reports.self_check import Correction, correction_ledger
from tests.records import registered

FOUND = [
    Correction("治愈率98%", "治愈率", ("医疗广告管理办法第七条",), "写明诊疗项目"),
    Correction("永不复发", "保证治愈", ("广告法第十六条",), "不作保证"),
]
FILLED = [("改写栏目", "甲", "2026年11月30日", "2026/11/20", "已复查"), ("删去", "乙", "2026-11-10", "", "")]


def completed(now, *filled: tuple[str, ...]) -> TableFile:
    """The ledger that the self-check makes, with the institution's columns filled in."""
    book = load_workbook(io.BytesIO(correction_ledger(FOUND, now)))
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if row[0].value == "序号")
    column = {cell.value: cell.column for cell in head}
    for at, values in enumerate(filled, head[0].row + 1):
        for name, value in zip(
            ("整改措施", "责任人", "整改期限", "完成日期", "复查结果"), values, strict=True
        ):
            sheet.cell(at, column[name], value)
    content = io.BytesIO()
    book.save(content)
    return TableFile("整改台账.xlsx", content.getvalue())


@pytest.fixture
def take(engine, now):
    with transaction(engine) as session:
        registered.institution(session)
        registered.institution(session, 2)
        registered.reviewer(session)

    def taken(file: TableFile) -> None:
        with transaction(engine) as session:
            owner, by = session.get_one(Institution, 1), session.query(registered.User).one()
            take_ledger(session, owner, file, by=by, now=now)

    return taken


def kept(engine, number: int = 1):
    with reading(engine) as session:
        return list_corrections(session, session.get_one(Institution, number))


def test_a_completed_ledger_is_kept_and_a_later_one_replaces_it(engine, now, take) -> None:
    take(completed(now, *FILLED))
    first, second = kept(engine)
    assert (first.words, first.kind, first.person) == ("治愈率98%", "治愈率", "甲")
    assert (first.until, first.done) == (date(2026, 11, 30), date(2026, 11, 20))
    assert [one.is_late(date(2026, 11, 24)) for one in (first, second)] == [False, True]
    assert kept(engine, 2) == (), "another institution has its own"
    take(completed(now, FILLED[0], ("删去", "乙", "2026-11-10", "2026-11-23", "")))
    assert [one.done for one in kept(engine)] == [date(2026, 11, 20), date(2026, 11, 23)]
    with reading(engine) as session:
        entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert entry.reason == "变更整改台账（云溪第1医院）：1 行新增或改动，1 行去掉"


@pytest.mark.databases("sqlite")
def test_a_ledger_with_faults_is_refused_by_row_and_column_and_changes_nothing(engine, now, take) -> None:
    take(completed(now, *FILLED))
    later = str(now.date() + timedelta(days=9))
    with pytest.raises(LedgerRefused) as refused:
        take(completed(now, ("", "甲", "尽快", "", ""), ("删去", "", "2026-11-10", "", "")))
    assert [str(fault) for fault in refused.value.faults] == [
        "整改台账 第 4 行“整改措施”：不能为空",
        "整改台账 第 4 行“整改期限”：“尽快”不是日期，应写作 2026-07-01",
        "整改台账 第 5 行“责任人”：不能为空",
    ]
    with pytest.raises(LedgerRefused, match=f"第 4 行“完成日期”：{later} 在今天之后"):
        take(completed(now, ("改写", "甲", later, later, ""), FILLED[1]))
    with pytest.raises(FileRefused, match="缺少“整改措施”“责任人”“整改期限”列"):
        take(TableFile("表.csv", "自查发现的内容,违法情形\n治愈率98%,治愈率\n".encode()))
    assert len(kept(engine)) == 2
    assert kept(engine)[1].measure == "删去"
