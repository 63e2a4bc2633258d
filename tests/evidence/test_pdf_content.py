"""A record whose words stay but look otherwise is not the record."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import NameObject, RectangleObject

from evidence.package import RECORD, WACZ
from evidence.pdf_content import content_of_pdf, origin_of_pdf
from evidence.record import record_pdf
from evidence.verification import verify_package
from tests.evidence.test_verification import TRUE, packed

Change = Callable[[PdfWriter], object]


@pytest.fixture(scope="module")
def record() -> bytes:
    return record_pdf(TRUE, None, None, "12")


def changed(record: bytes, change: Change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(record)))
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def drawn(change: Callable[[bytes], bytes]) -> Change:
    """A change of the drawing of the first page."""

    def apply(writer: PdfWriter) -> None:
        page: PageObject = writer.pages[0]
        drawing = page.get_contents()
        assert drawing is not None
        drawing.set_data(change(drawing.get_data()))
        page[NameObject("/Contents")] = writer._add_object(drawing)

    return apply


def _cut(writer: PdfWriter) -> None:
    writer.pages[0].mediabox = RectangleObject((0, 0, 200, 100))


CHANGES: dict[str, Change] = {
    "words unseen": drawn(lambda data: data.replace(b"BT", b"BT 3 Tr ")),
    "words in white": drawn(lambda data: b"1 1 1 rg\n" + data.replace(b" rg", b" pop")),
    "words moved off the page": drawn(lambda data: b"q 1 0 0 1 0 -2000 cm\n" + data + b"\nQ"),
    "words of no size": drawn(lambda data: b"q 0.01 0 0 0.01 0 0 cm\n" + data + b"\nQ"),
    "a page cut": _cut,
    "a page turned": lambda writer: writer.pages[0].rotate(180),
    "a title beside the pages": lambda writer: writer.add_outline_item("作废", 0),
    "another title": lambda writer: writer.add_metadata({"/Title": "作废"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_same_words_that_look_otherwise_are_another_content(record: bytes, change: Change) -> None:
    true, altered = content_of_pdf(record), content_of_pdf(changed(record, change))
    assert altered.words == true.words
    assert altered != true


def test_the_same_document_written_by_another_program_has_the_same_content(record: bytes) -> None:
    again = changed(record, lambda writer: None)
    assert again != record
    assert content_of_pdf(again) == content_of_pdf(record)


def test_bytes_around_the_document_are_another_content(record: bytes) -> None:
    assert content_of_pdf(record + b"\n%more") != content_of_pdf(record)


def test_letters_drawn_by_another_font_program_are_named(record: bytes, tmp_path: Path) -> None:
    def swap(writer: PdfWriter) -> None:
        for font in writer.pages[0]["/Resources"]["/Font"].values():
            about = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            for name in {"/FontFile2", "/FontFile3"} & about.keys():
                about[name].get_object().set_data(b"another")

    forged = changed(record, swap)
    assert origin_of_pdf(forged) == origin_of_pdf(record)
    faults = verify_package(packed(tmp_path, {RECORD: forged, WACZ: b""}))[1]
    assert RECORD in {fault.name for fault in faults}
