"""线索移送函 as a document (docx) and for printing (PDF), and its list 线索清单 as a workbook that the office fills in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from classifiers.found_words import written_and_read
from classifiers.values import GRAVEST_FIRST
from records.local_time import local_day
from records.models import Letter, Transfer
from records.transfers.letters import DAY, DOCUMENT, NOTE, NUMBER, RESULT, RETURNED
from reports.documents import add_line, as_bytes, begin_wide_pages, new_official_letter, sign, table
from reports.workbook import Column, fill_sheet, workbook_bytes

TITLE = "关于移送医疗广告违法线索的函"

_MOST_QUOTES = 5
_LONGEST_CHOICES = 250  # characters that such a formula may have


@dataclass(frozen=True)
class _ListColumn:
    """A column of the list: its title, its width in the workbook (characters), and its words for a transfer."""

    title: str
    characters: int
    words: Callable[[Transfer], str]


_LIST = (
    _ListColumn(NUMBER, 8, lambda one: str(one.id)),
    _ListColumn("机构", 22, lambda one: one.case.page.source.institution.name),
    _ListColumn("统一社会信用代码", 21, lambda one: one.case.page.source.institution.credit_code),
    _ListColumn("标题", 24, lambda one: one.case.judgement.snapshot.title or ""),
    _ListColumn("网址", 36, lambda one: one.case.page.url),
    _ListColumn("公众号", 14, lambda one: one.case.page.source.name or ""),
    _ListColumn("违法内容", 40, lambda one: "；".join(_quotes(one)[:_MOST_QUOTES])),
    _ListColumn("违反的规定", 30, lambda one: "；".join(_articles(one))),
    _ListColumn("抓取时间", 12, lambda one: str(local_day(one.case.judgement.snapshot.fetched_at))),
    _ListColumn("SHA-256", 20, lambda one: one.case.judgement.snapshot.body_sha256),
)
# On paper some share a column, one below the other: its title, its part of a landscape page (centimetres), and which.
_PRINTED = (
    (NUMBER, 1.2, (NUMBER,)),
    ("机构", 4.2, ("机构", "统一社会信用代码")),
    ("页面", 5.4, ("标题", "网址", "公众号")),
    ("违法内容", 5.2, ("违法内容",)),
    ("违反的规定", 6.4, ("违反的规定",)),
    ("抓取时间和 SHA-256", 3.3, ("抓取时间", "SHA-256")),
)
_TITLES = [title for title, _, _ in _PRINTED]
_WIDTHS = [width for _, width, _ in _PRINTED]
# What the office fills in, in the workbook only.
_ASKED = (Column(RESULT, 12), Column(DAY, 13), Column(DOCUMENT, 20), Column(NOTE, 24))


@dataclass(frozen=True)
class Sender:
    """The sender: the commission's name, the code 机关代字 of its letters' numbers, the person to contact."""

    name: str
    code: str
    contact: str


@dataclass(frozen=True)
class LetterText:
    """The words of a letter, the same in each of its forms."""

    sender: str
    title: str
    number: str
    contact: str
    day: str
    to: str
    paragraphs: Sequence[str]
    rows: Sequence[Sequence[str]]  # as _LIST

    @property
    def printed(self) -> list[list[str]]:
        """The rows as they stand on paper."""
        named = [dict(zip((column.title for column in _LIST), row, strict=True)) for row in self.rows]
        return [
            ["\n".join(filter(None, map(row.__getitem__, parts))) for _, _, parts in _PRINTED]
            for row in named
        ]


def letter_text(found: Letter, sender: Sender) -> LetterText:
    """The letter's words."""
    number = f"{sender.code}〔{found.year}〕{found.number}号"
    transfers = [item.transfer for item in found.items]
    return text_of(transfers, found.office.name, sender, number, found.issued_at)


def text_of(
    transfers: Sequence[Transfer], office: str, sender: Sender, number: str, issued: datetime
) -> LetterText:
    """The words of a letter with these transfers, also before it is issued."""
    owners = {transfer.case.page.source.institution.name for transfer in transfers}
    due = max(transfer.due_on for transfer in transfers)
    day = local_day(issued)
    asked = "”“".join(column.title for column in _ASKED)
    return LetterText(
        sender=sender.name,
        title=TITLE,
        number=number,
        contact=sender.contact,
        day=f"{day.year}年{day.month}月{day.day}日",
        to=office,
        paragraphs=(
            f"我单位在医疗广告网络监测中发现 {len(owners)} 家机构的 {len(transfers)} 个页面涉嫌发布违法医疗广告，"
            "已经研判认定。"
            "现按照职责分工移送你单位，请依法处置（删除、屏蔽违法内容，关闭网站、账号，或者依法作其他处理）。",
            f"请于 {due.year}年{due.month}月{due.day}日前反馈处置结果：可在清单电子表格中填写“{asked}”后回复，"
            f"也可通过接口或网页反馈。不属本单位管辖的，请填“{RETURNED}”并说明理由。",
            "附件：1. 线索清单；2. 每件线索的电子数据证据包（含清单、截图、WARC、校验和）。",
        ),
        rows=[[column.words(transfer) for column in _LIST] for transfer in transfers],
    )


def letter_docx(text: LetterText, found: Letter) -> bytes:
    """The letter in the form of GB/T 9704-2012, with its list on landscape pages."""
    document = new_official_letter(text.sender, text.number, text.title, found.issued_at)
    add_line(document, f"{text.to}：")
    for paragraph in text.paragraphs:
        add_line(document, paragraph, indent=2)
    sign(document, text.sender, text.day, text.contact)
    begin_wide_pages(document)
    add_line(document, "附件1", font="黑体")
    add_line(document, "线索清单", size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
    table(document, _TITLES, text.printed, widths=_WIDTHS)
    return as_bytes(document)


def letter_pdf(text: LetterText) -> bytes:
    """The same, for printing; nothing is fetched for it."""
    from weasyprint import HTML  # noqa: PLC0415 - loads Pango, needed for letters only
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    made: bytes = HTML(string=_html(text), url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()
    return made


def letter_workbook(text: LetterText, found: Letter, measures: Sequence[str]) -> bytes:
    """The list, with columns for the office's reply, whose results can be chosen from its `measures`."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "线索清单"
    columns = [*(Column(column.title, column.characters) for column in _LIST), *_ASKED]
    fill_sheet(sheet, columns, [[*row, *[None] * len(_ASKED)] for row in text.rows])
    sheet.freeze_panes = "B2"
    choices = _choices((*measures, RETURNED))
    chosen = DataValidation(type="list" if choices else None, formula1=choices, allow_blank=True)
    column = len(_LIST) + 1
    chosen.add(f"{sheet.cell(2, column).coordinate}:{sheet.cell(len(text.rows) + 1, column).coordinate}")
    sheet.add_data_validation(chosen)
    return workbook_bytes(book, found.issued_at)


def _choices(names: Sequence[str]) -> str | None:
    """The names as a formula of text alone; None where it cannot hold them, so that the cells take any text."""
    joined = ",".join(names).replace('"', '""')
    commas = any("," in name for name in names)
    return None if commas or len(joined) > _LONGEST_CHOICES else f'"{joined}"'


def _quotes(transfer: Transfer) -> list[str]:
    """The words found, those of the most severe rules first, and a list's words before suspected sentences."""
    found = sorted(
        transfer.case.judgement.findings, key=lambda one: (GRAVEST_FIRST[one.severity], not one.term)
    )
    return list(dict.fromkeys(written_and_read(one) for one in found if one.quote))


def _articles(transfer: Transfer) -> list[str]:
    """The articles, those of one law together: 《广告法》第九条第（三）项、第十六条."""
    by_law: dict[str, dict[str, None]] = {}
    for finding in transfer.case.judgement.findings:
        for article in finding.law:
            law, close, place = article.rpartition("》")
            by_law.setdefault(law + close, {})[place] = None
    return [f"{law}{'、'.join(places)}" for law, places in by_law.items()]


def _lines(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _html(text: LetterText) -> str:
    paragraphs = "".join(f"<p class=indent>{escape(one)}</p>" for one in text.paragraphs)
    head = "".join(f"<th>{escape(name)}</th>" for name in _TITLES)
    widths = "".join(f'<col style="width: {100 * width / sum(_WIDTHS):.1f}%">' for width in _WIDTHS)
    rows = "".join(f"<tr>{''.join(f'<td>{_lines(cell)}</td>' for cell in row)}</tr>" for row in text.printed)
    contact = f"<p class=indent>（联系人：{escape(text.contact)}）</p>" if text.contact else ""
    return f"""<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(text.number)}</title><style>
@page {{ size: A4; margin: 37mm 26mm 35mm 28mm; @bottom-center {{ content: "— " counter(page) " —"; font-size: 14pt }} }}
@page wide {{ size: A4 landscape; margin: 20mm }}
body {{ font-family: "FangSong", "Noto Serif CJK SC", "Noto Sans CJK SC", serif; font-size: 16pt; line-height: 28pt }}
p {{ margin: 0 }} .head {{ color: #e60000; font-size: 38pt; line-height: 48pt; text-align: center; font-weight: 700 }}
.head {{ border-bottom: 2pt solid #e60000; padding-bottom: 6pt; margin-bottom: 10pt }}
h1 {{ text-align: center; font-size: 22pt; line-height: 36pt; margin: 28pt 0 }}
.right {{ text-align: right }} .sign {{ text-align: right; margin: 28pt 2em 0 0 }} .indent {{ text-indent: 2em }}
section {{ page: wide; font-size: 9pt; line-height: 1.4 }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
tr {{ break-inside: avoid }} th, td {{ border: .5pt solid #444; padding: 2pt; vertical-align: top; overflow-wrap: anywhere }}
</style><body><p class=head>{escape(text.sender)}</p><p class=right>{escape(text.number)}</p><h1>{escape(text.title)}</h1>
<p>{escape(text.to)}：</p>{paragraphs}
<p class=sign>{escape(text.sender)}<br>（盖章）<br>{escape(text.day)}</p>{contact}
<section><h2>附件1　线索清单</h2><table><colgroup>{widths}</colgroup><thead><tr>{head}</tr></thead>{rows}</table>
</section></body></html>"""
