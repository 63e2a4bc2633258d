"""What all documents (docx) share: Chinese fonts, headings, tables; and that the same content makes the same bytes."""

import io
from collections.abc import Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

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


def table(document: DocxDocument, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table with a row of titles."""
    made = document.add_table(rows=1, cols=len(head), style="Table Grid")
    for cell, text in zip(made.rows[0].cells, head, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for row in rows:
        for cell, value in zip(made.add_row().cells, row, strict=True):
            cell.text = str(value)
    document.add_paragraph()


def as_bytes(document: DocxDocument) -> bytes:
    """The document's bytes: its parts in order, each with the same time, whenever it was made."""
    content = io.BytesIO()
    document.save(content)
    return timeless(content.getvalue())
