"""The monitoring report 监测报告: sections of rows that the page, the document and the workbook all show,
each with the rate of the period before 环比 and of a year ago 同比 next to its own."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from records.figures.monitoring import Monitoring, RateRow, rate_row, rates_by, rates_by_each, rates_of
from records.figures.period import Period
from reports.documents import as_bytes, new_document, table
from reports.monitoring.district_map import DistrictMap
from reports.monitoring.map_picture import add_map
from reports.typical_cases import redacted
from reports.workbook import Column, fill_sheet, workbook_bytes

_RATE, BY_DISTRICT = "违法率", "按辖区"
COLUMNS = (
    "名称",
    "监测量（条）",
    "涉嫌违法（条）",
    _RATE,
    "环比（百分点）",
    "同比（百分点）",
    "严重违法（条）",
    "认定违法（条）",
    "不予认定（条）",
)
BREACH_COLUMNS = ("违法情形", "涉嫌违法（条）", "常见表述（已隐去机构和个人）")
NOTE = (
    "注：监测量按页面计，同一页面在一期内多次监测只计一条；涉嫌违法为系统发现、尚待或已经研判的线索，不含不予认定的；"
    "环比、同比为违法率与上一期、上年同期之差；一个页面有多种情形的，在各情形中分别计入；一家机构登记有多个诊疗科目的，在各科目中分别计入。"
)
_LEAST_PAGES = 5  # of an institution ranked by its rate: with fewer, a single page could move it to the top
_MOST_RANKED, _MOST_RULES, _MOST_QUOTES, _LONGEST_QUOTE = 30, 20, 3, 40


@dataclass(frozen=True)
class ReportSection:
    """A table of the report; `cells` as COLUMNS, as text, the same wherever they are shown."""

    title: str
    rows: Sequence[RateRow]
    cells: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class MonitoringReport:
    """The whole report. `breaches` are as BREACH_COLUMNS."""

    place: str
    period: Period
    summary: Sequence[str]
    sections: Sequence[ReportSection]
    breaches: Sequence[tuple[str, ...]]

    @property
    def title(self) -> str:
        """The document's heading."""
        return f"{self.period.title}医疗广告网络监测报告"


@dataclass(frozen=True)
class Compared:
    """A period's monitoring with that of the period before and of a year ago."""

    now: Monitoring
    before: Monitoring
    year_ago: Monitoring


def monitoring_report(
    whole: Compared, place: str, period: Period, families: Mapping[str, str], rules: Mapping[str, str]
) -> MonitoringReport:
    """The report's rows. `families` and `rules` are titles by id."""
    every = (whole.now, whole.before, whole.year_ago)
    totals = [[rate_row("合计", one.monitored, one.suspects)] for one in every]

    def compared(rows: Callable[[Monitoring], list[RateRow]]) -> list[list[RateRow]]:
        return [rows(one) for one in every]

    by_rule = compared(lambda one: rates_of(one, lambda row: row.rules, lambda key: rules.get(key, key)))
    by_institution = compared(lambda one: rates_by(one, lambda row: row.owner.institution))
    named = [
        ("总体", totals),
        ("按媒介", compared(lambda one: rates_by(one, lambda row: row.owner.medium))),
        ("按终端", compared(lambda one: rates_by(one, lambda row: row.end))),
        ("按机构类别", compared(lambda one: rates_by(one, lambda row: row.owner.category))),
        ("按诊疗科目", compared(lambda one: rates_by_each(one, lambda row: row.owner.fields))),
        (
            "按违法情形",
            compared(lambda one: rates_of(one, lambda row: row.families, lambda key: families.get(key, key))),
        ),
        ("按具体规则", [by_rule[0][:_MOST_RULES], *by_rule[1:]]),
        (BY_DISTRICT, compared(lambda one: rates_by(one, lambda row: row.owner.district))),
        ("机构违法率排名", [_ranked(by_institution[0]), *by_institution[1:]]),
    ]
    sections = [_section(title, *rows) for title, rows in named]
    return MonitoringReport(place, period, _summary(totals, period), sections, _breaches(whole.now, rules))


def report_docx(report: MonitoringReport, made: datetime, drawn: DistrictMap | None = None) -> bytes:
    """The report as a document, with the map of districts where there is one."""
    document = new_document(report.title, made)
    document.add_paragraph(report.place).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for paragraph in report.summary:
        document.add_paragraph(paragraph)
    for section in report.sections:
        document.add_heading(section.title, 1)
        if section.title == BY_DISTRICT and drawn is not None:
            add_map(document, drawn)
        table(document, COLUMNS, section.cells, widths=_WIDTHS)
    document.add_heading("常见违法表述", 1)
    table(document, BREACH_COLUMNS, report.breaches, widths=(4, 2.5, 9.5))
    document.add_paragraph(NOTE)
    return as_bytes(document)


def report_workbook(report: MonitoringReport, made: datetime) -> bytes:
    """The report as a workbook: a sheet for each section, with a chart of its rates where it has several rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    columns = [
        Column(title, 26 if title == COLUMNS[0] else 12, "0.0%" if title == _RATE else "")
        for title in COLUMNS
    ]
    for section in report.sections:
        sheet = book.create_sheet(section.title)
        heading = (report.title, f"{report.place}　{section.title}")
        rows = [_typed(row, cells) for row, cells in zip(section.rows, section.cells, strict=True)]
        fill_sheet(sheet, columns, rows, heading, (NOTE,))
        if len(section.rows) > 1:
            _chart(sheet, section)
    breaches = [Column("违法情形", 26), Column("涉嫌违法（条）", 12), Column(BREACH_COLUMNS[2], 80)]
    fill_sheet(book.create_sheet("常见违法表述"), breaches, report.breaches, (report.title,))
    return workbook_bytes(book, made)


_WIDTHS = (3.4, 1.6, 1.7, 1.5, 1.7, 1.7, 1.6, 1.6, 1.6)


def _section(
    title: str, rows: Sequence[RateRow], before: Sequence[RateRow], year_ago: Sequence[RateRow]
) -> ReportSection:
    earlier, a_year = ({row.title: row.rate for row in given} for given in (before, year_ago))
    cells = [
        (
            row.title,
            str(row.monitored),
            str(row.suspected),
            _percent(row.rate),
            _difference(row.rate, earlier.get(row.title)),
            _difference(row.rate, a_year.get(row.title)),
            str(row.grave),
            str(row.confirmed),
            str(row.dismissed),
        )
        for row in rows
    ]
    return ReportSection(title, rows, cells)


def _difference(rate: float | None, earlier: float | None) -> str:
    """In percentage points; — where either period monitored nothing."""
    if rate is None or earlier is None:
        return "—"
    points = round(100 * (rate - earlier), 1)
    return "持平" if points == 0 else f"{points:+.1f}"


def _ranked(rows: Sequence[RateRow]) -> list[RateRow]:
    ranked = [row for row in rows if row.suspected and row.monitored >= _LEAST_PAGES]
    return sorted(ranked, key=lambda row: (-(row.rate or 0), -row.suspected, row.title))[:_MOST_RANKED]


def _summary(totals: Sequence[Sequence[RateRow]], period: Period) -> list[str]:
    (row,), (before,), (year_ago,) = totals
    lines = [
        f"{period.title}共监测医疗机构网站和账号页面 {row.monitored} 条，"
        f"发现涉嫌违法线索 {row.suspected} 条（不含不予认定的），违法率 {_percent(row.rate)}；其中严重违法 {row.grave} 条。"
        f"已认定违法 {row.confirmed} 条，不予认定 {row.dismissed} 条。"
    ]
    for words, named, earlier in (("环比", "上一期", before), ("同比", "上年同期", year_ago)):
        if earlier.rate is None or row.rate is None:
            lines.append(f"{words}：{named}没有监测数据，不作比较。")
            continue
        moved = _difference(row.rate, earlier.rate)
        if moved != "持平":
            moved = f"{'上升' if moved[0] == '+' else '下降'} {moved[1:]} 个百分点"
        lines.append(
            f"{words}：违法率{moved}（{_percent(earlier.rate)} → {_percent(row.rate)}），"
            f"监测量 {earlier.monitored} 条 → {row.monitored} 条。"
        )
    return lines


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"


def _breaches(whole: Monitoring, rules: Mapping[str, str]) -> list[tuple[str, ...]]:
    """For each rule that was broken most, how often, and its commonest words without names."""
    standing = [one for one in whole.suspects if not one.is_dismissed]
    often = Counter(rule for one in standing for rule in one.rules)
    lines: list[tuple[str, ...]] = []
    for rule, count in sorted(often.items(), key=lambda pair: (-pair[1], pair[0]))[:10]:
        words = Counter(
            redacted(quote, one.owner.names)
            for one in standing
            for of, quote in sorted(one.quotes)
            if of == rule and len(quote) <= _LONGEST_QUOTE
        )
        common = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_QUOTES]
        lines.append((rules.get(rule, rule), str(count), "、".join(f"“{word}”" for word, _ in common)))
    return lines


def _typed(row: RateRow, cells: Sequence[str]) -> list[object]:
    """A row with its counts and its rate as numbers, so that the sheet can calculate with them."""
    changes = [float(cell) if cell[:1] in "+-" else cell for cell in cells[4:6]]
    return [
        row.title,
        row.monitored,
        row.suspected,
        "—" if row.rate is None else row.rate,
        *changes,
        row.grave,
        row.confirmed,
        row.dismissed,
    ]


def _chart(sheet: Worksheet, section: ReportSection) -> None:
    last = 3 + len(section.rows)
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", f"{section.title}：违法率", None
    chart.add_data(Reference(sheet, min_col=4, min_row=3, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=4, max_row=last))
    chart.y_axis.number_format, chart.y_axis.delete, chart.x_axis.delete = "0%", False, False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.height, chart.width = max(6.0, 0.7 * len(section.rows) + 3), 18
    sheet.add_chart(chart, f"A{last + 3}")
