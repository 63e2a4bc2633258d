"""The stage report 阶段工作报告 as a document: coverage, findings, their outcomes, and the cases that
remain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx.enum.text import WD_ALIGN_PARAGRAPH

from records.cases.stages import STAGES
from records.figures.case_figures import CaseFact, FigureRow, by, delays, total
from records.figures.office_figures import OfficeFigure
from records.figures.period import Period
from records.models import DisposalResult
from records.visits.coverage import GroupCoverage
from reports.documents import as_bytes, new_document, table

_HEAD = ("", *(stage.title for stage in STAGES.values()))
_MOST_ROWS = 15
OFFICE_COLUMNS = (
    "部门",
    "转送",
    "处置",
    "退回",
    "逾期未反馈",
    "处置用时中位数（天）",
    "核验已消失",
    "占处置",
    "复现",
    "换址发布",
    "复现和换址发布占处置",
)


@dataclass(frozen=True)
class Stage:
    """The content of a report. `facts` are the period's cases, `before` those of the period before."""

    place: str
    period: Period
    facts: Sequence[CaseFact]
    before: Sequence[CaseFact]
    coverage: Sequence[GroupCoverage]
    backlog: Sequence[FigureRow]
    offices: Sequence[OfficeFigure]
    families: dict[str, str]
    made: datetime


def stage_report(stage: Stage) -> bytes:
    """The report (docx)."""
    whole, earlier = total(stage.facts), total(stage.before)
    document = new_document("医疗广告网络监测阶段工作报告", stage.made)
    document.add_paragraph(f"{stage.place}　{stage.period.title}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading("一、巡查情况", 1)
    for covered in stage.coverage:
        reached = "达标" if covered.is_reached else "未达标"
        asked = "" if covered.target is None else f"，要求 {covered.target:.0%}，{reached}"
        document.add_paragraph(
            f"{covered.group} {covered.institutions} 家，本期已巡查 {covered.seen} 家，"
            f"覆盖率 {covered.share:.1%}{asked}。"
        )
    document.add_heading("二、发现与研判", 1)
    counts = whole.counts
    document.add_paragraph(
        f"本期发现线索 {counts['all']} 件，{_than(counts['all'], earlier.counts['all'])}，涉及机构 {whole.institutions} 家；"
        f"认定违法 {counts['is-confirmed']} 件，不予认定 {counts['is-dismissed']} 件，"
        f"尚未研判 {counts['is-open']} 件。"
    )
    for title, rows in (
        (
            "按违法情形",
            by(stage.facts, "family", lambda fact: fact.families, lambda key: stage.families.get(key, key)),
        ),
        ("按机构类别", by(stage.facts, "category", lambda fact: [fact.category])),
        ("按辖区", by(stage.facts, "district", lambda fact: [fact.district])),
        ("线索较多的机构", by(stage.facts, "institution", lambda fact: [fact.institution])),
    ):
        document.add_heading(title, 2)
        table(document, _HEAD, [(row.title, *row.counts.values()) for row in rows[:_MOST_ROWS]])
    document.add_heading("三、转送与处置", 1)
    results = "、".join(f"{result.label} {whole.results[result]} 件" for result in DisposalResult)
    document.add_paragraph(
        f"已转送 {counts['is-transferred']} 件，已处置 {counts['is-disposed']} 件（{results}），"
        f"核验已消失 {counts['is-verified']} 件，复现 {counts['is-recurred']} 件。"
    )
    taken = [
        (delay.title, delay.cases, _days(delay.median), _days(delay.ninetieth))
        for delay in delays(stage.facts)
    ]
    table(document, ("用时", "案件", "中位数（天）", "九成不超过（天）"), taken)
    if stage.offices:
        document.add_heading("各部门办理情况", 2)
        table(document, OFFICE_COLUMNS, [office_cells(one) for one in stage.offices])
    document.add_heading("四、待办", 1)
    table(document, ("发现至今", "待研判案件"), [(row.title, row.counts["is-open"]) for row in stage.backlog])
    return as_bytes(document)


def office_cells(figure: OfficeFigure) -> tuple[str, ...]:
    """An office's figure as OFFICE_COLUMNS, the same on the page and in the report."""
    counts = (figure.transfers, figure.disposed, figure.returned, figure.overdue)
    return (
        figure.office,
        *map(str, counts),
        _days(figure.median_days),
        str(figure.verified),
        _share(figure.verified_share),
        str(figure.recurred),
        str(figure.elsewhere),
        _share(figure.recurred_share),
    )


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _than(now: int, before: int) -> str:
    if now == before:
        return "与上期持平"
    return f"较上期{'增加' if now > before else '减少'} {abs(now - before)} 件"


def _days(days: float | None) -> str:
    return "—" if days is None else f"{days:.1f}"
