"""What all documents (docx) share: Chinese fonts, headings, tables; and that the same content makes the same bytes."""

import io
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Pt
from docx.table import _Row

from reports.reproducible_zip import timeless

_BODY, _HEADING = "仿宋", "黑体"  # as GB/T 9704-2012 sets official documents


def new_document(title: str, made: datetime) -> DocxDocument:
    """An empty document with its title, made at a moment."""
    document = Document()
    for name, font, size in (("Normal", _BODY, 12), ("Heading 1", _HEADING, 14), ("Heading 2", _HEADING, 12)):
        style = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(title)
    run.bold, run.font.size = True, Pt(20)
    properties = document.core_properties
    properties.title, properties.author = title, "清医"
    properties.created = properties.modified = made.replace(tzinfo=None, microsecond=0)
    return document


def table(
    document: DocxDocument,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[float] = (),
) -> None:
    """A table with a row of titles, which comes again on each page; no row breaks over two. `widths` are the columns',
    in centimetres; without them all are alike."""
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


def as_bytes(document: DocxDocument) -> bytes:
    """The document's bytes: its parts in order, each with the same time, whenever it was made."""
    content = io.BytesIO()
    document.save(content)
    return timeless(content.getvalue())
