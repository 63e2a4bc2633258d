"""Tables that people keep: as shipped until somebody changes them, refused with every fault, written to the log."""

import pytest
from sqlalchemy import select

from records.database import reading, transaction
from records.models import AuditEntry, DisposalResult, OfficeKind, Role
from records.people.sign_in import add_user
from records.reference.disposals import DISPOSALS, MeasureRefused, counted_as, list_measures
from records.reference.tables import TableRefused, read_rows, replace_rows, rows_of_file
from records.sheets.table import TableFile

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def admin(engine):
    with transaction(engine) as session:
        return add_user(session, "admin", "a-long-password", Role.ADMINISTRATOR)


def test_every_kind_of_office_has_words_of_its_own(engine) -> None:
    with reading(engine) as session:
        said = {kind: [row.words for row in list_measures(session, kind)] for kind in OfficeKind}
    assert {"删除", "屏蔽", "关闭网站", "关闭账号"} <= set(said[OfficeKind.CYBERSPACE])
    assert {"立案", "责令改正", "罚款"} <= set(said[OfficeKind.MARKET])
    assert {"受理", "立案"} <= set(said[OfficeKind.POLICE])
    assert {"追回基金", "处罚"} <= set(said[OfficeKind.INSURANCE])
    assert all("不予处置" in words for words in said.values())


def test_what_is_typed_replaces_the_table_and_the_log_says_so(engine, admin, now) -> None:
    rows = [
        {"kind": "网信办", "words": " 删除 ", "result": "删除"},
        {"kind": "", "words": "", "result": ""},
        {"kind": "police", "words": "移送检察", "result": "filed"},
    ]
    with transaction(engine) as session:
        replace_rows(session, DISPOSALS, rows, by=admin, now=now)
    with reading(engine) as session:
        assert [(row.kind, row.words, row.result) for row in read_rows(session, DISPOSALS)] == [
            (OfficeKind.CYBERSPACE, "删除", DisposalResult.DELETED),
            (OfficeKind.POLICE, "移送检察", DisposalResult.FILED),
        ]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "reference_changed")).one()
        assert "变更处置措施" in entry.reason
        assert counted_as(session, OfficeKind.POLICE, None, "移送检察") == (DisposalResult.FILED, "移送检察")
        with pytest.raises(MeasureRefused, match="公安没有“删除”这一措施，可用：移送检察"):
            counted_as(session, OfficeKind.POLICE, None, "删除")


def test_every_fault_is_told_by_its_row_and_column_and_nothing_is_kept(engine, admin, now) -> None:
    rows = [
        {"kind": "网信办", "words": "删除", "result": "删掉"},
        {"kind": "街道", "words": "", "result": "删除"},
        {"kind": "公安", "words": "受理", "result": "受理或立案"},
        {"kind": "police", "words": "受理", "result": "处罚"},
    ]
    with transaction(engine) as session, pytest.raises(TableRefused) as refused:
        replace_rows(session, DISPOSALS, rows, by=admin, now=now)
    faults = refused.value.faults
    assert set(faults) == {(0, "result"), (1, "kind"), (1, "words"), (3, "kind")}
    assert "“删掉”不在可选范围内，可用：删除、屏蔽" in faults[0, "result"]
    assert faults[1, "words"] == "“处置措施”不能为空"
    assert faults[3, "kind"] == "与第 3 行重复"
    with reading(engine) as session:
        assert read_rows(session, DISPOSALS) == DISPOSALS.defaults


def test_a_file_is_read_by_its_headings() -> None:
    file = TableFile("措施.csv", "处置措施,部门种类,统计归类,备注\n约谈,网信办,责令改正,x\n".encode())
    assert rows_of_file(DISPOSALS, file) == [{"words": "约谈", "kind": "网信办", "result": "责令改正"}]
