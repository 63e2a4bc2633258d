"""The common parts of all documents (docx): Chinese fonts, headings, tables. The same content makes the same
bytes."""

import io
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from reports.reproducible_zip import timeless

_BODY, _HEADING, _TITLE = "仿宋", "黑体", "方正小标宋简体"  # as in GB/T 9704-2012
_BLACK, _RED = RGBColor(0, 0, 0), RGBColor(0xE6, 0, 0)


def new_document(title: str, made: datetime) -> DocxDocument:
    """An empty document with its title, made at a moment."""
    document = Document()
    for name, font, size in (("Normal", _BODY, 12), ("Heading 1", _HEADING, 14), ("Heading 2", _HEADING, 12)):
        style = document.styles[name]
        _set_font(style, font, size)
        style.font.color.rgb = _BLACK  # Word's own headings are blue
    _number_pages(document)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(title)
    run.bold, run.font.size = True, Pt(20)
    _tell(document, title, made)
    return document


def new_official_letter(sender: str, number: str, title: str, made: datetime) -> DocxDocument:
    """A letter 函 by GB/T 9704-2012 as far as its number and title: A4 with its margins, the sender in red over a red line,
    the number, the title; 仿宋 of size three (16 points) at 28 points a line."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    normal = document.styles["Normal"]
    _set_font(normal, _BODY, 16)
    spacing = normal.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    spacing.space_after = Pt(0)
    _number_pages(document)
    head = add_line(document, sender, size=38, font=_TITLE, color=_RED, align=WD_ALIGN_PARAGRAPH.CENTER)
    head.paragraph_format.line_spacing = Pt(48)
    _rule_under(head)
    add_line(document, number, align=WD_ALIGN_PARAGRAPH.RIGHT)
    add_line(document, "")
    heading = add_line(document, title, size=22, font=_TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    heading.paragraph_format.line_spacing = Pt(36)
    add_line(document, "")
    _tell(document, title, made)
    return document


def add_line(
    document: DocxDocument,
    text: str,
    *,
    size: float = 16,
    font: str = "",
    color: RGBColor | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: float = 0,
) -> Paragraph:
    """A paragraph of a letter; `indent` is that of its first line, in characters."""
    paragraph = document.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(size * indent)
    run = paragraph.add_run(text)
    _set_font(run, font, size)
    if color is not None:
        run.font.color.rgb = color
    return paragraph


def begin_wide_pages(document: DocxDocument, *, from_start: bool = False) -> None:
    """Continue with landscape pages, for a table of many columns; `from_start`: the document has no others."""
    section = document.sections[0] if from_start else document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)


def _set_font(target: ParagraphStyle | Run, font: str, size: float) -> None:
    """Set size and font, the latter for Chinese characters, too: Word keeps one for them apart. "": that of the style."""
    target.font.size = Pt(size)
    if font:
        target.font.name = font
        target._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _rule_under(paragraph: Paragraph) -> None:
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", str(_RED))):
        line.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _number_pages(document: DocxDocument) -> None:
    """— 1 — at the foot of each page."""
    foot = document.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)
    foot.add_run(" —")


def _tell(document: DocxDocument, title: str, made: datetime) -> None:
    properties = document.core_properties
    properties.title, properties.author = title, "清医"
    properties.created = properties.modified = made.replace(tzinfo=None, microsecond=0)


def table(
    document: DocxDocument,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[float] = (),
) -> None:
    """A table with a row of titles that repeats on each page; rows do not break across pages. `widths` are
    the columns', in centimetres; without them all are alike."""
    made = document.add_table(rows=1, cols=len(head), style="Table Grid")
    section = document.sections[-1]
    room = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)
    parts = widths or [1.0] * len(head)
    lengths = [Emu(int(room * part / sum(parts))) for part in parts]
    made.autofit = False
    for column, length in zip(made.columns, lengths, strict=True):
        column.width = length
    _fill(made.rows[0], head, lengths, is_head=True)
    for row in rows:
        _fill(made.add_row(), row, lengths)
    document.add_paragraph()


def _fill(row: _Row, values: Sequence[object], lengths: Sequence[Emu], *, is_head: bool = False) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, value, length in zip(row.cells, values, lengths, strict=True):
        cell.width = length
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.first_line_indent = 1.0, Pt(0)
        run = paragraph.add_run(str(value))
        run.bold, run.font.size = is_head, Pt(9)


def sign(document: DocxDocument, sender: str, day: str, contact: str) -> None:
    """The end of an official letter: sender, place of the seal, day, contact; on one page with the letter's last
    words, since no page holds a seal alone."""
    last_words = len(document.paragraphs) - 1
    add_line(document, "")
    for line in (sender, "（盖章）", day):
        add_line(document, f"{line}　　", align=WD_ALIGN_PARAGRAPH.RIGHT)
    for paragraph in document.paragraphs[last_words:-1]:
        paragraph.paragraph_format.keep_with_next = True
    if contact:
        add_line(document, f"（联系人：{contact}）", indent=2)


def as_bytes(document: DocxDocument) -> bytes:
    """The document's bytes: its parts in order, each with the same time, independent of when it was made. The empty line
    that Word asks for below a table at the end begins no page."""
    if not document.paragraphs[-1].text:
        last = document.paragraphs[-1].paragraph_format
        last.line_spacing, last.space_after = Pt(1), Pt(0)
    content = io.BytesIO()
    document.save(content)
    return timeless(content.getvalue())
