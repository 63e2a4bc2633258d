"""An institution's record of misconduct 不良执业记录 as a document, for its licence's renewal 校验 and credit platforms."""

from collections.abc import Sequence
from datetime import datetime

from classifiers.found_words import written_and_read
from records.cases.stages import STAGES
from records.figures.institution_history import InstitutionHistory
from records.local_time import local_day
from records.models import Demerit
from reports.documents import as_bytes, new_document, table

_DEMERIT_HEAD = ("日期", "违法情形", "分值", "案件", "文书号", "理由", "状态")


def institution_record(history: InstitutionHistory, made: datetime) -> bytes:
    """The record (docx): its identity, its certificates, its demerits by scoring year, and every case that was
    found unlawful, with its end."""
    owner = history.institution
    document = new_document("医疗机构发布医疗广告情况记录", made)
    facts: Sequence[tuple[str, object]] = (
        ("机构名称", owner.name),
        ("统一社会信用代码", owner.credit_code),
        ("执业许可证登记号", owner.licence_number or "（未登记）"),
        ("校验有效期至", owner.reviewed_until or "（未登记）"),
        ("级别", owner.level.label),
        ("类别", owner.category or "（未登记）"),
        ("辖区", owner.district),
        ("生成时间", f"{local_day(made):%Y-%m-%d}"),
    )
    table(document, ("项目", "内容"), facts)
    document.add_heading("一、医疗广告审查证明", 1)
    table(
        document,
        ("文号", "有效期", "审查机关", "状态"),
        [
            (
                one.number_as_written,
                f"{one.valid_from} 至 {one.valid_to}",
                one.issuing_office,
                one.status.label,
            )
            for one in owner.certificates
        ],
    )
    document.add_heading("二、监测情况", 1)
    counts = "，".join(f"{stage.title} {history.total.counts[name]} 件" for name, stage in STAGES.items())
    document.add_paragraph(f"历次监测：{counts}。")
    if history.repeats:
        listed = "；".join(f"{one.title} {one.cases} 次" for one in history.repeats)
        document.add_paragraph(f"一年内重复认定：{listed}。")
    if history.applicable:
        head = ("违法情形", "分值", "一年内认定案件", "依据")
        rows = [(one.words, one.points, one.cases, one.basis) for one in history.applicable]
        table(document, head, rows)
        document.add_paragraph("上表按记分标准列出，供作出记分决定时参考。")
    document.add_heading("三、记分", 1)
    for year in history.scoring_years:
        document.add_paragraph(f"记分年度 {year.first} 至 {year.last}：{year.points} 分。")
        if year.demerits:
            table(document, _DEMERIT_HEAD, [_demerit(one) for one in year.demerits])
    document.add_heading("四、认定违法的案件", 1)
    for case in history.unlawful:
        document.add_heading(f"案件 {case.id}：{case.title}", 2)
        document.add_paragraph(f"网址：{case.url}")
        document.add_paragraph(f"发现：{local_day(case.opened_at):%Y-%m-%d}　现状：{case.state.label}")
        for finding in case.findings:
            document.add_paragraph(
                f"{written_and_read(finding)}——{finding.title}（{'、'.join(finding.law)}）", "List Bullet"
            )
        if case.disposal:
            document.add_paragraph(f"处置：{case.disposal}")
    if not history.unlawful:
        document.add_paragraph("无。")
    return as_bytes(document)


def _demerit(one: Demerit) -> tuple[object, ...]:
    state = f"已撤销：{one.struck_because}" if one.struck_at else "有效"
    return (
        one.imposed_on,
        one.words,
        one.points,
        one.case_id,
        one.document_number or "（无）",
        one.reason,
        state,
    )
