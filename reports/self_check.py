"""A self-check 自查 as files that the institution completes: the report 自查报告, and the ledger of corrections 整改台账."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from records.local_time import local_day
from reports.documents import add_line, as_bytes, new_document, table
from reports.workbook import Column, workbook

_COLUMNS = (
    Column("序号", 6),
    Column("自查发现的内容", 30),
    Column("违法情形", 20),
    Column("依据", 30),
    Column("合法的写法", 28),
    Column("整改措施", 24),
    Column("责任人", 10),
    Column("整改期限", 12),
    Column("完成日期", 12),
    Column("复查结果", 12),
)
_TO_BE_FILLED = ("", "", "", "", "")
_DOCUMENT_WIDTHS = (1.2, 3.6, 2.4, 3.4, 3, 2.4, 1.6, 1.6, 1.6, 1.6)


@dataclass(frozen=True)
class Correction:
    """A row of the ledger: the words found, why they are unlawful, and how to write it lawfully."""

    words: str
    title: str
    law: Sequence[str]
    advice: str


def self_check_report(found: Sequence[Correction], checked: str, made: datetime) -> bytes:
    """The report (docx). `checked` is the text or page that was checked."""
    document = new_document("医疗广告自查报告", made)
    facts = (
        ("机构名称", ""),
        ("统一社会信用代码", ""),
        ("自查日期", local_day(made)),
        ("自查内容", checked),
        ("自查人", ""),
    )
    table(document, ("项目", "内容"), facts, widths=(4, 12))
    document.add_heading("一、自查结果", 1)
    result = f"发现 {len(found)} 项应当整改的内容。" if found else "没有发现应当整改的内容。"
    document.add_paragraph(f"{result}结果供参考，不代替审查机关的审查。")
    document.add_heading("二、整改台账", 1)
    titles = [column.title for column in _COLUMNS]
    table(document, titles, _rows(found) or [("", "无", *[""] * 8)], widths=_DOCUMENT_WIDTHS)
    document.add_heading("三、整改落实情况", 1)
    for _ in range(3):
        document.add_paragraph("")
    for words in ("主要负责人（签名）：", "机构（盖章）：", "日期：　　年　　月　　日"):
        add_line(document, words, size=12)
    return as_bytes(document)


def correction_ledger(found: Sequence[Correction], made: datetime) -> bytes:
    """The ledger (xlsx), with columns to be filled in."""
    heading = ("医疗广告自查整改台账", f"机构名称：　　　　　　　　　自查日期：{local_day(made)}")
    return workbook("整改台账", _COLUMNS, _rows(found), made=made, heading=heading)


def _rows(found: Sequence[Correction]) -> list[tuple[object, ...]]:
    return [
        (number, one.words, one.title, "；".join(one.law), one.advice, *_TO_BE_FILLED)
        for number, one in enumerate(found, 1)
    ]
