"""线索移送函 as a document (docx) and for printing (PDF), and its list 线索清单 as a workbook that the office fills in."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.xml.functions import tostring

from records.local_time import local_day
from records.models import DisposalResult, Letter, Transfer
from records.sheets.write import put
from records.transfers.letters import DAY, DOCUMENT, NOTE, NUMBER, RESULT, RETURNED
from reports.documents import as_bytes, new_document, table
from reports.reproducible_zip import timeless

_LIST = (
    NUMBER,
    "机构",
    "统一社会信用代码",
    "标题",
    "网址",
    "公众号",
    "违法内容",
    "违反的规定",
    "抓取时间",
    "SHA-256",
)
_ASKED = (RESULT, DAY, DOCUMENT, NOTE)
_MOST_QUOTES = 5


@dataclass(frozen=True)
class LetterText:
    """What a letter says, the same in each of its forms."""

    number: str
    day: str
    to: str
    paragraphs: Sequence[str]
    rows: Sequence[Sequence[str]]  # as _LIST


def letter_text(found: Letter, sender: str) -> LetterText:
    """The letter's words. `sender` is the health commission's name."""
    transfers = [item.transfer for item in found.items]
    owners = {transfer.case.page.source.institution.name for transfer in transfers}
    due = max(transfer.due_on for transfer in transfers)
    day = local_day(found.issued_at)
    return LetterText(
        number=f"{sender}移〔{found.year}〕{found.office.name}第{found.number}号",
        day=f"{day.year}年{day.month}月{day.day}日",
        to=found.office.name,
        paragraphs=(
            f"我单位在医疗广告网络监测中发现 {len(owners)} 家机构的 {len(transfers)} 个页面涉嫌发布违法医疗广告，"
            "已经研判认定。"
            "现按照职责分工移送你单位，请依法处置（删除、屏蔽违法内容，关闭网站、账号，或者依法作其他处理）。",
            f"请于 {due.year}年{due.month}月{due.day}日前反馈处置结果：可在清单电子表格中填写“{'”“'.join(_ASKED)}”后回复，"
            f"也可通过接口或网页反馈。不属本单位管辖的，请填“{RETURNED}”并说明理由。",
            "附件：1. 线索清单；2. 每件线索的电子数据证据包（含清单、截图、WARC、校验和）。",
        ),
        rows=[_row(transfer) for transfer in transfers],
    )


def letter_docx(text: LetterText, found: Letter) -> bytes:
    """The letter with its list."""
    document = new_document("医疗广告违法线索移送函", found.issued_at)
    document.add_paragraph(text.number)
    document.add_paragraph(f"{text.to}：")
    for paragraph in text.paragraphs:
        document.add_paragraph(paragraph)
    document.add_paragraph(f"（盖章）\n{text.day}")
    document.add_heading("附件1　线索清单", 1)
    table(document, _LIST, text.rows)
    return as_bytes(document)


def letter_pdf(text: LetterText) -> bytes:
    """The same, for printing; nothing is fetched while it is made."""
    from weasyprint import HTML  # noqa: PLC0415 - loads Pango, needed for letters only
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    made: bytes = HTML(string=_html(text), url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()
    return made


def letter_workbook(text: LetterText, found: Letter) -> bytes:
    """The list, with columns for the office's answers, whose results can be chosen."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "线索清单"
    sheet.append([*_LIST, *_ASKED])
    for number, row in enumerate(text.rows, 2):
        for column, value in enumerate(row, 1):
            put(sheet.cell(number, column), value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    choices = ",".join((*(result.label for result in DisposalResult), RETURNED))
    chosen = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    column = len(_LIST) + 1
    chosen.add(f"{sheet.cell(2, column).coordinate}:{sheet.cell(len(text.rows) + 1, column).coordinate}")
    sheet.add_data_validation(chosen)
    sheet.freeze_panes = "B2"
    content = io.BytesIO()
    book.save(content)
    properties = book.properties
    properties.created = properties.modified = found.issued_at.replace(tzinfo=None, microsecond=0)
    return timeless(content.getvalue(), {"docProps/core.xml": tostring(properties.to_tree())})


def _row(transfer: Transfer) -> list[str]:
    case = transfer.case
    source, snapshot, findings = case.page.source, case.judgement.snapshot, case.judgement.findings
    quotes = list(dict.fromkeys(f"“{finding.quote}”" for finding in findings))
    law = list(dict.fromkeys(article for finding in findings for article in finding.law))
    return [
        str(transfer.id),
        source.institution.name,
        source.institution.credit_code,
        snapshot.title or "",
        case.page.url,
        source.name or "",
        "；".join(quotes[:_MOST_QUOTES]),
        "；".join(law),
        f"{local_day(snapshot.fetched_at):%Y-%m-%d}",
        snapshot.body_sha256,
    ]


def _html(text: LetterText) -> str:
    paragraphs = "".join(f"<p class=indent>{escape(one)}</p>" for one in text.paragraphs)
    head = "".join(f"<th>{escape(name)}</th>" for name in _LIST)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in text.rows)
    return f"""<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(text.number)}</title><style>
@page {{ size: A4; margin: 25mm 22mm }} @page wide {{ size: A4 landscape; margin: 15mm }}
body {{ font-family: "Noto Serif CJK SC", "Noto Sans CJK SC", serif; font-size: 12pt; line-height: 1.8 }}
h1 {{ text-align: center; font-size: 20pt }} .right {{ text-align: right }} .indent {{ text-indent: 2em }}
section {{ page: wide; font-size: 8pt; line-height: 1.4 }} table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: .5pt solid #444; padding: 2pt; vertical-align: top; overflow-wrap: anywhere }}
</style><body><h1>医疗广告违法线索移送函</h1><p class=right>{escape(text.number)}</p><p>{escape(text.to)}：</p>
{paragraphs}<p class=right>（盖章）<br>{escape(text.day)}</p>
<section><h2>附件1　线索清单</h2><table><tr>{head}</tr>{rows}</table></section></body></html>"""
